/** What plugins change of the request to the upstream. */
import type { HeaderLine, HeaderReader, UpstreamRequest } from '../../plugin-kit/exchange.ts';
import { NOT_TO_UPSTREAM, TO_UPSTREAM } from './header-rules.ts';
import { headerText, headerValue, linePairs, withTexts } from './header-text.ts';
import type { ChangedHeader, IdentityHeaders } from './identity-headers.ts';
import type { ReceivedRequest } from './received-request.ts';

export class UpstreamChanges implements UpstreamRequest {
  method: string;
  scheme: 'http' | 'https' | undefined;
  path: string | undefined;
  query: string;
  target: { readonly host: string; readonly port: number } | undefined;
  hostHeader: string | undefined;
  /** Few: they are searched from the start. @default - the headers of the client */
  headers: readonly ChangedHeader[] | undefined;
  /** What `headers` are, as long as nothing else was changed. */
  identity: IdentityHeaders | undefined;
  #own: ChangedHeader[] | undefined;
  readonly #exchange: ReceivedRequest;

  constructor(exchange: ReceivedRequest) {
    this.#exchange = exchange;
    this.method = exchange.incoming.method;
    this.scheme = undefined;
    this.path = undefined;
    this.target = undefined;
    this.hostHeader = undefined;
    this.headers = undefined;
    this.identity = undefined;
    this.#own = undefined;
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
    return linePairs(this.#flatHeaders());
  }

  readHeaders(reader: HeaderReader): void {
    const { headers: lines } = this.#exchange.incoming;
    for (let line = 0; line < lines.count; line += 1) {
      if (lines.isDropped(line, TO_UPSTREAM)) continue;
      const name = lines.nameAt(line);
      if (this.headers === undefined || this.identity !== undefined || this.#changed(name.toLowerCase()) === undefined) {
        reader.line(name, lines.valueAt(line));
      }
    }
    if (this.identity !== undefined) reader.block(this.identity.block);
    else if (this.headers !== undefined) for (const { name, values } of this.headers) for (const value of values) reader.line(name, value);
  }

  #flatHeaders(): readonly string[] {
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

  /** Says who the client is. */
  identify(identity: IdentityHeaders): void {
    if (this.headers === undefined || this.identity !== undefined) {
      this.headers = identity.set;
      this.identity = identity;
    } else for (const change of identity.all) this.put(change);
  }

  /** Takes the place of all that was changed under that name. */
  put(change: ChangedHeader): void {
    const headers = this.#own ??= this.headers === undefined ? [] : [...this.headers];
    this.headers = headers;
    this.identity = undefined;
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
