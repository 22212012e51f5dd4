/** What plugins change of the request to the upstream. */
import type { HeaderLine, UpstreamRequest } from '../../plugin-kit/exchange.ts';
import { NOT_TO_UPSTREAM } from './header-rules.ts';
import { headerText, headerValue, linePairs, withTexts } from './header-text.ts';
import type { ReceivedRequest } from './received-request.ts';

/** Lines that take the place of the client's with that name. */
export interface ChangedHeader {
  /** In lower case. */
  readonly key: string;
  readonly name: string;
  /** As they travel. Empty: the header is removed. */
  readonly values: readonly string[];
}

export class UpstreamChanges implements UpstreamRequest {
  method: string;
  scheme: 'http' | 'https' | undefined;
  path: string | undefined;
  query: string;
  target: { readonly host: string; readonly port: number } | undefined;
  hostHeader: string | undefined;
  /** Few: they are searched from the start. @default - the headers of the client */
  headers: ChangedHeader[] | undefined;
  readonly #exchange: ReceivedRequest;

  constructor(exchange: ReceivedRequest) {
    this.#exchange = exchange;
    this.method = exchange.incoming.method;
    this.scheme = undefined;
    this.path = undefined;
    this.target = undefined;
    this.hostHeader = undefined;
    this.headers = undefined;
    this.query = exchange.facts.search.slice(1);
  }

  header(name: string): string | undefined {
    return this.headerValues(name)[0];
  }

  headerValues(name: string): readonly string[] {
    const key = name.toLowerCase();
    return (this.#changed(key)?.values ?? this.#ofClient(key)).map(headerText);
  }

  headerLines(): readonly HeaderLine[] {
    return linePairs(this.flatHeaders());
  }

  flatHeaders(): readonly string[] {
    const lines: string[] = [];
    const flat = this.#exchange.incoming.headers.flat();
    for (let index = 0; index < flat.length; index += 2) {
      const key = flat[index]!.toLowerCase();
      if (ofClient(key) && this.#changed(key) === undefined) lines.push(flat[index]!, flat[index + 1]!);
    }
    if (this.headers !== undefined) for (const { name, values } of this.headers) for (const value of values) lines.push(name, value);
    return withTexts(lines);
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#change(name, [value].flat().map(headerValue));
  }

  addHeader(name: string, value: string): void {
    const key = name.toLowerCase();
    const before = this.#changed(key)?.values ?? this.#ofClient(key);
    this.#change(name, [...before, headerValue(value)]);
  }

  removeHeader(name: string): void {
    this.#change(name, []);
  }

  /** Takes the place of all that was changed under that name. */
  put(change: ChangedHeader): void {
    const headers = this.headers ??= [];
    for (let at = 0; at < headers.length; at += 1) {
      if (headers[at]!.key !== change.key) continue;
      headers[at] = change;
      return;
    }
    headers.push(change);
  }

  removeQuery(name: string): void {
    if (this.query === '') return;
    this.query = this.query.split('&').filter((pair) => decodeName(pair) !== name).join('&');
  }

  setBody(body: Buffer): void {
    this.#exchange.replacedBody = body;
  }

  #ofClient(key: string): readonly string[] {
    return ofClient(key) ? this.#exchange.incoming.headers.values(key) : [];
  }

  #change(name: string, values: readonly string[]): void {
    this.put({ key: name.toLowerCase(), name, values });
  }

  #changed(key: string): ChangedHeader | undefined {
    const { headers } = this;
    if (headers !== undefined) for (let at = 0; at < headers.length; at += 1) if (headers[at]!.key === key) return headers[at];
    return undefined;
  }
}

/** Content-Length and Expect end here; plugins may look at them. */
function ofClient(key: string): boolean {
  return !NOT_TO_UPSTREAM.has(key);
}

function decodeName(pair: string): string {
  return [...new URLSearchParams(`&${pair}`).keys()][0] ?? '';
}
