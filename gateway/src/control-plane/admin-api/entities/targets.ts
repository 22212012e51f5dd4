/** Targets: newest first, changed by PUT as by PATCH, and with the health that the node knows. */
import { EntityError } from '../../../model/entity-error.ts';
import type { UpstreamHealth } from '../../../model/target-health.ts';
import type { Entity, Page } from '../../../store/store.ts';
import { allReferring } from '../../entity-rules/all-referring.ts';
import { NOT_FOUND } from '../endpoint.ts';
import type { AdminAnswer, AdminRequest, EndpointChange } from '../endpoint.ts';
import type { EntityKit } from '../entity-kit.ts';
import { sizeRequested } from '../pagination.ts';
import type { EntityExtension } from './extension.ts';
import { targetHealth } from './target-health.ts';

export const targetEndpoints: EntityExtension = ({ kit, kits, endpoints, nodeId, role, health: known }) => {
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
  // Each data plane has its own view; a control plane has none.
  const health = ['healthy', 'unhealthy'].flatMap((state): EndpointChange[] => [`${one}/${state}`, `${one}/{address}/${state}`]
    .map((at) => ({
      path: at, about: 'the health of a target, set by hand',
      methods: { PUT: (request) => setHealth(request, { upstreams, known, isHealthy: state === 'healthy', find: GET! }) },
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
          ? balancerHealth(request, { kit, upstreams, nodeId, known })
          : newest((target) => ({ ...target, ...targetHealth(target, known) }), { node_id: nodeId })(request)),
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

interface HealthChange {
  readonly upstreams: EntityKit;
  readonly known: UpstreamHealth | undefined;
  readonly isHealthy: boolean;
  /** Finds the target. */
  find(request: AdminRequest): Promise<AdminAnswer> | AdminAnswer;
}

async function setHealth(request: AdminRequest, { upstreams, known, isHealthy, find }: HealthChange): Promise<AdminAnswer> {
  const found = await find(request);
  if (found.status !== 200) return found;
  const upstream = await upstreams.store.read((reader) => upstreams.find(reader, request));
  const { target } = found.body as { readonly target: string };
  const isSet = upstream && known?.set(upstream.id as string, target, isHealthy, request.params.address);
  return isSet === true ? { status: 204 } : { status: 400, body: { message: `no healthchecker found for ${String(upstream?.name)}` } };
}

interface BalancerHealth {
  readonly kit: EntityKit;
  readonly upstreams: EntityKit;
  readonly nodeId: string;
  readonly known: UpstreamHealth | undefined;
}

async function balancerHealth(request: AdminRequest, { kit, upstreams, nodeId, known }: BalancerHealth): Promise<AdminAnswer> {
  return kit.store.read(async (reader) => {
    const upstream = await upstreams.find(reader, request);
    if (!upstream) return NOT_FOUND;
    const targets = await allReferring(reader, kit.name, { field: 'upstream', key: upstream.id as string });
    const total = targets.reduce((sum, { weight }) => sum + (weight as number), 0);
    const status = known?.of(upstream.id as string);
    return {
      status: 200,
      body: {
        data: {
          id: upstream.id,
          health: status?.health ?? 'HEALTHCHECKS_OFF',
          details: {
            ...status !== undefined && status.health !== 'HEALTHCHECKS_OFF' && { healthy: status.health === 'HEALTHY' },
            weight: status?.weight ?? { total, available: total, unavailable: 0 },
            hosts: targets.map((target) => targetHealth(target, known).data),
          },
        },
        next: null,
        node_id: nodeId,
      },
    };
  });
}
