/** A small client of the Admin API, for command lines and scripts. Speaks HTTP only; knows nothing of stores and planes. */
import { GatewayError, messageOf } from '../base/errors.ts';
import type { Consumer } from '../model/entities/consumer.ts';
import type { Plugin } from '../model/entities/plugin.ts';
import type { Route } from '../model/entities/route.ts';
import type { Service } from '../model/entities/service.ts';
import type { EntityValue } from '../model/schema/field.ts';

/** Entity types by their names in URLs; others are plain objects. */
export interface KnownEntities {
  readonly services: Service;
  readonly routes: Route;
  readonly consumers: Consumer;
  readonly plugins: Plugin;
}

export type EntityAt<Path extends string> = Path extends keyof KnownEntities ? KnownEntities[Path] : EntityValue;

export interface AdminClientOptions {
  /** Base URL, e.g. `http://127.0.0.1:8001`; a path prefix is kept. */
  readonly url: string;
  /** Sent with every request, e.g. for a proxy that authenticates. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait for an answer. @default 10000 */
  readonly timeoutMs?: number;
}

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  /** Of writes: the revision of the control plane's store that has what was written. */
  readonly revision?: number;
}

/** The Admin API refused a request. */
export class AdminApiError extends GatewayError {
  constructor(request: string, readonly status: number, readonly body: EntityValue | undefined) {
    super('admin-api-refused', `${request}: the Admin API answered ${status}${typeof body?.message === 'string' ? `: ${body.message}` : ''}`, 'usage');
  }
}

/** Whether the connected data planes run a revision. */
export interface RevisionState {
  /** The newest revision of the store. */
  readonly revision: number;
  /** Whether all of them run what was asked for, or something later. */
  readonly in_sync: boolean;
  readonly data_planes: readonly {
    readonly id: string;
    readonly hostname: string;
    readonly config_hash: string;
    readonly sync_status: string;
    readonly in_sync: boolean;
    /** What it said of a configuration that it refused. */
    readonly error: EntityValue | null;
  }[];
}

export interface WaitOptions {
  /** @default - the newest */
  readonly revision?: number;
  /** Seconds to wait at most, 60 at most. @default 10 */
  readonly seconds?: number;
  /** Data planes that must be connected at least. @default 0 */
  readonly dataPlanes?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export class AdminClient {
  readonly #url: string;

  constructor(private readonly options: AdminClientOptions) {
    this.#url = options.url.replace(/\/+$/, '');
  }

  /**
   * @throws AdminApiError the answer is no success
   * @throws GatewayError `admin-api-unreachable`: nobody answers
   */
  async request<T = EntityValue>(method: string, path: string, body?: EntityValue): Promise<Reply<T>> {
    const reply = await this.#send<T>(method, path, body);
    if (reply.status >= 400) throw new AdminApiError(`${method} ${path}`, reply.status, reply.body as EntityValue | undefined);
    return reply;
  }

  /** All entities of a collection, page by page: `for await (const service of client.list('services')) …`. */
  async* list<Path extends string>(collection: Path): AsyncGenerator<EntityAt<Path>> {
    let query = '';
    do {
      const { body } = await this.request<{ readonly data: readonly EntityAt<Path>[]; readonly offset?: string }>('GET', `/${collection}?size=1000${query}`);
      yield* body.data;
      query = body.offset === undefined ? '' : `&offset=${encodeURIComponent(body.offset)}`;
    } while (query);
  }

  /** Nothing when it is not there. */
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

  /** Makes or replaces. */
  put<Path extends string>(collection: Path, key: string, entity: EntityValue): Promise<Reply<EntityAt<Path>>> {
    return this.request('PUT', entityPath(collection, key), entity);
  }

  /** Changes what is given. */
  change<Path extends string>(collection: Path, key: string, changes: EntityValue): Promise<Reply<EntityAt<Path>>> {
    return this.request('PATCH', entityPath(collection, key), changes);
  }

  async delete(collection: string, key: string): Promise<Reply<undefined>> {
    return this.request('DELETE', entityPath(collection, key));
  }

  /** Waits until the connected data planes run a revision; `in_sync` of the answer says whether they do. */
  async waitForRevision({ revision, seconds = 10, dataPlanes = 0 }: WaitOptions = {}): Promise<RevisionState> {
    const query = new URLSearchParams({ wait: String(seconds), data_planes: String(dataPlanes), ...revision !== undefined && { revision: String(revision) } });
    const path = `/clustering/revision?${query.toString()}`;
    const { status, body } = await this.#send<RevisionState>('GET', path, undefined, seconds * 1000);
    // 504 says that the time was over; how far they came is in the body.
    if (status !== 200 && status !== 504) throw new AdminApiError(`GET ${path}`, status, body as unknown as EntityValue);
    return body;
  }

  async #send<T>(method: string, path: string, body?: EntityValue, longerMs = 0): Promise<Reply<T>> {
    const { headers, timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { ...headers, ...body && { 'content-type': 'application/json' } },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs + longerMs),
      });
      const text = await response.text();
      const revision = response.headers.get('hybridge-revision');
      return { status: response.status, body: parsed(text) as T, ...revision !== null && { revision: Number(revision) } };
    } catch (error) {
      const cause = (error as { readonly cause?: unknown }).cause ?? error;
      throw new GatewayError('admin-api-unreachable', `the Admin API at ${this.#url} does not answer: ${messageOf(cause)}; is the control plane running, and the URL right?`, 'unavailable', { cause: error });
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
    // Something else than an Admin API answers there; its words are of no use to a program.
    return undefined;
  }
}
