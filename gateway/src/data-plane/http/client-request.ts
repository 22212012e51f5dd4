/** The request of a client as plugins see it. */
import type { IncomingRequest } from '../../http-engine/messages.ts';
import type { ClientRequest, HeaderLine, HeaderReader } from '../../plugin-kit/exchange.ts';
import { readWhole } from './body-reading.ts';
import { headerText, linePairs, withTexts } from './header-text.ts';
import type { ReceivedRequest } from './received-request.ts';

const NO_CAPTURES: ClientRequest['captures'] = { positions: [], names: {} };

type Argument = readonly [name: string, value: string | undefined];

export class RequestView implements ClientRequest {
  readonly #exchange: ReceivedRequest;
  #arguments: readonly Argument[] | undefined;
  #body: Buffer | undefined;

  constructor(exchange: ReceivedRequest) {
    this.#exchange = exchange;
    this.#arguments = undefined;
    this.#body = undefined;
  }

  get method(): string {
    return this.#exchange.incoming.method;
  }

  get scheme(): 'http' | 'https' {
    return this.#exchange.facts.connection.scheme;
  }

  get httpVersion(): string {
    return this.#exchange.incoming.version;
  }

  get host(): string {
    return this.#exchange.facts.host;
  }

  get port(): number {
    return this.#exchange.facts.port;
  }

  get listenerPort(): number {
    return this.#exchange.facts.connection.listenerPort;
  }

  get path(): string {
    return this.#exchange.facts.path.path;
  }

  get rawPath(): string {
    return this.#exchange.facts.rawPath;
  }

  get query(): string {
    return this.#exchange.facts.search.slice(1);
  }

  get clientIp(): string {
    return this.#exchange.facts.clientIp;
  }

  get remoteAddress(): string {
    return this.#exchange.facts.connection.remoteAddress;
  }

  get remotePort(): number {
    return this.#exchange.facts.connection.remotePort;
  }

  get connection(): ClientRequest['connection'] {
    return this.#exchange.facts.connection;
  }

  get isTrusted(): boolean {
    return this.#exchange.facts.connection.trusted;
  }

  get tls(): ClientRequest['tls'] {
    const { tls } = this.#exchange.incoming.connection;
    if (tls === undefined) return undefined;
    const { version, cipher, serverName } = tls;
    return { version, cipher, ...serverName !== undefined && { serverName } };
  }

  get captures(): ClientRequest['captures'] {
    const { match } = this.#exchange;
    if (match?.captures === undefined) return NO_CAPTURES;
    const names = Object.entries(match.captures).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { positions: [], names: Object.fromEntries(names) };
  }

  header(name: string): string | undefined {
    const value = this.#exchange.incoming.headers.first(name);
    return value === undefined ? undefined : headerText(value);
  }

  headerValues(name: string): readonly string[] {
    const values = this.#exchange.incoming.headers.values(name);
    if (values.length === 1) return [headerText(values[0]!)];
    return values.length === 0 ? values : values.map(headerText);
  }

  headerLines(): readonly HeaderLine[] {
    return linePairs(withTexts(this.#exchange.incoming.headers.flat()));
  }

  readHeaders(reader: HeaderReader): void {
    const { headers } = this.#exchange.incoming;
    for (let line = 0; line < headers.count; line += 1) reader.line(headers.nameAt(line), headers.valueAt(line));
  }

  queryValues(name: string): readonly string[] {
    return this.queryArguments().flatMap(([given, value]) => (given === name ? [value ?? ''] : []));
  }

  queryArguments(): readonly Argument[] {
    this.#arguments ??= this.query.split('&').filter((pair) => pair !== '').map((pair): Argument => {
      const [name, value] = [...new URLSearchParams(`&${pair}`)][0]!;
      return [name, pair.includes('=') ? value : undefined];
    });
    return this.#arguments;
  }

  get hasBody(): boolean {
    return hasBody(this.#exchange.incoming);
  }

  get bodyLength(): number | undefined {
    return this.#exchange.incoming.contentLength;
  }

  async body(maxBytes: number): Promise<Buffer | undefined> {
    // Another plugin has read it. That it was replaced since does not matter: this is the request as the client sent it.
    if (this.#body !== undefined) return this.#body.length > maxBytes ? undefined : this.#body;
    if (!hasBody(this.#exchange.incoming)) return undefined;
    this.#body = await readWhole(this.#exchange, maxBytes);
    if (this.#body !== undefined) this.#exchange.replacedBody ??= this.#body;
    return this.#body;
  }
}

/** Whether the request announces a body. */
export function hasBody({ isChunked, contentLength }: IncomingRequest): boolean {
  return isChunked || (contentLength !== undefined && contentLength > 0);
}
