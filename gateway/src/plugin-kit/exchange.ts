/**
 * What a plugin sees of one request and its answer, and what it may do to them. No type of Node appears here, so that the HTTP engine
 * below can change. Header values are text: UTF-8 decoded, and one character for each byte where they are not UTF-8.
 */
import type { LogLevel } from '../base/log.ts';
import type { Consumer, Credential, Route, Service, Snapshot } from '../model/snapshot.ts';
import type { HeaderBlock } from './header-block.ts';
import type { Timeline } from './timeline.ts';

/** One header line: its name as it travels, and its value. */
export type HeaderLine = readonly [name: string, value: string];

/** Takes the lines of a head one after another: for work that each request does, without lists of them. */
export interface HeaderReader {
  /** @param value as it travels: one character for each byte */
  line(name: string, value: string): void;
  /** Lines that were set together. No other line has one of their names. */
  block(block: HeaderBlock): void;
}

/** The request as the client sent it. */
export interface ClientRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  /** Of the Host header: lower case and without port; empty when there is none. */
  readonly host: string;
  /** Of the Host header, else the listener's. */
  readonly port: number;
  /** The port that the connection came in on. */
  readonly listenerPort: number;
  /** Decoded and normalised, without the query. */
  readonly path: string;
  /** As the client sent it, without the query. */
  readonly rawPath: string;
  /** As sent, without `?`; empty when there is none. */
  readonly query: string;
  /** Address of the client; behind a trusted proxy the one that it names. */
  readonly clientIp: string;
  /** The other end of the connection. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The connection that the request came in on: the same object for each of its requests. */
  readonly connection: { readonly localAddress: string };
  /** Whether the other end of the connection is a trusted proxy. */
  readonly isTrusted: boolean;
  /** What the client agreed on with the TLS listener. @default - a plain connection */
  readonly tls: { readonly version: string; readonly cipher: string; readonly serverName?: string } | undefined;
  /** Values of the groups of the route's path: by position from 1 on, and by name. */
  readonly captures: { readonly positions: readonly string[]; readonly names: Readonly<Record<string, string>> };
  /** Whether the request announces a body. */
  readonly hasBody: boolean;
  /** Content-Length; `undefined` for none, or a body in chunks. Bytes. */
  readonly bodyLength: number | undefined;
  /** The first value, by lower-case name. */
  header(name: string): string | undefined;
  headerValues(name: string): readonly string[];
  /** Every line, in the order in which it came. */
  headerLines(): readonly HeaderLine[];
  readHeaders(reader: HeaderReader): void;
  /** Decoded values of a query argument. */
  queryValues(name: string): readonly string[];
  /** Decoded arguments in their order. `undefined`: the argument has no `=`. */
  queryArguments(): readonly (readonly [name: string, value: string | undefined])[];
  /** Reads the whole body; `undefined` when there is none or it is longer than the limit. In each case the upstream still gets it. */
  body(maxBytes: number): Promise<Buffer | undefined>;
}

/** What the upstream gets; what is read here includes the changes so far. The setters have their place in `rewrite` and `access`. */
export interface UpstreamRequest {
  method: string;
  /** @default - the protocol of the service */
  scheme: 'http' | 'https' | undefined;
  /** Path that the upstream gets, escaped and without the query. @default - what service and route make of the request's */
  path: string | undefined;
  /** Escaped, without `?`. */
  query: string;
  /** Where to connect to: an address, a name, or the name of an upstream entity, and a port. @default - the service's */
  target: { readonly host: string; readonly port: number } | undefined;
  /** Value of the Host header. @default - as service, route and upstream entity say */
  hostHeader: string | undefined;
  header(name: string): string | undefined;
  headerValues(name: string): readonly string[];
  /** What the upstream gets of the client's headers and of changes, without those of the connection and of forwarding. */
  headerLines(): readonly HeaderLine[];
  /** The same lines. */
  readHeaders(reader: HeaderReader): void;
  /** Replaces all values of a header. */
  setHeader(name: string, value: string | readonly string[]): void;
  addHeader(name: string, value: string): void;
  removeHeader(name: string): void;
  removeQuery(name: string): void;
  /** Replaces the body. */
  setBody(body: Buffer): void;
}

/** Where an answer was made: by the upstream, by a plugin or by the gateway itself. */
export type AnswerSource = 'upstream' | 'plugin' | 'gateway';

/** The answer's head. Changes have their place in the phase `responseHeaders`: afterwards it is on its way. */
export interface ClientResponse {
  status: number;
  readonly source: AnswerSource;
  header(name: string): string | undefined;
  headerValues(name: string): readonly string[];
  headerLines(): readonly HeaderLine[];
  /** The same lines. */
  readHeaders(reader: HeaderReader): void;
  /** Replaces all values of a header. */
  setHeader(name: string, value: string | readonly string[]): void;
  /** Replaces all values of several headers. */
  setHeaders(block: HeaderBlock): void;
  addHeader(name: string, value: string): void;
  removeHeader(name: string): void;
}

