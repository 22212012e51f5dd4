/** Which connections to upstreams requests may share: routes of the engine, one object for each. */
import { Lru } from '../../base/lru.ts';
import type { UpstreamRoute } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Peer } from '../balancer/peer-selection.ts';
import type { ServiceTls, UpstreamTls } from './upstream-tls.ts';

/** Routes that are kept. */
const MAX_ROUTES = 10_000;

type Protocol = Pick<Service, 'protocol'>;

/** Whether connections to a service are of TLS. */
export function isSecure({ protocol }: Protocol): boolean {
  return protocol === 'https' || protocol === 'grpcs';
}

/** Whether a service is asked in HTTP/2. */
export function speaksHttp2({ protocol }: Protocol): boolean {
  return protocol === 'grpc' || protocol === 'grpcs';
}

export class UpstreamRoutes {
  readonly #tls: UpstreamTls;
  readonly #routes = new Lru<string, UpstreamRoute>(MAX_ROUTES);

  constructor(tls: UpstreamTls) {
    this.#tls = tls;
  }

  /**
   * @param host Host header that the upstream gets
   * @param tls certificates of the configuration. @default - those of the node
   * @throws Error certificates of the configuration cannot be used
   */
  of(service: Service, { ip, port }: Peer, host: string, tls: ServiceTls | undefined): UpstreamRoute {
    const protocol = speaksHttp2(service) ? 'h2' : 'http1';
    const place = protocol === 'h2' ? `h2 ${ip} ${port}` : `${ip} ${port}`;
    const key = isSecure(service) ? `${place} ${this.#tls.keyOf(service, host, tls)}` : place;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const route: UpstreamRoute = { key, ip, port, protocol, tls: isSecure(service) ? this.#tls.connection(service, host, tls) : undefined };
    this.#routes.set(key, route);
    return route;
  }
}
