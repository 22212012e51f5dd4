/** One request on Node's HTTP engine, as plugins and the pipeline see it. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import type { Consumer, Credential, Route, Service } from '../../model/snapshot.ts';
import type { ClientRequest, ClientResponse, Exchange, Refusal, UpstreamRequest } from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { RequestPath } from '../router/request-path.ts';
import type { RouterInput } from '../router/route-matcher.ts';
import type { RouteMatch } from '../router/router.ts';
import { headerText, headerValue } from './header-text.ts';
import { nextRequestId } from './request-id.ts';

/** What the listener knows of a request before it is routed. */
export interface RequestFacts {
  readonly path: RequestPath;
  /** Path as the client sent it, without query. */
  readonly rawPath: string;
  /** With its `?`, or empty. */
  readonly search: string;
  readonly scheme: 'http' | 'https';
  /** Host header, lower case and without port. */
  readonly host: string;
  /** Host header as it came; empty when there is none. */
  readonly authority: string;
  /** Of the Host header, else the listener's. */
  readonly port: number;
  readonly listenerPort: number;
  readonly remoteAddress: string;
  /** Whether the other end of the connection is a trusted proxy. */
  readonly trusted: boolean;
  readonly clientIp: string;
  readonly sni?: string;
}

export class HttpExchange implements Exchange, RouterInput {
  readonly requestId = nextRequestId();
  readonly startedAt = performance.now();
  readonly incoming: IncomingMessage;
  readonly facts: RequestFacts;
  readonly request: ClientRequest;
  readonly upstream: UpstreamRequest;
  match: RouteMatch | undefined;
  response: ClientResponse | undefined;
  consumer: Consumer | undefined;
  credential: Credential | undefined;
  refusal: Refusal | undefined;
  /** Headers to send instead of the client's, as they travel; `undefined` removes one. By lower-case name. */
  changedHeaders: Map<string, { name: string; value: string } | undefined> | undefined;
  search: string;
  /** Plugins whose later phases see this request: the global ones until there is a route, then those of the route. */
  plugins: PluginPhases[] = [];
  /** Tells a client that waits for it to send its body. */
  sendContinue: (() => void) | undefined;
  replacedBody: Buffer | undefined;
  /** Whether the answer is finished, or the client gone. */
  closed = false;

  /** @param upgrade whether the client asks for a WebSocket */
  constructor(incoming: IncomingMessage, facts: RequestFacts, readonly upgrade: boolean) {
    this.incoming = incoming;
    this.facts = facts;
    this.search = facts.search;
    this.request = new RequestView(this);
    this.upstream = new UpstreamChanges(this);
  }

  get method(): string {
    return this.incoming.method!;
  }

  get host(): string {
    return this.facts.host;
  }

  get port(): number {
    return this.facts.port;
  }

  get path(): string {
    return this.facts.path.path;
  }

  get scheme(): 'http' | 'https' {
    return this.facts.scheme;
  }

  get sni(): string | undefined {
    return this.facts.sni;
  }

  get route(): Route | undefined {
    return this.match?.route;
  }

  get service(): Service | undefined {
    return this.match?.route.service;
  }

  /** As they came: one character for each byte. */
  headerValues(name: string): readonly string[] {
    return this.incoming.headersDistinct[name] ?? [];
  }

  authenticate(consumer: Consumer, credential: Credential | undefined): void {
    this.consumer = consumer;
    this.credential = credential;
    const identity: readonly (readonly [string, string | null | undefined])[] = [
      ['X-Consumer-ID', consumer.id],
      ['X-Consumer-Custom-ID', consumer.customId],
      ['X-Consumer-Username', consumer.username],
      ['X-Credential-Identifier', credential?.id],
      ['X-Anonymous-Consumer', credential === undefined ? 'true' : undefined],
    ];
    for (const [name, value] of identity) {
      if (value === null || value === undefined) this.upstream.removeHeader(name);
      else this.upstream.setHeader(name, value);
    }
  }

  refuse({ headers = {}, ...refusal }: Refusal): void {
    this.refusal = { ...refusal, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerValue(value)])) };
  }
}

class RequestView implements ClientRequest {
  readonly #exchange: HttpExchange;
  #arguments: URLSearchParams | undefined;
  #body: Buffer | undefined;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  get method(): string {
    return this.#exchange.method;
  }

  get scheme(): 'http' | 'https' {
    return this.#exchange.scheme;
  }

  get path(): string {
    return this.#exchange.path;
  }

  get query(): string {
    return this.#exchange.facts.search.slice(1);
  }

  get clientIp(): string {
    return this.#exchange.facts.clientIp;
  }

  header(name: string): string | undefined {
    return this.headerValues(name)[0];
  }

  headerValues(name: string): readonly string[] {
    return this.#exchange.headerValues(name).map(headerText);
  }

  queryValues(name: string): readonly string[] {
    this.#arguments ??= new URLSearchParams(this.query);
    return this.#arguments.getAll(name);
  }

  async body(maxBytes: number): Promise<Buffer | undefined> {
    // Another plugin has read it. That it was replaced since does not matter: this is the request as the client sent it.
    if (this.#body !== undefined) return this.#body.length > maxBytes ? undefined : this.#body;
    const { incoming } = this.#exchange;
    if (!hasBody(incoming)) return undefined;
    this.#exchange.sendContinue?.();
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = incoming.read() as Buffer | null;
      if (chunk !== null) {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= maxBytes) continue;
        // Too long to look into: what was read goes back, to be sent on with the rest.
        incoming.unshift(Buffer.concat(chunks));
        return undefined;
      }
      if (incoming.complete) break;
      if (incoming.destroyed) throw new ClientGone();
      await nextPart(incoming);
    }
    this.#body = Buffer.concat(chunks);
    this.#exchange.replacedBody = this.#body;
    return this.#body;
  }
}

/** The client ended its connection before its request was whole: the request ends without an answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client went away');
  }
}

/** Settles when there is more to read, or nothing any more. A body comes in many parts, so no listener may stay behind. */
async function nextPart(incoming: IncomingMessage): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    await Promise.race(['readable', 'end', 'close'].map((event) => once(incoming, event, { signal })));
  } catch {
    throw new ClientGone();
  } finally {
    heard.abort();
  }
}

class UpstreamChanges implements UpstreamRequest {
  readonly #exchange: HttpExchange;

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange;
  }

  setHeader(name: string, value: string): void {
    this.#changes().set(name.toLowerCase(), { name, value: headerValue(value) });
  }

  removeHeader(name: string): void {
    this.#changes().set(name.toLowerCase(), undefined);
  }

  removeQuery(name: string): void {
    const { search } = this.#exchange;
    if (search.length < 2) return;
    const kept = search.slice(1).split('&').filter((pair) => decodeName(pair) !== name);
    this.#exchange.search = kept.length === 0 ? '' : `?${kept.join('&')}`;
  }

  setBody(body: Buffer): void {
    this.#exchange.replacedBody = body;
  }

  #changes(): NonNullable<HttpExchange['changedHeaders']> {
    this.#exchange.changedHeaders ??= new Map();
    return this.#exchange.changedHeaders;
  }
}

/** Whether the request announces a body. */
export function hasBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers['content-length'];
  return incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function decodeName(pair: string): string {
  return [...new URLSearchParams(pair).keys()][0] ?? '';
}
