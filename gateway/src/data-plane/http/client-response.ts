/** The head of an answer on its way to the client. */
import type { IncomingMessage } from 'node:http';

import type { AnswerSource, ClientResponse, HeaderLine } from '../../plugin-kit/exchange.ts';
import { connectionOptions, NOT_TO_CLIENT, withCharset } from './header-rules.ts';
import { headerText, headerValue } from './header-text.ts';

export class ResponseHead implements ClientResponse {
  status: number;
  readonly source: AnswerSource;
  /** Names and values in turn, as they travel. */
  readonly headers: string[];

  constructor(status: number, headers: string[], source: AnswerSource = 'gateway') {
    this.status = status;
    this.headers = headers;
    this.source = source;
  }

  header(name: string): string | undefined {
    const value = this.rawHeader(name);
    return value === undefined ? undefined : headerText(value);
  }

  headerValues(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    return this.headers.filter((_, index) => index % 2 === 1 && this.headers[index - 1]!.toLowerCase() === wanted).map(headerText);
  }

  headerLines(): readonly HeaderLine[] {
    const lines: HeaderLine[] = [];
    for (let index = 0; index < this.headers.length; index += 2) lines.push([this.headers[index]!, headerText(this.headers[index + 1]!)]);
    return lines;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.removeHeader(name);
    for (const one of [value].flat()) this.addHeader(name, one);
  }

  addHeader(name: string, value: string): void {
    this.headers.push(name, headerValue(value));
  }

  /** The value as it travels: one character for each byte. */
  rawHeader(name: string): string | undefined {
    const index = this.#find(name.toLowerCase(), 0);
    return index === -1 ? undefined : this.headers[index + 1];
  }

  setRawHeader(name: string, value: string): void {
    this.removeHeader(name);
    this.headers.push(name, value);
  }

  /** Gives the content type the charset that nginx adds to texts without one: not where it would be taken for that of another page. */
  completeContentType(): void {
    if (this.status === 301 || this.status === 302) return;
    const index = this.#find('content-type', 0);
    if (index !== -1) this.headers[index + 1] = withCharset(this.headers[index + 1]!);
  }

  removeHeader(name: string): void {
    const wanted = name.toLowerCase();
    for (let index = this.#find(wanted, 0); index !== -1; index = this.#find(wanted, index)) this.headers.splice(index, 2);
  }

  #find(name: string, from: number): number {
    for (let index = from; index < this.headers.length; index += 2) if (this.headers[index]!.toLowerCase() === name) return index;
    return -1;
  }
}

/**
 * What of an upstream's answer goes to the client.
 *
 * @param upgrade whether the client asked for a WebSocket: an answer may name it, as 426 does. RFC 9110 §15.5.22
 */
export function headOfUpstream(response: IncomingMessage, upgrade = false): ResponseHead {
  const headers: string[] = [];
  const raw = response.rawHeaders;
  const dropped = connectionOptions(response.headers.connection);
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    const namesWebSocket = upgrade && name === 'upgrade' && raw[index + 1]!.toLowerCase() === 'websocket';
    if ((NOT_TO_CLIENT.has(name) || dropped?.has(name) === true) && !namesWebSocket) continue;
    // Of several content types the first counts; a client that picks another would see another document.
    if (name === 'content-type' && raw.findIndex((other, at) => at % 2 === 0 && other.toLowerCase() === name) < index) continue;
    headers.push(raw[index]!, raw[index + 1]!);
  }
  return new ResponseHead(response.statusCode!, headers, 'upstream');
}
