/** A plugin that answers from a cache: phase access looks, phases responseHeaders and body keep what the upstream answers. */
import type { Clock } from '../base/clock.ts';
import type { BodyFilter, ClientResponse, Exchange } from '../plugin-kit/exchange.ts';
import type { PluginPhases } from '../plugin-kit/plugin.ts';
import { requestState } from '../plugin-kit/request-state.ts';
import { directivesOf, freshSeconds, secondsOf } from './cache-control.ts';
import type { Directives } from './cache-control.ts';
import { keyMaker } from './cache-key.ts';
import type { CacheKey } from './cache-key.ts';
import { isNotModified } from './conditional.ts';
import { admits } from './content-types.ts';
import { STORED_VERSION, storedHeaders, variedBy } from './stored-answer.ts';
import type { AnswerStore, StoredAnswer } from './stored-answer.ts';

/** Fields that plugins which cache have in common. */
export interface CachingConfig {
  readonly response_code: readonly number[];
  readonly request_method: readonly string[];
  readonly content_type: readonly string[];
  readonly cache_ttl: number | null;
  readonly cache_control: boolean;
  readonly ignore_uri_case: boolean | null;
  readonly storage_ttl: number | null;
  readonly vary_query_params: readonly string[] | null;
  readonly vary_headers: readonly string[] | null;
  readonly response_headers: Readonly<Record<'age' | 'X-Cache-Status' | 'X-Cache-Key', boolean | null>> | null;
}

export interface CachingOptions {
  readonly store: AnswerStore;
  readonly clock: Clock;
  /** Whether a request is proxied when the store fails; otherwise it fails. */
  readonly bypassesFailures: boolean;
}

/** Longest body that is kept. Bytes. */
const MAX_BODY_BYTES = 8 * 1_048_576;

/** Bodies that are on their way to the client and to the cache at one time, for each plugin. Bytes. */
const MAX_COLLECTED_BYTES = 64 * 1_048_576;

type Status = 'Miss' | 'Bypass' | 'Refresh';

/** What phase access found out. */
interface Looked {
  status: Status;
  /** @default - the request has none: its method or its Cache-Control forbids it */
  readonly key?: CacheKey;
  /** Whether the request ended here, because the client wanted nothing but what the cache has. */
  readonly isRefused?: boolean;
  /** What is kept of the answer, when its body is whole. */
  answer?: Omit<StoredAnswer, 'body'>;
  /** Gives back what was read of a body that did not become whole. */
  release?(): void;
}

export function caching(config: CachingConfig, { store, clock, bypassesFailures }: CachingOptions): PluginPhases {
  const methods = new Set(config.request_method);
  const statuses = new Set(config.response_code);
  const isAdmitted = admits(config.content_type);
  const varied = new Set((config.vary_headers ?? []).map((name) => name.toLowerCase()));
  const makeKey = keyMaker({
    query: config.vary_query_params ?? [], headers: config.vary_headers ?? [], ignoresCase: config.ignore_uri_case === true,
  });
  const shows = (name: 'age' | 'X-Cache-Status' | 'X-Cache-Key') => config.response_headers?.[name] !== false;
  const cacheTtl = config.cache_ttl ?? 300;
  const looked = requestState<Looked>();
  let collected = 0;

  const answerWith = (exchange: Exchange, { key }: CacheKey, answer: StoredAnswer) => {
    const isKnown = isNotModified(exchange.request, answer);
    const headers = new Map<string, string[]>();
    for (const [name, value] of answer.headers) {
      if (!isKnown || name.toLowerCase() !== 'content-type') headers.set(name, [...headers.get(name) ?? [], value]);
    }
    if (shows('age')) headers.set('Age', [String(secondsSince(answer, clock))]);
    if (shows('X-Cache-Status')) headers.set('X-Cache-Status', ['Hit']);
    if (shows('X-Cache-Key')) headers.set('X-Cache-Key', [key]);
    const [status, body] = isKnown ? [304, ''] : [answer.status, answer.body];
    return exchange.respond({ status, headers: Object.fromEntries(headers), body, isProxied: true });
  };

  const decide = (exchange: Exchange, key: CacheKey, wishes: Directives, found: StoredAnswer | undefined) => {
    const fits = found !== undefined && found.version === STORED_VERSION && found.variant === key.variant && variesNot(exchange, found);
    if (!fits) {
      looked.set(exchange, { key, status: 'Miss' });
      if (!config.cache_control || !wishes.has('only-if-cached')) return;
      looked.set(exchange, { key, status: 'Bypass', isRefused: true });
      return exchange.refuse({ status: 504, message: 'The upstream server is timing out', fallback: 'text' });
    }
    const age = secondsSince(found, clock);
    const isGood = config.cache_control ? isWished(wishes, age, found.ttl) : age <= cacheTtl;
    if (isGood) return answerWith(exchange, key, found);
    return looked.set(exchange, { key, status: 'Refresh' });
  };

  /** Whether an answer may be kept, and for how long it is fresh. Seconds; 0 for never. */
  const ttlOf = (exchange: Exchange, response: ClientResponse): number => {
    if (response.source !== 'upstream' || !statuses.has(response.status) || !isAdmitted(response.header('content-type'))) return 0;
    const directives = directivesOf(response.headerValues('cache-control'));
    if (isPersonal(exchange, directives, varied) || hasUnkeyedBody(exchange)) return 0;
    if (!config.cache_control) return cacheTtl;
    if (['private', 'no-store', 'no-cache'].some((name) => directives.has(name))) return 0;
    return freshSeconds(directives, response.headerValues('expires'), clock.now());
  };

  return {
    access: (exchange) => {
      const wishes = directivesOf(config.cache_control ? exchange.request.headerValues('cache-control') : []);
      if (!methods.has(exchange.request.method) || wishes.has('no-store') || wishes.has('no-cache')) {
        return void looked.set(exchange, { status: 'Bypass' });
      }
      const key = makeKey(exchange);
      const found = store.get(key.key);
      if (!(found instanceof Promise)) return void decide(exchange, key, wishes, found);
      return found.then((answer) => void decide(exchange, key, wishes, answer), () => {
        // The connection says in the log what is wrong.
        if (bypassesFailures) looked.set(exchange, { status: 'Bypass' });
        else exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
      });
    },
    responseHeaders: (exchange) => {
      const state = looked.of(exchange);
      if (state === undefined) return;
      const response = exchange.response!;
      const ttl = state.key === undefined ? 0 : ttlOf(exchange, response);
      const names = ttl > 0 ? variedBy(response) : undefined;
      if (names === undefined) state.status = 'Bypass';
      else {
        state.answer = {
          version: STORED_VERSION, status: response.status, headers: storedHeaders(exchange, response), ttl,
          timestamp: Math.floor(clock.now() / 1000), variant: state.key!.variant, vary: variedValues(exchange, names),
        };
      }
      // Where a later plugin or the gateway itself answers, nothing came from the cache. An answer of its own says nothing.
      if (shows('X-Cache-Status') && !state.isRefused) response.setHeader('X-Cache-Status', state.status);
      if (shows('X-Cache-Key') && state.key !== undefined) response.setHeader('X-Cache-Key', state.key.key);
    },
    body: (exchange) => {
      const state = looked.of(exchange);
      const { key, answer } = state ?? {};
      if (state === undefined || key === undefined || answer === undefined) return undefined;
      const keptSeconds = config.storage_ttl ?? answer.ttl;
      const { filter, release } = collector({
        take: (bytes) => {
          collected += bytes;
          return collected <= MAX_COLLECTED_BYTES;
        },
        free: (bytes) => { collected -= bytes; },
        // The client does not wait. A store that fails says so in the log itself.
        keep: (body) => void Promise.resolve(store.set(key.key, { ...answer, body }, keptSeconds)).catch(() => undefined),
      });
      state.release = release;
      return filter;
    },
    log: (exchange) => looked.of(exchange)?.release?.(),
    close: () => store.close(),
  };
}

