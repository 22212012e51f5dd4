/** Requests of plugins to other systems. Certificates are verified against the authorities that the node trusts. */

export interface HttpClientOptions {
  /** Time to connect, then to get the head of the answer, then its body: the limit of each. Milliseconds. */
  readonly timeoutMs: number;
  /** Time for which an idle connection is kept; 0 for a connection of its own for each request. Milliseconds. @default 60_000 */
  readonly keepAliveMs?: number;
  /** Connections to one server at the same time; requests beyond them wait. @default 64 */
  readonly maxConnections?: number;
  readonly tls?: {
    /** @default true */
    readonly verify?: boolean;
    /** Name that the server's certificate must have. @default - the host of the URL */
    readonly serverName?: string;
    /** Authorities in place of the node's, as PEM. */
    readonly authorities?: readonly string[];
    /** What the node shows as client, as PEM. */
    readonly certificate?: string;
    readonly key?: string;
  };
  /** URL of a proxy for URLs of a scheme. @default - none: connections are direct */
  readonly proxies?: { readonly http?: string | undefined; readonly https?: string | undefined; readonly exempt?: string | undefined };
}

export interface HttpRequest {
  readonly method: string;
  /** User and password in it become an Authorization header. */
  readonly url: URL | string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** An answer with a longer body is an error. Bytes. @default 1_048_576 */
  readonly maxBodyBytes?: number;
  /** Whether the body of the answer is read and dropped, whatever its length. @default false */
  readonly dropsBody?: boolean;
  /** Redirects that are followed, for GET and HEAD only. @default 0 */
  readonly redirects?: number;
  /** Whether it does no harm when the server gets the request twice. @default - as RFC 9110 §9.2.2 says of the method */
  readonly isIdempotent?: boolean;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; several values are joined by a comma, except those of Set-Cookie, which are joined by line ends. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpClient {
  /** @throws Error whose message says what went wrong with which server, without path, query or credentials */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends idle connections, and the others when their request has ended. */
  close(): void;
}

export interface HttpClients {
  /** Made once in `prepare`, not for each request: it keeps connections. */
  open(options: HttpClientOptions): HttpClient;
}
