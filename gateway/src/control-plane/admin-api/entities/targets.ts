/** Targets: newest first, changed by PUT as by PATCH, and with the health that the node knows. */
import { EntityError } from '../../../model/entity-error.ts';
import type { Entity, Reader } from '../../../store/store.ts';
import { allReferring } from '../../entity-rules/all-referring.ts';
import { NOT_FOUND } from '../endpoint.ts';
import type { AdminAnswer, AdminRequest, EndpointChange } from '../endpoint.ts';
import type { EntityKit } from '../entity-kit.ts';
import { sizeRequested } from '../pagination.ts';
import type { EntityExtension } from './extension.ts';
import { targetHealth } from './target-health.ts';

export const targetEndpoints: EntityExtension = ({ kit, kits, endpoints, nodeId, role }) => {
  const upstreams = kits.get('upstreams')!;
  const path = kit.pathBelow(upstreams);
  const one = `${path}/{${kit.name}}`;
  const { PATCH, GET } = endpoints.find((endpoint) => endpoint.path === one)!.methods;
  const list = endpoints.find((endpoint) => endpoint.path === path)!;
  const newest = (shown: (target: Entity) => unknown, more = {}) => (request: AdminRequest) => kit.store.read(async (reader) => {
    const upstream = await upstreams.find(reader, request);
    return upstream ? pageOfNewest(request, await newestOf(reader, kit, upstream), shown, more) : NOT_FOUND;
  });
  // A data plane asks nobody whether its targets are well; a control plane has none.
  const health = ['healthy', 'unhealthy'].flatMap((state): EndpointChange[] => [`${one}/${state}`, `${one}/{address}/${state}`]
    .map((at) => ({
      path: at, about: 'the health of a target, set by hand', methods: { PUT: (request) => refuseHealth(request, upstreams, GET!) },
    })));
  return [
    { path, methods: { GET: newest((target) => kit.shown(target)) } },
    { path: `${path}/all`, entity: { type: kit.name, isList: true }, methods: { GET: list.methods.GET! } },
    { path: one, methods: { PUT: PATCH! } },
    {
      path: `${upstreams.entityPath}/health`,
      about: 'the targets of an upstream with their health',
      methods: {
        GET: (request) => (request.query.get('balancer_health') === '1'
          ? balancerHealth(request, kit, upstreams, nodeId)
          : newest((target) => ({ ...target, ...targetHealth(target) }), { node_id: nodeId })(request)),
      },
    },
    ...role === 'control_plane' ? [] : health,
  ];
};

/** The targets of an upstream, the newest first. */
async function newestOf(reader: Reader, kit: EntityKit, upstream: Entity): Promise<readonly Entity[]> {
  const targets = await allReferring(reader, kit.name, { field: 'upstream', key: upstream.id as string });
  return [...targets].sort((one, other) => (
    (other.created_at as number) - (one.created_at as number) || ((one.id as string) < (other.id as string) ? 1 : -1)));
}

/** A page whose offset is the number of rows before it. */
function pageOfNewest(
  request: AdminRequest, targets: readonly Entity[], shown: (target: Entity) => unknown, more: object,
): AdminAnswer {
  const size = sizeRequested(request.query);
  const from = offsetRequested(request.query);
  const data = targets.slice(from, from + size).map(shown);
  if (targets.length <= from + size) return { status: 200, body: { data, next: null, ...more } };
  const offset = String(from + size);
  return { status: 200, body: { data, next: `${request.path}?offset=${offset}`, offset, ...more } };
}

function offsetRequested(query: URLSearchParams): number {
  const given = query.get('offset') ?? '0';
  if (!/^\d{1,15}$/.test(given)) throw new EntityError('invalidOffset', `'${given}' is not a valid offset: expected a number of rows`);
  return Number(given);
}

async function refuseHealth(
  request: AdminRequest, upstreams: EntityKit, find: (request: AdminRequest) => Promise<AdminAnswer> | AdminAnswer,
): Promise<AdminAnswer> {
  const found = await find(request);
  if (found.status !== 200) return found;
  const upstream = await upstreams.store.read((reader) => upstreams.find(reader, request));
  return { status: 400, body: { message: `no healthchecker found for ${String(upstream?.name)}` } };
}

async function balancerHealth(request: AdminRequest, kit: EntityKit, upstreams: EntityKit, nodeId: string): Promise<AdminAnswer> {
  return kit.store.read(async (reader) => {
    const upstream = await upstreams.find(reader, request);
    if (!upstream) return NOT_FOUND;
    const targets = await newestOf(reader, kit, upstream);
    const total = targets.reduce((sum, { weight }) => sum + (weight as number), 0);
    return {
      status: 200,
      body: {
        data: {
          id: upstream.id,
          health: 'HEALTHCHECKS_OFF',
          details: { weight: { total, available: total, unavailable: 0 }, hosts: targets.map((target) => targetHealth(target).data) },
        },
        next: null,
        node_id: nodeId,
      },
    };
  });
}
