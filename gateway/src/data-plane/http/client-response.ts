/** The head of an answer on its way to the client. */
import { idOf } from '../../http-engine/http1/known-headers.ts';
import type { DroppedHeaders, HeaderLines } from '../../http-engine/messages.ts';
import type { AnswerSource, ClientResponse, HeaderLine, HeaderReader } from '../../plugin-kit/exchange.ts';
import type { HeaderBlock } from '../../plugin-kit/header-block.ts';
import { connectionOptions, FRAMED_TO_CLIENT, TO_CLIENT, withCharset } from './header-rules.ts';
import { headerText, headerValue, keyOfName, lineOf, linePairs, parseLines, withTexts } from './header-text.ts';

const LENGTH = 'content-length';
const CONTENT_TYPE = idOf('content-type');
const UPGRADE = idOf('upgrade');

/** What engines write themselves. */
const OF_ENGINE: ReadonlySet<string> = new Set([LENGTH, 'transfer-encoding', 'connection']);

/** What is in no text. */
const APART: ReadonlySet<string> = new Set([...OF_ENGINE, 'content-type']);

/** What a head's text was copied from. */
interface Origin {
  readonly headers: HeaderLines;
  /** What of it is not in the text. */
  readonly dropped: DroppedHeaders;
  readonly options: ReadonlySet<string> | undefined;
}

/** Keeps its lines as one text until a plugin looks at them or changes them. */
export class ResponseHead implements ClientResponse {
  status: number;
  readonly source: AnswerSource;
  /** Length of the body, or what Content-Length says in its place. `undefined`: not known beforehand. Bytes. */
  length: number | undefined;
  #text: string;
  /** What was added to the text: blocks of lines, and names and values in turn. Nothing before had these names. */
  #added: (HeaderBlock | string)[] | undefined;
  /** Content-Type, while it is in no list. */
  #type: string | undefined;
  readonly #origin: Origin | undefined;
  /** Names and values in turn, as they travel. Content-Length is among them. */
  #list: string[] | undefined;

  /**
   * @param text header lines, each with its CRLF, without Content-Type and those that engines write
   * @param origin what the text was copied from. @default - it is the gateway's own
   */
  constructor(
    status: number, text: string, length: number | undefined, type: string | undefined, source: AnswerSource = 'gateway',
    origin?: Origin,
  ) {
    this.status = status;
    this.source = source;
    this.length = length;
    this.#text = text;
    this.#added = undefined;
    this.#type = type;
    this.#origin = origin;
    this.#list = undefined;
  }

