/** What the gateway would do with a request: the answer of `POST /explain` and of `hybridge explain`. Names are those of the Admin API. */
import type { Row } from '../model/config-table.ts';

/** A request to explain. */
export interface DescribedRequest {
  /** @default GET */
  readonly method?: string;
  /** Absolute, e.g. `https://api.example.com/orders?limit=1`. */
  readonly url: string;
  /** Lines of the head, by name; several lines as a list. @default - Host alone, from the URL */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Who the request comes from: id, username or custom id of a consumer. @default - a request without a consumer */
  readonly consumer?: string;
  /** Address of the client. @default 127.0.0.1 */
  readonly client_ip?: string;
  /** Server name of the TLS handshake. @default - the host of the URL, for https */
  readonly sni?: string;
  /** @default 1.1 */
  readonly http_version?: '1.0' | '1.1' | '2.0';
}

export interface EntityName {
  readonly id: string;
  readonly name: string | null;
}

/** A condition of a route that the request does not meet. */
export interface MissedCondition {
  /** A field of the route, `headers.<name>`, or `expression`. */
  readonly field: string;
  readonly expected: readonly string[];
  readonly given: readonly string[];
}

export interface MatchedRoute extends EntityName {
  /** The part of the path that matched. */
  readonly matched_path: string;
  /** Named groups of a regular expression. */
  readonly captures?: Readonly<Record<string, string | undefined>>;
}

/** A route that does not get the request. */
export interface OtherRoute extends EntityName {
  /** `later`: it matches, and another one comes before it; `mismatch`: it does not match. */
  readonly kind: 'later' | 'mismatch';
  readonly reason: string;
  /** Of a mismatch. */
  readonly missed: readonly MissedCondition[];
}

/** What a plugin is configured for; a field that is absent means any. */
export interface PluginScope {
  readonly route?: string;
  readonly service?: string;
  readonly consumer?: string;
  readonly consumer_group?: string;
}

export interface RunningPlugin {
  readonly id: string;
  readonly name: string;
  readonly instance_name?: string;
  readonly priority: number;
  readonly scope: PluginScope;
  /** With `[hidden]` in place of secrets. */
  readonly config: Row;
}

/** A plugin that does not run on the request, though one might think so. */
export interface IdlePlugin {
  readonly id: string;
  readonly name: string;
  readonly scope: PluginScope;
  readonly reason: string;
}

export interface ExplainedTarget {
  readonly target: string;
  readonly weight: number;
  /** Share of requests while all targets are healthy, from 0 to 1. */
  readonly share: number;
}

export interface ExplainedUpstream {
  readonly service: EntityName;
  readonly protocol: string;
  readonly method: string;
  /** Path and query that are sent, as far as no plugin changes them. */
  readonly path: string;
  /** Host that is sent; `null`: that of the target. */
  readonly host: string | null;
  /** The upstream entity; `null`: the host of the service is an address or a name of DNS. */
  readonly upstream: (EntityName & { readonly algorithm: string; readonly hash_on: string }) | null;
  readonly targets: readonly ExplainedTarget[];
}

/** What the gateway answers by itself, before any plugin. */
export interface OwnExplanation {
  readonly status: number;
  readonly message: string;
  /** Why, for people. */
  readonly reason: string;
}

export interface Explanation {
  readonly request: {
    readonly method: string; readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number; readonly path: string;
    readonly consumer: string | null;
  } | null;
  readonly route: MatchedRoute | null;
  /** The nearest others: those that would match, then those that miss the fewest conditions. */
  readonly other_routes: readonly OtherRoute[];
  /** In the order in which they run. */
  readonly plugins: readonly RunningPlugin[];
  readonly idle_plugins: readonly IdlePlugin[];
  readonly upstream: ExplainedUpstream | null;
  /** Set where no upstream is asked. */
  readonly answer: OwnExplanation | null;
}
