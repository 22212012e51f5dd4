/** Which connections to upstreams requests may share: routes of the engine, one object for each. */
import type { UpstreamRoute } from '../../http-engine/messages.ts';
import type { Service } from '../../model/snapshot.ts';
import type { Peer } from '../balancer/peer-selection.ts';
import type { ServiceTls, UpstreamTls } from './upstream-tls.ts';

/** Routes that are kept of each kind; what is made again has the same key. */
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
  /** Those without TLS, by address. */
  readonly #plain = new Map<string, UpstreamRoute[]>();
  readonly #secure = new Map<string, UpstreamRoute>();
  #plainCount = 0;

  constructor(tls: UpstreamTls) {
    this.#tls = tls;
  }

  /**
   * @param host Host header that the upstream gets
   * @param tls certificates of the configuration. @default - those of the node
   * @throws Error certificates of the configuration cannot be used
   */
  of(service: Service, { ip, port }: Peer, host: string, tls: ServiceTls | undefined): UpstreamRoute {
    const isHttp2 = speaksHttp2(service);
    if (!isSecure(service)) return this.#plainOf(ip, port, isHttp2);
    const key = `${isHttp2 ? 'h2 ' : ''}${ip} ${port} ${this.#tls.keyOf(service, host, tls)}`;
    const known = this.#secure.get(key);
    if (known !== undefined) return known;
    if (this.#secure.size >= MAX_ROUTES) this.#secure.clear();
    const route: UpstreamRoute = { key, ip, port, tls: this.#tls.connection(service, host, tls), protocol: isHttp2 ? 'h2' : 'http1' };
    this.#secure.set(key, route);
    return route;
  }

  #plainOf(ip: string, port: number, isHttp2: boolean): UpstreamRoute {
    const protocol = isHttp2 ? 'h2' : 'http1';
    let ofAddress = this.#plain.get(ip);
    if (ofAddress !== undefined) {
      for (const route of ofAddress) if (route.port === port && route.protocol === protocol) return route;
    }
    if (this.#plainCount >= MAX_ROUTES) {
      this.#plain.clear();
      this.#plainCount = 0;
      ofAddress = undefined;
    }
    if (ofAddress === undefined) this.#plain.set(ip, ofAddress = []);
    const route: UpstreamRoute = { key: isHttp2 ? `h2 ${ip} ${port}` : `${ip} ${port}`, ip, port, tls: undefined, protocol };
    ofAddress.push(route);
    this.#plainCount += 1;
    return route;
  }
}
