/**
 * What a plugin sees of one request and its answer, and what it may do to them. No type of Node appears here, so that the HTTP engine
 * below can change.
 */
import type { Consumer, Credential, Route, Service } from '../model/snapshot.ts';

/** The request as the client sent it. */
export interface ClientRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Decoded and normalised, without the query. */
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
  /** Address of the client; behind a trusted proxy the one that it names. */
  readonly clientIp: string;
  /** The first value, by lower-case name. Values are text: UTF-8 decoded, and one character for each byte where they are not UTF-8. */
  header(name: string): string | undefined;
  headerValues(name: string): readonly string[];
  /** Decoded values of a query argument. */
  queryValues(name: string): readonly string[];
  /** Reads the whole body; `undefined` when there is none or it is longer than the limit. In each case the upstream still gets it. */
  body(maxBytes: number): Promise<Buffer | undefined>;
}

/** Changes to what the upstream gets. */
export interface UpstreamRequest {
  /** Replaces all values of a header. The text leaves as UTF-8. */
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
  removeQuery(name: string): void;
  /** Replaces the body. */
  setBody(body: Buffer): void;
}

/** Changes to the answer's head; phase `responseHeaders`. Values are text, as in `ClientRequest`. */
export interface ClientResponse {
  readonly status: number;
  header(name: string): string | undefined;
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
}

export interface Refusal {
  readonly status: number;
  /** Shown to the client in the format that it accepts. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Exchange {
  /** 32 hexadecimal characters. */
  readonly requestId: string;
  readonly request: ClientRequest;
  readonly upstream: UpstreamRequest;
  /** Set from the phase `responseHeaders` on. */
  readonly response: ClientResponse | undefined;
  readonly route: Route | undefined;
  readonly service: Service | undefined;
  readonly consumer: Consumer | undefined;
  readonly credential: Credential | undefined;
  /**
   * Sets the consumer, and the headers `X-Consumer-*` for the upstream. Without a credential the consumer is the anonymous one.
   * Plugins that run afterwards run with their configuration for this consumer.
   */
  authenticate(consumer: Consumer, credential: Credential | undefined): void;
  /** Ends the request with an answer of the gateway. No upstream sees it; plugins behind this one get the phases after `access`. */
  refuse(refusal: Refusal): void;
}
