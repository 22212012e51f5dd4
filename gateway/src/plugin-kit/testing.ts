/** A request for tests of plugins: what the client sent is given, what the plugin did is seen. */
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { SILENT } from '../base/log.ts';
import type { Consumer, Credential, Route, Service, Snapshot } from '../model/snapshot.ts';
import { emptySnapshot } from '../model/snapshot.ts';
import type {
  ClientRequest, ClientResponse, Exchange, HeaderLine, HeaderReader, Identity, LogLine, PluginAnswer, Refusal, Sizes, Timings, Try,
  UpstreamRequest,
} from './exchange.ts';
import type { HeaderBlock } from './header-block.ts';
import type { PluginContext } from './plugin.ts';
import type { NodeServices } from './services.ts';
import type { Timeline } from './timeline.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

export interface FakeRequest extends Partial<Omit<ClientRequest, 'body'>> {
  /** Also becomes `rawPath`, unless that is given. */
  readonly path?: string;
  /** Without `?`. */
  readonly query?: string;
  /** By lower-case name. */
  readonly headers?: Headers;
  readonly body?: string;
}

/** What a plugin sees beside the request. */
export interface FakeSurroundings {
  readonly configuration?: Snapshot;
  readonly route?: Route;
  readonly service?: Service;
  readonly timings?: Partial<Timings>;
  readonly sizes?: Partial<Sizes>;
  readonly tries?: readonly Try[];
  readonly upstreamStatus?: string;
  readonly timeline?: Timeline;
  readonly logLines?: readonly LogLine[];
}

/** Header lines that can be changed, by any case of their names. */
class FakeHeaders {
  lines: HeaderLine[];
  readonly #changed: (change: string) => void;

  constructor(headers: Headers, changed: (change: string) => void = () => undefined) {
    this.lines = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value): HeaderLine => [name, value]));
    this.#changed = changed;
  }

  header(name: string): string | undefined {
    return this.headerValues(name)[0];
  }

  headerValues(name: string): readonly string[] {
    return this.lines.filter(([given]) => given.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  }

  headerLines(): readonly HeaderLine[] {
    return this.lines;
  }

  readHeaders(reader: HeaderReader): void {
    for (const [name, value] of this.lines) reader.line(name, Buffer.from(value).toString('latin1'));
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#changed(`set header ${name}: ${[value].flat().join(', ')}`);
    this.#drop(name);
    this.lines.push(...[value].flat().map((one): HeaderLine => [name, one]));
  }

  setHeaders({ names: { names }, values }: HeaderBlock): void {
    for (const [at, name] of names.entries()) this.setHeader(name, values[at]!);
  }

  addHeader(name: string, value: string): void {
    this.#changed(`add header ${name}: ${value}`);
    this.lines.push([name, value]);
  }

  removeHeader(name: string): void {
    this.#changed(`remove header ${name}`);
    this.#drop(name);
  }

  #drop(name: string): void {
    this.lines = this.lines.filter(([given]) => given.toLowerCase() !== name.toLowerCase());
  }
}

class FakeUpstream extends FakeHeaders implements UpstreamRequest {
  method: string;
  scheme: 'http' | 'https' | undefined;
  path: string | undefined;
  query: string;
  target: { readonly host: string; readonly port: number } | undefined;
  hostHeader: string | undefined;
  body: Buffer | undefined;
  readonly #note: (change: string) => void;

  constructor(request: ClientRequest, headers: Headers, note: (change: string) => void) {
    super(headers, note);
    this.method = request.method;
    this.query = request.query;
    this.#note = note;
  }

  removeQuery(name: string): void {
    this.#note(`remove query ${name}`);
    this.query = this.query.split('&').filter((pair) => pair.split('=')[0] !== name).join('&');
  }

  setBody(body: Buffer): void {
    this.#note(`set body ${body.toString()}`);
    this.body = body;
  }
}

/** The head of an answer, as an upstream gave it unless told otherwise. */
export class FakeResponse extends FakeHeaders implements ClientResponse {
  status: number;
  readonly source: ClientResponse['source'];

  constructor(status = 200, headers: Headers = {}, source: ClientResponse['source'] = 'upstream') {
    super(headers);
    this.status = status;
    this.source = source;
  }
}

