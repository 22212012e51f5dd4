/** A request for tests of plugins: what the client sent is given, what the plugin did is seen. */
import { SILENT } from '../base/log.ts';
import type { Consumer, Credential, Route, Service, Snapshot } from '../model/snapshot.ts';
import type { ClientRequest, ClientResponse, Exchange, Refusal, UpstreamRequest } from './exchange.ts';
import type { PluginContext } from './plugin.ts';

export interface FakeRequest {
  readonly method?: string;
  readonly path?: string;
  /** Without `?`. */
  readonly query?: string;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export class FakeExchange implements Exchange {
  readonly requestId = '0'.repeat(32);
  readonly request: ClientRequest;
  readonly upstream: UpstreamRequest;
  readonly response: ClientResponse | undefined = undefined;
  readonly route: Route | undefined = undefined;
  readonly service: Service | undefined = undefined;
  consumer: Consumer | undefined;
  credential: Credential | undefined;
  /** What the plugin answered in place of the upstream. */
  refusal: Refusal | undefined;
  /** What the plugin did to the request, in words. */
  readonly changes: string[] = [];

  constructor(given: FakeRequest = {}) {
    const headers = new Map(Object.entries(given.headers ?? {}).map(([name, value]) => [name, [value].flat()]));
    const query = given.query ?? '';
    this.request = {
      method: given.method ?? 'GET',
      scheme: 'http',
      path: given.path ?? '/',
      query,
      clientIp: '192.0.2.1',
      header: (name) => headers.get(name)?.[0],
      headerValues: (name) => headers.get(name) ?? [],
      queryValues: (name) => new URLSearchParams(query).getAll(name),
      body: async (maxBytes) => given.body === undefined || given.body.length > maxBytes ? undefined : Buffer.from(given.body),
    };
    this.upstream = {
      setHeader: (name, value) => void this.changes.push(`set header ${name}: ${value}`),
      removeHeader: (name) => void this.changes.push(`remove header ${name}`),
      removeQuery: (name) => void this.changes.push(`remove query ${name}`),
      setBody: (body) => void this.changes.push(`set body ${body.toString()}`),
    };
  }

  authenticate(consumer: Consumer, credential: Credential | undefined): void {
    this.consumer = consumer;
    this.credential = credential;
  }

  refuse(refusal: Refusal): void {
    this.refusal = refusal;
  }
}

/** What a plugin is prepared with: nothing in it, unless given. */
export function fakeContext(given: Partial<PluginContext> = {}): PluginContext {
  const none: Snapshot['consumers'] = { byId: new Map(), byUsername: new Map() };
  return { consumers: none, credentials: new Map(), log: SILENT, now: () => 0, ...given };
}
