/** Where a request is sent, as far as the configuration decides it: names are not resolved, and the health of targets is not known. */
import { ownHost } from '../data-plane/http/upstream-host.ts';
import { upstreamTarget } from '../data-plane/http/upstream-target.ts';
import type { RouteMatch } from '../data-plane/router/router.ts';
import type { Row } from '../model/config-table.ts';
import type { Service, Snapshot } from '../model/snapshot.ts';
import type { ReadRequest } from './described-request.ts';
import type { ExplainedTarget, ExplainedUpstream } from './explanation.ts';

export function explainedUpstream(request: ReadRequest, match: RouteMatch, service: Service, snapshot: Snapshot): ExplainedUpstream {
  const upstream = snapshot.entities('upstreams').find(({ name }) => name === service.host);
  const { id, name, protocol } = service;
  return {
    service: { id, name },
    protocol,
    method: request.method,
    path: upstreamTarget(request.facts, undefined, match, service.path),
    host: hostOf(request, match, service, upstream),
    upstream: upstream === undefined ? null : {
      id: upstream.id as string, name: upstream.name as string,
      algorithm: upstream.algorithm as string, hash_on: upstream.hash_on as string,
    },
    targets: upstream === undefined ? [{ target: `${service.host}:${service.port}`, weight: 100, share: 1 }]
      : targetsOf(upstream, snapshot.entities('targets')),
  };
}

function hostOf(request: ReadRequest, { route }: RouteMatch, service: Service, upstream: Row | undefined): string | null {
  if (route.preserveHost && request.facts.authority !== '') return request.facts.authority;
  return upstream === undefined ? ownHost(service, service.host, service.port) : upstream.host_header as string | null;
}

function targetsOf(upstream: Row, targets: readonly Row[]): readonly ExplainedTarget[] {
  const own = targets.filter((target) => target.upstream === upstream.id);
  const total = own.reduce((sum, { weight }) => sum + (weight as number), 0);
  return own.map(({ target, weight }) => ({
    target: target as string, weight: weight as number, share: total === 0 ? 0 : Math.round((weight as number) / total * 1_000) / 1_000,
  }));
}
