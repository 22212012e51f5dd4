/** Makes a request's head of the fields of a header block, strictly. RFC 9113 §8.2, §8.3. */
import { HeadLines, TOKEN } from '../http1/head-lines.ts';
import { idOf } from '../http1/known-headers.ts';
import { isRegularField, isPseudo, OF_CONNECTION } from './field-syntax.ts';
import type { FieldBounds } from './field-syntax.ts';
import { FIELD_OVERHEAD } from './hpack/hpack-decoder.ts';
import type { FieldSink } from './hpack/hpack-decoder.ts';
import type { TableField } from './hpack/static-table.ts';

const HOST = idOf('host');
const CONTENT_LENGTH = idOf('content-length');
const COOKIE = 'cookie';
const TE = idOf('te');
const EXPECT = idOf('expect');

/** A head that is well formed. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly headers: HeadLines;
  readonly contentLength: number | undefined;
  readonly expectsContinue: boolean;
}

/** `malformed`: with a reason, as a key of metrics. */
export type HeadResult =
  | { readonly kind: 'head'; readonly head: RequestHead }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'too-large'; readonly bytes: number };

export class RequestFields implements FieldSink {
  readonly #bounds: FieldBounds;
  #method: string | undefined;
  #scheme: string | undefined;
  #path: string | undefined;
  #authority: string | undefined;
  #host: string | undefined;
  #cookie: string | undefined;
  #contentLength: number | undefined;
  #expectsContinue = false;
  #hasRegular = false;
  #text = '';
  #places: number[] = [];
  #bytes = 0;
  #count = 0;
  #reason = '';

  constructor(bounds: FieldBounds) {
    this.#bounds = bounds;
  }

  field(field: TableField): void {
    this.#bytes += field.name.length + field.value.length + FIELD_OVERHEAD;
    this.#count += 1;
    if (this.#reason !== '' || this.#isTooLarge()) return;
    if (isPseudo(field)) this.#pseudo(field);
    else this.#regular(field);
  }

  end(): HeadResult {
    if (this.#isTooLarge()) return { kind: 'too-large', bytes: this.#bytes };
    if (this.#reason === '') this.#checkWhole();
    if (this.#reason !== '') return { kind: 'malformed', reason: this.#reason };
    if (!this.#hasRegular) this.#beginLines();
    if (this.#cookie !== undefined) this.#line(COOKIE, this.#cookie, idOf(COOKIE));
    return {
      kind: 'head',
      head: {
        method: this.#method!, path: this.#path!, headers: new HeadLines(this.#text, this.#places),
        contentLength: this.#contentLength, expectsContinue: this.#expectsContinue,
      },
    };
  }

  #isTooLarge(): boolean {
    return this.#bytes > this.#bounds.maxHeaderListBytes || this.#count > this.#bounds.maxHeaderFields;
  }

  #pseudo({ name, value }: TableField): void {
    if (this.#hasRegular) this.#reason = 'pseudo-after-fields';
    else if (name === ':method' && this.#method === undefined) this.#method = value;
    else if (name === ':scheme' && this.#scheme === undefined) this.#scheme = value;
    else if (name === ':path' && this.#path === undefined) this.#path = value;
    else if (name === ':authority' && this.#authority === undefined) this.#authority = value;
    else this.#reason = 'pseudo-header';
  }

  #regular(field: TableField): void {
    const { name, value, id } = field;
    if (!this.#hasRegular) this.#beginLines();
    if (!isRegularField(field)) this.#reason = 'field';
    else if (OF_CONNECTION.has(id)) this.#reason = 'connection-field';
    else if (id === TE && value !== 'trailers') this.#reason = 'te';
    else if (id === HOST) this.#takeHost(value);
    else if (name === COOKIE) this.#cookie = this.#cookie === undefined ? value : `${this.#cookie}; ${value}`;
    else {
      if (id === CONTENT_LENGTH) this.#takeLength(value);
      else if (id === EXPECT && value.toLowerCase() === '100-continue') this.#expectsContinue = true;
      this.#line(name, value, id);
    }
  }

  /** The line `host` comes first, as in HTTP/1. */
  #beginLines(): void {
    this.#hasRegular = true;
    if (this.#authority !== undefined) this.#line('host', this.#authority, HOST);
  }

  #takeHost(value: string): void {
    if (this.#host !== undefined) this.#reason = 'two-hosts';
    else if (this.#authority === undefined) this.#line('host', value, HOST);
    // RFC 9113 §8.3.1
    else if (this.#authority.toLowerCase() !== value.toLowerCase()) this.#reason = 'host-differs';
    this.#host = value;
  }

  #takeLength(value: string): void {
    if (this.#contentLength !== undefined || !/^\d{1,15}$/.test(value)) this.#reason = 'content-length';
    else this.#contentLength = Number(value);
  }

  #checkWhole(): void {
    if (this.#method === undefined || !isToken(this.#method)) this.#reason = 'method';
    else if (this.#method === 'CONNECT') this.#checkConnect();
    else if (this.#scheme !== 'http' && this.#scheme !== 'https') this.#reason = 'scheme';
    else if (this.#path === undefined || !isPath(this.#path, this.#method)) this.#reason = 'path';
    else if (this.#authority !== undefined && !isAuthority(this.#authority)) this.#reason = 'authority';
  }

  /** RFC 9113 §8.5. The target is the authority, as in HTTP/1. */
  #checkConnect(): void {
    if (this.#scheme !== undefined || this.#path !== undefined || this.#authority === undefined || !isAuthority(this.#authority)) {
      this.#reason = 'connect';
    }
    this.#path = this.#authority;
  }

  #line(name: string, value: string, id: number): void {
    const start = this.#text.length;
    const nameEnd = start + name.length;
    this.#text += `${name}: ${value}\r\n`;
    this.#places.push(id, start, nameEnd, nameEnd + 2, nameEnd + 2 + value.length);
  }
}

function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (TOKEN[text.charCodeAt(at)] !== 1) return false;
  return text !== '';
}

/** In origin form, or `*` of OPTIONS. */
function isPath(path: string, method: string): boolean {
  if (path.charCodeAt(0) !== 47) return path === '*' && method === 'OPTIONS';
  return isVisible(path);
}

/** Without user information. */
function isAuthority(authority: string): boolean {
  return authority !== '' && isVisible(authority) && !/[@/?#\\]/.test(authority);
}

function isVisible(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32 || code >= 127) return false;
  }
  return true;
}