  /** Header lines for the engine: those that it writes itself are left out. @throws Error a name or a status that no head can hold */
  get lines(): string {
    if (!(this.status >= 100 && this.status <= 999)) throw new Error(`${this.status} is no status`);
    if (this.#list === undefined) return this.#type === undefined ? this.#text : `Content-Type: ${this.#type}\r\n${this.#text}`;
    let text = '';
    for (let index = 0; index < this.#list.length; index += 2) {
      if (!OF_ENGINE.has(this.#list[index]!.toLowerCase())) text += lineOf(this.#list[index]!, this.#list[index + 1]!);
    }
    return text;
  }

  /** More tokens for the Connection header, e.g. `Upgrade` of a 426. */
  get connectionOptions(): string | undefined {
    return this.#list === undefined ? undefined : this.rawHeader('connection');
  }

  /** Names and values in turn, as they travel. */
  get headers(): string[] {
    return this.#list ??= this.#parsed();
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
    return linePairs(withTexts(this.#list ?? this.#parsed()));
  }

  readHeaders(reader: HeaderReader): void {
    if (this.#list !== undefined || this.#origin === undefined) {
      const lines = this.#list ?? this.#parsed();
      for (let at = 0; at < lines.length; at += 2) reader.line(lines[at]!, lines[at + 1]!);
      return;
    }
    const { headers, dropped, options } = this.#origin;
    if (this.#type !== undefined) reader.line('Content-Type', this.#type);
    for (let line = 0; line < headers.count; line += 1) {
      if (!headers.isDropped(line, dropped, options)) reader.line(headers.nameAt(line), headers.valueAt(line));
    }
    const added = this.#added;
    if (added !== undefined) {
      for (let at = 0; at < added.length; at += 1) {
        const one = added[at]!;
        if (typeof one === 'string') reader.line(one, added[at += 1] as string);
        else reader.block(one);
      }
    }
    if (this.length !== undefined) reader.line('Content-Length', String(this.length));
  }

  setHeader(name: string, value: string | readonly string[]): void {
    const key = keyOfName(name);
    if (key !== undefined && this.#isNew(key)) {
      if (typeof value === 'string') this.#addToText(name, headerValue(value));
      else for (const one of value) this.#addToText(name, headerValue(one));
      return;
    }
    this.removeHeader(name);
    if (typeof value === 'string') this.addHeader(name, value);
    else for (const one of value) this.addHeader(name, one);
  }

  setHeaders(block: HeaderBlock): void {
    const { names: { names, keys }, values } = block;
    let areNew = true;
    for (let at = 0; areNew && at < keys.length; at += 1) areNew = this.#isNew(keys[at]!);
    if (areNew) return this.addBlock(block);
    for (let at = 0; at < names.length; at += 1) this.setRawHeader(names[at]!, values[at]!);
    return undefined;
  }

  addHeader(name: string, value: string): void {
    this.#add(name, headerValue(value));
  }

  /** The value as it travels: one character for each byte. */
  rawHeader(name: string): string | undefined {
    if (this.#list === undefined && name === LENGTH) return this.length === undefined ? undefined : String(this.length);
    const index = this.#find(name.toLowerCase(), 0);
    return index === -1 ? undefined : this.headers[index + 1];
  }

  setRawHeader(name: string, value: string): void {
    this.removeHeader(name);
    this.#add(name, value);
  }

  /** Adds lines to an answer of the gateway's own: each with its CRLF, none by a name that engines write. */
  addText(lines: string): void {
    if (this.#list === undefined) this.#text += lines;
    else parseLines(lines, this.#list);
  }

  /** Adds lines whose names no line has. */
  addBlock(block: HeaderBlock): void {
    if (this.#list !== undefined) return parseLines(block.lines, this.#list);
    this.#text += block.lines;
    if (this.#added === undefined) this.#added = [block];
    else this.#added.push(block);
    return undefined;
  }

  /** Changes how long the body is said to be. */
  setLength(length: number | undefined): void {
    this.length = length;
    if (this.#list === undefined) return;
    this.removeHeader(LENGTH);
    this.length = length;
    if (length !== undefined) this.#list.push('Content-Length', String(length));
  }

  /** Gives the content type the charset that nginx adds to texts without one: not where it would be taken for that of another page. */
  completeContentType(): void {
    if (this.status === 301 || this.status === 302) return;
    if (this.#list === undefined) {
      if (this.#type !== undefined) this.#type = withCharset(this.#type);
      return;
    }
    const index = this.#find('content-type', 0);
    if (index !== -1) this.#list[index + 1] = withCharset(this.#list[index + 1]!);
  }

  removeHeader(name: string): void {
    const wanted = name.toLowerCase();
    const { headers } = this;
    for (let index = this.#find(wanted, 0); index !== -1; index = this.#find(wanted, index)) headers.splice(index, 2);
    // A length that is not said is not known beforehand.
    if (wanted === LENGTH) this.length = undefined;
  }

  /** Whether it is sure that no line has this name, without a look at the text. @param name in lower case */
  #isNew(name: string): boolean {
    if (this.#list !== undefined || this.#origin === undefined || APART.has(name)) return false;
    return this.#origin.headers.first(name) === undefined && !this.#isAdded(name);
  }

  /** @param name in lower case */
  #isAdded(name: string): boolean {
    const added = this.#added;
    if (added === undefined) return false;
    for (let at = 0; at < added.length; at += 1) {
      const one = added[at]!;
      if (typeof one !== 'string') {
        if (one.names.keys.includes(name)) return true;
      } else {
        if (keyOfName(one) === name) return true;
        at += 1;
      }
    }
    return false;
  }

  #addToText(name: string, value: string): void {
    this.#text += `${name}: ${value}\r\n`;
    (this.#added ??= []).push(name, value);
  }

  #parsed(): string[] {
    const list = this.#type === undefined ? [] : ['Content-Type', this.#type];
    parseLines(this.#text, list);
    if (this.length !== undefined) list.push('Content-Length', String(this.length));
    return list;
  }

  #add(name: string, value: string): void {
    this.headers.push(name, value);
  }

  #find(name: string, from: number): number {
    const { headers } = this;
    for (let index = from; index < headers.length; index += 2) if (headers[index]!.toLowerCase() === name) return index;
    return -1;
  }
}

interface AnswerOfUpstream {
  readonly status: number;
  readonly headers: HeaderLines;
  readonly contentLength: number | undefined;
}

/**
 * What of an upstream's answer goes to the client.
 *
 * @param upgrade whether the client asked for a WebSocket: an answer may name it, as 426 does. RFC 9110 §15.5.22
 */
export function headOfUpstream({ status, headers, contentLength }: AnswerOfUpstream, upgrade = false): ResponseHead {
  // Trailers can only follow chunks.
  const rules: DroppedHeaders = contentLength === undefined ? TO_CLIENT : FRAMED_TO_CLIENT;
  const options = connectionOptions(headers);
  const text = headers.copyWithout(rules, options);
  // Of several content types the first counts; a client that picks another would see another document.
  const head = new ResponseHead(
    status, text, contentLength, headers.known(CONTENT_TYPE), 'upstream', { headers, dropped: rules, options },
  );
  if (upgrade && headers.known(UPGRADE)?.toLowerCase() === 'websocket') head.addHeader('Upgrade', headers.known(UPGRADE)!);
  return head;
}
