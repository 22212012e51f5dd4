/** Outgoing HTTP of plugins: kept connections, verified certificates, limits of time and size. */
import { authoritiesOf } from '../../base/authorities.ts';
import type { HttpAnswer, HttpClient, HttpClientOptions, HttpClients, HttpRequest } from '../../plugin-kit/http-client.ts';
import { connections } from './connections.ts';
import type { Connections } from './connections.ts';
import { exchange, StaleConnection } from './exchange.ts';
import { failureOf } from './failure.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @param trusted authorities of the node, as `KONG_LUA_SSL_TRUSTED_CERTIFICATE` lists them */
export function httpClients(trusted: readonly string[]): HttpClients {
  let authorities: readonly string[] | undefined;
  return { open: (options) => new Client(options, () => authorities ??= authoritiesOf(trusted)) };
}

class Client implements HttpClient {
  readonly #connections: Connections;
  readonly #timeoutMs: number;
  #active = 0;
  #closed = false;

  constructor(options: HttpClientOptions, authorities: () => readonly string[]) {
    this.#connections = connections(options, authorities);
    this.#timeoutMs = options.timeoutMs;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    this.#active += 1;
    try {
      return await this.#follow(new URL(request.url), request, request.redirects ?? 0);
    } finally {
      this.#active -= 1;
      if (this.#closed && this.#active === 0) this.#connections.close();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#active === 0) this.#connections.close();
  }

  async #follow(url: URL, request: HttpRequest, redirects: number): Promise<HttpAnswer> {
    const answer = await this.#once(url, request);
    const { location } = answer.headers;
    const isFollowed = redirects > 0 && location !== undefined && REDIRECTS.has(answer.status) && ['GET', 'HEAD'].includes(request.method);
    if (!isFollowed) return answer;
    const next = redirectTarget(url, location);
    // Headers may be credentials: those go to no other server.
    return this.#follow(next, next.origin === url.origin ? request : { ...request, headers: {} }, redirects - 1);
  }

  async #once(url: URL, request: HttpRequest): Promise<HttpAnswer> {
    const attempt = () => exchange(url, request, this.#connections.for(url), this.#timeoutMs);
    try {
      return await attempt().catch((error: unknown) => {
        if (error instanceof StaleConnection) return attempt();
        throw error;
      });
    } catch (error) {
      throw failureOf(url, error);
    }
  }
}

function redirectTarget(from: URL, location: string): URL {
  const target = new URL(location, from);
  const isDowngrade = from.protocol === 'https:' && target.protocol !== 'https:';
  if (isDowngrade || !['http:', 'https:'].includes(target.protocol)) {
    throw failureOf(from, new Error(`the redirect to ${target.protocol}//${target.host} is not followed`));
  }
  target.username = '';
  target.password = '';
  return target;
}
