/**
 * The headers of a log entry as JSON, without lists of pairs: what a name means is looked up once, and then known by the name. What objects
 * treat in their own way (names that come twice, or begin with a digit) is left to the lists of `log-entry.ts`.
 */
import { isPlain, quoted } from '../base/quoted.ts';
import { textOfBytes } from '../base/text-of-bytes.ts';
import type { Exchange, HeaderReader } from '../plugin-kit/exchange.ts';
import type { HeaderBlock } from '../plugin-kit/header-block.ts';
import { hasPersonalLines } from '../plugin-kit/personal-headers.ts';
import { isInChunks, joined, NOT_AMONG_UPSTREAMS, REDACTED_HEADERS, requestHeaders, responseHeaders } from './log-entry.ts';

/** A name as entries show it. Each name has one, whatever its case. */
interface ShownName {
  /** Begins the member. */
  readonly member: string;
  /** The same behind another member. */
  readonly next: string;
  readonly isRedacted: boolean;
  /** Whether upstreams do not get what the client sent by it. */
  readonly endsHere: boolean;
  readonly isDate: boolean;
  readonly isLength: boolean;
  readonly isConnection: boolean;
  /** Number of the head in which it was seen last. */
  seenIn: number;
}

const byKey = new Map<string, ShownName>();
/** The same by names as they travel. */
const byName = new Map<string, ShownName>();
const MAX_NAMES = 1000;
const MAX_NAME_LENGTH = 64;

export function requestHeadersText(exchange: Exchange): string {
  return fastRequestHeaders(exchange) ?? JSON.stringify(joined(requestHeaders(exchange)));
}

export function responseHeadersText(exchange: Exchange): string {
  return fastResponseHeaders(exchange) ?? JSON.stringify(joined(responseHeaders(exchange)));
}

let heads = 0;

/** Members of one object, put together from the lines of a head. Used for one head after another. */
class Members implements HeaderReader {
  text = '';
  /** Whether there is something that lists must show. */
  isOdd = false;
  hasLength = false;
  /** Whether lines that the gateway makes itself for each connection are left out. */
  isOfAnswer = false;
  hasDate = true;
  #head = 0;

  begin(isOfAnswer: boolean, hasDate: boolean): void {
    if (byName.size > MAX_NAMES) forgetNames();
    this.text = '';
    this.isOdd = false;
    this.hasLength = false;
    this.isOfAnswer = isOfAnswer;
    this.hasDate = hasDate;
    this.#head = heads += 1;
  }

  line(name: string, value: string): void {
    const shown = shownName(name);
    if (shown === undefined) {
      this.isOdd = true;
      return;
    }
    if (this.isOfAnswer) {
      if (shown.isConnection || (shown.isDate && !this.hasDate)) return;
      if (shown.isLength) this.hasLength = true;
    }
    this.add(shown, value);
  }

  block({ members }: HeaderBlock): void {
    if (members !== '') this.text += this.text === '' ? members : `,${members}`;
  }

  add(shown: ShownName, value: string): void {
    if (shown.seenIn === this.#head) this.isOdd = true;
    shown.seenIn = this.#head;
    const start = this.text === '' ? shown.member : shown.next;
    if (shown.isRedacted) this.text += `${start}REDACTED"`;
    else if (isPlain(value)) this.text += `${start}${value}"`;
    else this.text += start + quoted(textOfBytes(value)).slice(1);
  }
}

/** Of the client's lines those that end here. */
class EndingLines implements HeaderReader {
  readonly #members: Members;

  constructor(members: Members) {
    this.#members = members;
  }

  line(name: string, value: string): void {
    const shown = shownName(name);
    if (shown === undefined) this.#members.isOdd = true;
    else if (shown.endsHere) this.#members.add(shown, value);
  }

  block(block: HeaderBlock): void {
    this.#members.block(block);
  }
}

const members = new Members();
const endingLines = new EndingLines(members);

function fastRequestHeaders(exchange: Exchange): string | undefined {
  if (hasPersonalLines(exchange)) return undefined;
  members.begin(false, true);
  exchange.request.readHeaders(endingLines);
  exchange.upstream.readHeaders(members);
  return members.isOdd ? undefined : `{${members.text}}`;
}

function fastResponseHeaders(exchange: Exchange): string | undefined {
  const { request, response } = exchange;
  if (response === undefined || hasPersonalLines(exchange)) return undefined;
  members.begin(true, response.source === 'upstream');
  response.readHeaders(members);
  if (!members.hasLength && isInChunks(request, response)) members.line('transfer-encoding', 'chunked');
  if (members.isOdd) return undefined;
  const text = members.text === '' ? '{' : `{${members.text},`;
  return response.status === 101 ? `${text}"connection":"upgrade"}` : `${text}"connection":"close"}`;
}

/** Called before the lines of a head, never between them: one name must stay one object. */
function forgetNames(): void {
  byName.clear();
  byKey.clear();
}

/** @returns `undefined` for a name that is not kept */
function shownName(name: string): ShownName | undefined {
  return byName.get(name) ?? newName(name);
}

function newName(name: string): ShownName | undefined {
  const key = name.toLowerCase();
  if (name.length > MAX_NAME_LENGTH || /^[0-9]/.test(name)) return undefined;
  const shown = byKey.get(key) ?? {
    member: `${JSON.stringify(key)}:"`, next: `,${JSON.stringify(key)}:"`,
    isRedacted: REDACTED_HEADERS.has(key), endsHere: NOT_AMONG_UPSTREAMS.has(key),
    isDate: key === 'date', isLength: key === 'content-length', isConnection: key === 'connection', seenIn: 0,
  };
  byKey.set(key, shown);
  byName.set(name, shown);
  return shown;
}