/** Reads a body along; `keep` gets it when it is whole, and not too long. */
function collector({ take, free, keep }: {
  take(bytes: number): boolean; free(bytes: number): void; keep(body: Buffer): void;
}): { readonly filter: BodyFilter; release(): void } {
  let parts: Buffer[] | undefined = [];
  let length = 0;
  const release = () => {
    free(length);
    parts = undefined;
    length = 0;
  };
  const filter: BodyFilter = {
    part: (bytes) => {
      if (parts === undefined) return bytes;
      length += bytes.length;
      const hasRoom = take(bytes.length);
      if (length > MAX_BODY_BYTES || !hasRoom) release();
      else parts.push(bytes);
      return bytes;
    },
    end: () => {
      if (parts !== undefined) keep(Buffer.concat(parts));
      release();
      return undefined;
    },
  };
  return { filter, release };
}

/** Whether the client is content with an answer of this age. RFC 9111 §5.2.1 */
function isWished(wishes: Directives, age: number, ttl: number): boolean {
  const maxAge = secondsOf(wishes, 'max-age');
  if (maxAge !== undefined && age > maxAge) return false;
  const minFresh = secondsOf(wishes, 'min-fresh');
  if (minFresh !== undefined && ttl - age < minFresh) return false;
  if (age <= ttl) return true;
  // Without a number, max-stale accepts any age.
  return wishes.has('max-stale') && age - ttl <= (wishes.get('max-stale') === undefined ? Infinity : secondsOf(wishes, 'max-stale') ?? 0);
}

/**
 * Whether an answer may be for this client alone: it came to a request with credentials that nothing in the key stands for, and the
 * upstream does not say that others may have it. RFC 9111 §3.5. A user of a provider may be authenticated without a consumer, and by a
 * session without an Authorization header of the client's: the upstream gets the user's token all the same.
 */
function isPersonal({ request, consumer, credential }: Exchange, directives: Directives, varied: ReadonlySet<string>): boolean {
  const hasHeader = request.header('authorization') !== undefined;
  if (consumer !== undefined || (!hasHeader && credential === undefined) || (hasHeader && varied.has('authorization'))) return false;
  return !['public', 's-maxage', 'must-revalidate'].some((name) => directives.has(name));
}

/** A body of a GET or HEAD has no meaning by RFC 9110 §9.3.1: where an upstream gives it one, its answer is not that of other requests. */
function hasUnkeyedBody({ request }: Exchange): boolean {
  return request.hasBody && (request.method === 'GET' || request.method === 'HEAD');
}

function secondsSince({ timestamp }: StoredAnswer, clock: Clock): number {
  return Math.max(0, Math.floor(clock.now() / 1000) - timestamp);
}

function variedValues({ request }: Exchange, names: readonly string[]): StoredAnswer['vary'] {
  return names.map((name) => [name, request.headerValues(name)]);
}

/** Whether the request has what the answer's own request had in the headers that the upstream chose it by. RFC 9111 §4.1 */
function variesNot({ request }: Exchange, { vary }: StoredAnswer): boolean {
  return vary.every(([name, values]) => request.headerValues(name).join() === values.join());
}
