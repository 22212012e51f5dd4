/** Which connections to upstreams requests may share: routes of the engine, one object for each. */
import { Lru } from '../../base/lru.ts';
import type { UpstreamRoute } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Peer } from '../balancer/peer-selection.ts';
import type { ServiceTls, UpstreamTls } from './upstream-tls.ts';

/** Routes that are kept. */
const MAX_ROUTES = 10_000;

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
    const isSecure = service.protocol === 'https';
    const key = isSecure ? `${ip} ${port} ${this.#tls.keyOf(service, host, tls)}` : `${ip} ${port}`;
    const known = this.#routes.get(key);
    if (known !== undefined) return known;
    const route = isSecure ? { key, ip, port, tls: this.#tls.connection(service, host, tls) } : { key, ip, port };
    this.#routes.set(key, route);
    return route;
  }
}
