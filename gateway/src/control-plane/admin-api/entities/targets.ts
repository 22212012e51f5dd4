/** Targets: newest first, changed by PUT as by PATCH, and with the health that the node knows. */
import { EntityError } from '../../../model/entity-error.ts';
import type { Entity, Page } from '../../../store/store.ts';
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
    const referring = await upstreams.parent(reader, request, 'upstream');
    if (!referring) return NOT_FOUND;
    const page = await reader.list(kit.name, {
      size: sizeRequested(request.query), newestFirst: true, referring, after: offsetRequested(request.query),
    });
    return pageOfNewest(request, page, shown, more);
  });
  // A data plane does not check its targets; a control plane has none.
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

/** A page whose offset is the number of rows before it, as plain text. */
function pageOfNewest(request: AdminRequest, { items, next }: Page, shown: (target: Entity) => unknown, more: object): AdminAnswer {
  const data = items.map(shown);
  if (next === undefined) return { status: 200, body: { data, next: null, ...more } };
  return { status: 200, body: { data, next: `${request.path}?offset=${next}`, offset: next, ...more } };
}

function offsetRequested(query: URLSearchParams): string | undefined {
  const given = query.get('offset') ?? undefined;
  if (given === undefined || /^\d{1,15}$/.test(given)) return given;
  throw new EntityError('invalidOffset', `'${given}' is not a valid offset: expected a number of rows`);
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
    const targets = await allReferring(reader, kit.name, { field: 'upstream', key: upstream.id as string });
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
