/**
 * The headers of a log entry as JSON, without lists of pairs: what a name means is looked up once, and then known by the name. What objects
 * treat in their own way (names that come twice, or begin with a digit) is left to the lists of `log-entry.ts`.
 */
import { quoted } from '../base/quoted.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import { hasPersonalLines } from '../plugin-kit/personal-headers.ts';
import { isInChunks, joined, NOT_AMONG_UPSTREAMS, REDACTED_HEADERS, requestHeaders, responseHeaders } from './log-entry.ts';

/** A name as entries show it. Each name has one, whatever its case. */
interface ShownName {
  /** Begins the member. */
  readonly member: string;
  readonly isRedacted: boolean;
  /** Whether upstreams do not get what the client sent by it. */
  readonly endsHere: boolean;
  readonly isDate: boolean;
  readonly isLength: boolean;
  readonly isConnection: boolean;
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

function fastRequestHeaders(exchange: Exchange): string | undefined {
  if (hasPersonalLines(exchange)) return undefined;
  forgetNames();
  const members = new Members();
  const sent = exchange.request.flatHeaders();
  for (let at = 0; at < sent.length; at += 2) {
    const name = shownName(sent[at]!);
    if (name === undefined) return undefined;
    if (name.endsHere && !members.add(name, sent[at + 1]!)) return undefined;
  }
  const passed = exchange.upstream.flatHeaders();
  for (let at = 0; at < passed.length; at += 2) {
    const name = shownName(passed[at]!);
    if (name === undefined || !members.add(name, passed[at + 1]!)) return undefined;
  }
  return `{${members.text}}`;
}

function fastResponseHeaders(exchange: Exchange): string | undefined {
  const { request, response } = exchange;
  if (response === undefined || hasPersonalLines(exchange)) return undefined;
  forgetNames();
  const members = new Members();
  const lines = response.flatHeaders();
  const isOfUpstream = response.source === 'upstream';
  let hasLength = false;
  for (let at = 0; at < lines.length; at += 2) {
    const name = shownName(lines[at]!);
    if (name === undefined) return undefined;
    if (name.isLength) hasLength = true;
    if (name.isConnection || (name.isDate && !isOfUpstream)) continue;
    if (!members.add(name, lines[at + 1]!)) return undefined;
  }
  if (!hasLength && isInChunks(request, response) && !members.add(shownName('transfer-encoding')!, 'chunked')) return undefined;
  return `{${members.text}${members.text === '' ? '' : ','}"connection":"${response.status === 101 ? 'upgrade' : 'close'}"}`;
}

class Members {
  text = '';
  readonly #names: ShownName[] = [];

  /** @returns whether the name is the first of its kind */
  add(name: ShownName, value: string): boolean {
    for (let at = 0; at < this.#names.length; at += 1) if (this.#names[at] === name) return false;
    this.text += (this.#names.length === 0 ? '' : ',') + name.member + (name.isRedacted ? '"REDACTED"' : quoted(value));
    this.#names.push(name);
    return true;
  }
}

/** Called before the lines of a head, never between them: one name must stay one object. */
function forgetNames(): void {
  if (byName.size <= MAX_NAMES) return;
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
    member: `${JSON.stringify(key)}:`, isRedacted: REDACTED_HEADERS.has(key), endsHere: NOT_AMONG_UPSTREAMS.has(key),
    isDate: key === 'date', isLength: key === 'content-length', isConnection: key === 'connection',
  };
  byKey.set(key, shown);
  byName.set(name, shown);
  return shown;
}
