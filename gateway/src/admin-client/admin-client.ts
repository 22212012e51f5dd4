/** A client of the Admin API, for the command line and scripts. */
import { GatewayError, messageOf } from '../base/errors.ts';
import type { Consumer } from '../model/entities/consumer.ts';
import type { Plugin } from '../model/entities/plugin.ts';
import type { Route } from '../model/entities/route.ts';
import type { Service } from '../model/entities/service.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { httpTransport } from './transport.ts';
import type { TlsOptions, Transport, TransportResponse } from './transport.ts';

/** Entity types by their names in URLs. Others are plain objects. */
interface KnownEntities {
  readonly services: Service;
  readonly routes: Route;
  readonly consumers: Consumer;
  readonly plugins: Plugin;
}

type EntityAt<Path extends string> = Path extends keyof KnownEntities ? KnownEntities[Path] : EntityValue;

interface AdminClientOptions {
  /** Base URL, e.g. `http://127.0.0.1:8001`, optionally with a path. */
  readonly url: string;
  /** Headers of every request, e.g. for an authenticating proxy. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for a response. @default 10000 */
  readonly timeoutMs?: number;
  /** For a URL with `https`. @default - the authorities that Node trusts, no client certificate */
  readonly tls?: TlsOptions;
}

interface RequestOptions {
  /** In addition to those of every request. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for a response. @default - as for every request */
  readonly timeoutMs?: number;
}

interface Reply<T> {
  readonly status: number;
  readonly body: T;
  /** The revision of the store that the answer shows, or that contains the change; absent where the server has none. */
  readonly revision?: number;
}

/** An error response of the Admin API. */
export class AdminApiError extends GatewayError {
  constructor(request: string, readonly status: number, readonly body: EntityValue | undefined) {
    const reason = typeof body?.message === 'string' ? `: ${body.message}` : '';
    super('admin-api-refused', `${request}: the Admin API answered ${status}${reason}`, 'usage');
  }
}

interface Page<T> {
  readonly data: readonly T[];
  /** Where the next page begins. */
  readonly offset?: string;
}

/** Whether the connected data planes run a revision. */
interface RevisionState {
  /** The newest revision of the store. */
  readonly revision: number;
  /** Whether all data planes run the requested revision or a later one. */
  readonly in_sync: boolean;
  readonly data_planes: readonly {
    readonly id: string;
    readonly hostname: string;
    readonly config_hash: string;
    readonly sync_status: string;
    readonly in_sync: boolean;
    /** The data plane's error when it rejected the configuration. */
    readonly error: EntityValue | null;
  }[];
}