/** Looks at a body on its way to the client, or changes it. A filter that throws cuts the answer. */
export interface BodyFilter {
  /** Whether the bytes change: then the Content-Length of an upstream's answer goes. @default false */
  readonly changes?: boolean;
  /** Bytes of the body that it makes, where that is known beforehand. @default - a body that changes has no Content-Length */
  readonly length?: number;
  /** Returns what takes the place of a part; nothing holds it back. */
  part(bytes: Buffer): Buffer | undefined;
  /**
   * Called behind the last part, also of an empty body. Returns what is still to be sent. Not called when the body breaks off.
   *
   * @param trailers names and values in turn, of an answer of HTTP/2
   */
  end(trailers?: readonly string[]): Buffer | undefined;
}

/** An answer in the gateway's own format: the client gets the message as JSON, text, HTML or XML, as it accepts. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Format for a client that accepts any. @default 'json' */
  readonly fallback?: 'json' | 'text';
}

/** An answer that a plugin makes. */
export interface PluginAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * An object leaves as JSON, with its content type unless `headers` has one.
   * @default - the page of the status, as nginx sends it for redirects and errors; no body for other statuses
   */
  readonly body?: string | Buffer | object;
  /** Whether it is an answer of the upstream, e.g. from a cache: it has Via and the latencies of one. @default false */
  readonly isProxied?: boolean;
}

/** Who the client turned out to be. */
export interface Identity {
  /** @default - a client without an entity, e.g. with a token of a provider */
  readonly consumer?: Consumer | undefined;
  /** What it has proved itself with; without one the consumer is the anonymous one. */
  readonly credential?: Pick<Credential, 'id'> | undefined;
  /** Value of `X-Credential-Identifier`. @default - the id of the credential */
  readonly identifier?: string | undefined;
  /** Names of groups that the credential carries, e.g. claims of a token; `acl` reads them where there is no consumer. */
  readonly groups?: readonly string[];
}

/** One connection attempt to an upstream. */
export interface Try {
  readonly ip: string;
  readonly port: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly startedAt: number;
  /** Time to choose the target. Milliseconds, with a fraction. */
  readonly balancerMs: number;
  /** What the target is called. @default - its address */
  readonly hostname?: string;
  /** 502 or 504 when it failed. */
  readonly failed?: number;
}

/** Durations in milliseconds, with a fraction; -1 where it did not come to that. */
export interface Timings {
  /** When the request's head was complete. Milliseconds since 1970, with a fraction. */
  readonly startedAt: number;
  /** From the start to the first byte sent to an upstream, or to the gateway's own answer. */
  readonly proxyMs: number;
  /** From the first byte sent to the upstream to the head of its answer: the wait alone. */
  readonly upstreamMs: number;
  /** From the head of the upstream's answer to its end. */
  readonly receiveMs: number;
  /** From the start until the answer has ended. */
  readonly requestMs: number;
}

/** Bytes with heads and bodies, as they travelled. */
export interface Sizes {
  readonly request: number;
  readonly response: number;
  /** Of the answer's body alone. */
  readonly responseBody: number;
}

/** A line of the node's log. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Exchange {
  /** What plugins keep for this request: only `requestState` touches it. */
  states?: unknown[] | undefined;
  /** 32 hexadecimal characters. */
  readonly requestId: string;
  readonly request: ClientRequest;
  readonly upstream: UpstreamRequest;
  /** Set from the phase `responseHeaders` on; in `log`, not set for a client that went away before. */
  readonly response: ClientResponse | undefined;
  readonly route: Route | undefined;
  readonly service: Service | undefined;
  readonly consumer: Consumer | undefined;
  readonly credential: Pick<Credential, 'id'> | undefined;
  /** Names of groups that the credential carries. */
  readonly groups: readonly string[] | undefined;
  /** The configuration that this request began with: entities are looked up here, never kept by a plugin. */
  readonly configuration: Snapshot;
  /** Attempts so far. `undefined`: no route was found. */
  readonly tries: readonly Try[] | undefined;
  readonly timings: Timings;
  readonly sizes: Sizes;
  /** Recorded where a plugin of the configuration asks for it (`PluginPhases.wantsTimeline`), or the client does. */
  readonly timeline: Timeline | undefined;
  /** What the node logged about this request so far, where a plugin asks for it (`PluginPhases.wantsLogLines`). */
  readonly logLines: readonly LogLine[] | undefined;
  /** What was sent to the upstream: path and query. Empty when there is no route. */
  readonly upstreamUri: string;
  /** Statuses of all tries, as `502, 200`; empty when no upstream was asked. */
  readonly upstreamStatus: string;
  /** Whether the client went away before its answer was whole. */
  readonly isAborted: boolean;
  /**
   * Sets who the client is, and the headers `X-Consumer-*`, `X-Credential-Identifier` and `X-Anonymous-Consumer` for the upstream.
   * Plugins that run afterwards run with their configuration for this consumer.
   */
  authenticate(identity: Identity): void;
  /** Ends the request with an answer in the gateway's format. No upstream sees it; all plugins of the route get the later phases. */
  refuse(refusal: Refusal): void;
  /** Ends the request with an answer of the plugin's own. No upstream sees it; all plugins of the route get the later phases. */
  respond(answer: PluginAnswer): void;
}
