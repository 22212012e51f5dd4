/** The request of a client as plugins see it. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { plainAddress } from '../../base/ip-range.ts';
import type { ClientRequest, HeaderLine } from '../../plugin-kit/exchange.ts';
import { headerText } from './header-text.ts';
import type { ReceivedRequest } from './received-request.ts';

const NO_CAPTURES: ClientRequest['captures'] = { positions: [], names: {} };

type Argument = readonly [name: string, value: string | undefined];

const connections = new WeakMap<Socket, ClientRequest['connection']>();

function connectionOf(socket: Socket): ClientRequest['connection'] {
  const known = connections.get(socket) ?? { localAddress: plainAddress(socket.localAddress) };
  connections.set(socket, known);
  return known;
}

export class RequestView implements ClientRequest {
  readonly #exchange: ReceivedRequest;
  #arguments: readonly Argument[] | undefined;
  #body: Buffer | undefined;

  constructor(exchange: ReceivedRequest) {
    this.#exchange = exchange;
  }

  get method(): string {
    return this.#exchange.incoming.method!;
  }

  get scheme(): 'http' | 'https' {
    return this.#exchange.facts.scheme;
  }

  get httpVersion(): string {
    return this.#exchange.incoming.httpVersion;
  }

  get host(): string {
    return this.#exchange.facts.host;
  }

  get port(): number {
    return this.#exchange.facts.port;
  }

  get listenerPort(): number {
    return this.#exchange.facts.listenerPort;
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
    return this.#exchange.facts.remoteAddress;
  }

  get remotePort(): number {
    return this.#exchange.incoming.socket.remotePort ?? 0;
  }

  get connection(): ClientRequest['connection'] {
    return connectionOf(this.#exchange.incoming.socket);
  }

  get isTrusted(): boolean {
    return this.#exchange.facts.trusted;
  }

  get tls(): ClientRequest['tls'] {
    const socket = this.#exchange.incoming.socket as Partial<TLSSocket>;
    if (socket.encrypted !== true) return undefined;
    const { sni } = this.#exchange.facts;
    return {
      version: socket.getProtocol?.() ?? '', cipher: socket.getCipher?.().standardName ?? '', ...sni !== undefined && { serverName: sni },
    };
  }

  get captures(): ClientRequest['captures'] {
    const { match } = this.#exchange;
    if (match?.captures === undefined) return NO_CAPTURES;
    const names = Object.entries(match.captures).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return { positions: [], names: Object.fromEntries(names) };
  }

  header(name: string): string | undefined {
    return this.headerValues(name)[0];
  }

  headerValues(name: string): readonly string[] {
    return (this.#exchange.incoming.headersDistinct[name] ?? []).map(headerText);
  }

  headerLines(): readonly HeaderLine[] {
    const raw = this.#exchange.incoming.rawHeaders;
    const lines: HeaderLine[] = [];
    for (let index = 0; index < raw.length; index += 2) lines.push([raw[index]!, headerText(raw[index + 1]!)]);
    return lines;
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
    const length = this.#exchange.incoming.headers['content-length'];
    return length === undefined ? undefined : Number(length);
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
    this.#exchange.replacedBody ??= this.#body;
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

/** Whether the request announces a body. */
export function hasBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers['content-length'];
  return incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