export class FakeExchange implements Exchange {
  readonly requestId = '0'.repeat(32);
  readonly request: ClientRequest;
  readonly upstream: FakeUpstream;
  /** Set by the test before the later phases. */
  response: FakeResponse | undefined;
  readonly route: Route | undefined;
  readonly service: Service | undefined;
  consumer: Consumer | undefined;
  credential: Pick<Credential, 'id'> | undefined;
  groups: readonly string[] | undefined;
  readonly configuration: Snapshot;
  readonly tries: readonly Try[] | undefined;
  readonly timings: Timings;
  readonly sizes: Sizes;
  readonly upstreamUri = '/';
  readonly upstreamStatus: string;
  readonly timeline: Timeline | undefined;
  readonly logLines: readonly LogLine[] | undefined;
  isAborted = false;
  /** What the plugin answered in the gateway's format. */
  refusal: Refusal | undefined;
  /** What the plugin answered in its own. */
  answer: PluginAnswer | undefined;
  /** How the plugin identified the client. */
  identity: Identity | undefined;
  /** What the plugin did to the request, in words. */
  readonly changes: string[] = [];

  constructor(given: FakeRequest = {}, around: FakeSurroundings = {}) {
    this.request = fakeRequest(given);
    this.upstream = new FakeUpstream(this.request, given.headers ?? {}, (change) => this.changes.push(change));
    this.configuration = around.configuration ?? emptySnapshot();
    this.route = around.route;
    this.service = around.service;
    this.tries = around.tries ?? [];
    this.timings = { startedAt: 0, proxyMs: 0, upstreamMs: 0, receiveMs: 0, requestMs: 0, ...around.timings };
    this.sizes = { request: 0, response: 0, responseBody: 0, ...around.sizes };
    this.timeline = around.timeline;
    this.logLines = around.logLines;
    this.upstreamStatus = around.upstreamStatus ?? '200';
  }

  authenticate(identity: Identity): void {
    this.identity = identity;
    this.consumer = identity.consumer;
    this.credential = identity.credential;
    this.groups = identity.groups;
  }

  refuse(refusal: Refusal): void {
    this.refusal = refusal;
  }

  respond(answer: PluginAnswer): void {
    this.answer = answer;
  }
}

function fakeRequest({ body, ...given }: FakeRequest): ClientRequest {
  const headers = new FakeHeaders(given.headers ?? {});
  const query = given.query ?? '';
  return {
    method: 'GET',
    scheme: 'http',
    httpVersion: '1.1',
    host: headers.header('host') ?? 'example.test',
    port: 80,
    listenerPort: 8000,
    path: '/',
    rawPath: given.path ?? '/',
    query,
    clientIp: '192.0.2.1',
    remoteAddress: '192.0.2.1',
    remotePort: 50_000,
    connection: { localAddress: '192.0.2.9' },
    isTrusted: false,
    tls: undefined,
    captures: { positions: [], names: {} },
    header: (name) => headers.header(name),
    headerValues: (name) => headers.headerValues(name),
    headerLines: () => headers.headerLines(),
    readHeaders: (reader) => headers.readHeaders(reader),
    queryValues: (name) => new URLSearchParams(query).getAll(name),
    queryArguments: () => [...new URLSearchParams(query)],
    hasBody: body !== undefined,
    bodyLength: body === undefined ? undefined : Buffer.byteLength(body),
    body: async (maxBytes) => body === undefined || Buffer.byteLength(body) > maxBytes ? undefined : Buffer.from(body),
    ...given,
  };
}

/** What a plugin is prepared with, unless given otherwise. Services that a test needs must be given. */
export function fakeContext(given: Partial<PluginContext> = {}): PluginContext {
  return {
    id: '00000000-0000-4000-8000-00000000c0de',
    instanceName: undefined,
    scope: { route: undefined, service: undefined, consumer: undefined, consumerGroup: undefined },
    log: SILENT,
    clock: SYSTEM_CLOCK,
    node: { id: '00000000-0000-4000-8000-0000000000de', hostname: 'node.test', kongVersion: '3.9.1' },
    services: {} as NodeServices,
    ...given,
  };
}