interface WaitOptions {
  /** @default - the newest revision */
  readonly revision?: number;
  /** Maximum time to wait in seconds, up to 60. @default 10 */
  readonly seconds?: number;
  /** Minimum number of connected data planes. @default 0 */
  readonly dataPlanes?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export class AdminClient {
  readonly #options: AdminClientOptions;
  readonly #url: string;
  readonly #transport: Transport;

  constructor(options: AdminClientOptions) {
    this.#options = options;
    this.#url = options.url.replace(/\/+$/, '');
    this.#transport = httpTransport(this.#url, options.tls);
  }

  /**
   * @throws AdminApiError for an error response
   * @throws GatewayError `admin-api-unreachable` when there is no response
   */
  async request<T = EntityValue>(method: string, path: string, body?: EntityValue, options: RequestOptions = {}): Promise<Reply<T>> {
    const reply = await this.#send<T>(method, path, body, options);
    if (reply.status >= 400) throw new AdminApiError(`${method} ${path}`, reply.status, reply.body as EntityValue | undefined);
    return reply;
  }

  /** The answer as it is. @throws AdminApiError for an error response */
  async text(path: string): Promise<string> {
    const { status, text } = await this.#exchange('GET', path);
    if (status >= 400) throw new AdminApiError(`GET ${path}`, status, parsed(text) as EntityValue | undefined);
    return text;
  }

  /** All entities of a collection, page by page: `for await (const service of client.list('services')) …`. */
  async* list<Path extends string>(collection: Path): AsyncGenerator<EntityAt<Path>> {
    let query = '';
    do {
      const { body } = await this.request<Page<EntityAt<Path>>>('GET', `/${collection}?size=1000${query}`);
      yield* body.data;
      query = body.offset === undefined ? '' : `&offset=${encodeURIComponent(body.offset)}`;
    } while (query);
  }

  /** @returns undefined when the entity does not exist */
  async get<Path extends string>(collection: Path, key: string): Promise<EntityAt<Path> | undefined> {
    const path = entityPath(collection, key);
    const { status, body } = await this.#send<EntityAt<Path>>('GET', path);
    if (status === 404) return undefined;
    if (status >= 400) throw new AdminApiError(`GET ${path}`, status, body as EntityValue);
    return body;
  }

  create<Path extends string>(collection: Path, entity: EntityValue): Promise<Reply<EntityAt<Path>>> {
    return this.request('POST', `/${collection}`, entity);
  }

  /** Creates or replaces an entity. */
  put<Path extends string>(collection: Path, key: string, entity: EntityValue): Promise<Reply<EntityAt<Path>>> {
    return this.request('PUT', entityPath(collection, key), entity);
  }

  /** Changes the given fields. */
  change<Path extends string>(collection: Path, key: string, changes: EntityValue): Promise<Reply<EntityAt<Path>>> {
    return this.request('PATCH', entityPath(collection, key), changes);
  }

  async delete(collection: string, key: string): Promise<Reply<undefined>> {
    return this.request('DELETE', entityPath(collection, key));
  }

  /** Waits until the connected data planes run a revision, or until the time is over: `in_sync` of the result says which. */
  async waitForRevision({ revision, seconds = 10, dataPlanes = 0 }: WaitOptions = {}): Promise<RevisionState> {
    const query = new URLSearchParams({
      wait: String(seconds), data_planes: String(dataPlanes), ...revision !== undefined && { revision: String(revision) },
    });
    const path = `/clustering/revision?${query.toString()}`;
    const { status, body } = await this.#send<RevisionState>('GET', path, undefined, {
      timeoutMs: (this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS) + seconds * 1000,
    });
    // 504: the time is over. The body has the state of the data planes.
    if (status !== 200 && status !== 504) throw new AdminApiError(`GET ${path}`, status, body as unknown as EntityValue);
    return body;
  }

  async #send<T>(method: string, path: string, body?: EntityValue, options: RequestOptions = {}): Promise<Reply<T>> {
    const { status, headers, text } = await this.#exchange(method, path, body, options);
    const revision = headers['hybridge-revision'];
    return { status, body: parsed(text) as T, ...typeof revision === 'string' && { revision: Number(revision) } };
  }

  async #exchange(method: string, path: string, body?: EntityValue, options: RequestOptions = {}): Promise<TransportResponse> {
    const { headers, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    try {
      return await this.#transport({
        method,
        url: `${this.#url}${path}`,
        headers: { ...headers, ...options.headers, ...body && { 'content-type': 'application/json' } },
        ...body && { body: JSON.stringify(body) },
        timeoutMs: options.timeoutMs ?? timeoutMs,
      });
    } catch (error) {
      const cause = (error as { readonly cause?: unknown }).cause ?? error;
      const fix = 'check that the control plane runs and that the URL is right';
      const message = `the Admin API at ${this.#url} does not answer: ${messageOf(cause)}; ${fix}`;
      throw new GatewayError('admin-api-unreachable', message, 'unavailable', { cause: error });
    }
  }
}

function entityPath(collection: string, key: string): string {
  return `/${collection}/${encodeURIComponent(key)}`;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // Another server than the Admin API answers at this URL.
    return undefined;
  }
}
