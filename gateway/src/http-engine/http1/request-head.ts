/** The head of a request: request line, header lines, and what they say of the body and the connection. RFC 9112 §3, §5, §6, §9. */
import { isUtf8 } from 'node:buffer';

import { NO_LINES, readLines, TOKEN, whyMalformed } from './head-lines.ts';
import type { HeadLines } from './head-lines.ts';
import { idOf } from './known-headers.ts';
import type { Http1Limits } from './limits.ts';
import type { RefusalReason } from './request-refusals.ts';

const SPACE = 32;
const SLASH = 47;
const DIGIT_0 = 48;

const MAX_METHOD_LENGTH = 64;

/** 1: visible ASCII, 2: above 127. */
const TARGET = new Uint8Array(256).fill(1, 33, 127).fill(2, 128);

const HOST = idOf('host');
const CONNECTION = idOf('connection');
const CONTENT_LENGTH = idOf('content-length');
const TRANSFER_ENCODING = idOf('transfer-encoding');
const EXPECT = idOf('expect');
const UPGRADE = idOf('upgrade');
/** The names above are the first ones. */
const LAST = Math.max(HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, EXPECT, UPGRADE);

/** What a head says. `readRequestHead` fills it in. */
export class RequestHead {
  method = '';
  target = '';
  version: '1.0' | '1.1' = '1.1';
  headers: HeadLines = NO_LINES;
  contentLength: number | undefined = undefined;
  isChunked = false;
  wantsWebSocket = false;
  expectsContinue = false;
  headBytes = 0;
  /** Whether the client wants to send another request on this connection. */
  isPersistent = true;
  /** Whether a Connection line has `close`, which wins over `keep-alive` of another. */
  saysClose = false;
}

/**
 * @param start where the request line begins @param end where the last line ends: its CRLF and that of the empty line follow
 * @param bytes what the text was made of @param shift where it begins there
 * @returns why it is refused
 */
export function readRequestHead(
  head: RequestHead, text: string, start: number, end: number, bytes: Uint8Array, shift: number, limits: Http1Limits,
): RefusalReason | undefined {
  const refusal = readRequestLine(head, text, start, bytes, shift, limits);
  if (refusal !== undefined) return refusal;
  // The line is as it was read: method, space, target, space, version of eight characters, CRLF.
  const lines = start + head.method.length + head.target.length + 12;
  if (end + 2 - lines > limits.headerBytes) return 'head-too-large';
  const headers = readLines(text, lines, end + 2, bytes, shift);
  if (headers === undefined) return whyMalformed(text.slice(lines, end + 2));
  if (headers.count > limits.headerCount) return 'too-many-headers';
  head.headers = headers;
  head.headBytes = end + 4 - start;
  return readFields(head, headers);
}

/**
 * @param text has the whole line, or more of it than is allowed
 * @param bytes what the text was made of @param shift where it begins there
 * @returns why the line is refused
 */
export function readRequestLine(
  head: RequestHead, text: string, start: number, bytes: Uint8Array, shift: number, limits: Http1Limits,
): RefusalReason | undefined {
  let place = start + shift;
  while (TOKEN[bytes[place]!] === 1) place += 1;
  const methodEnd = place - shift;
  if (methodEnd - start > MAX_METHOD_LENGTH) return 'method-too-long';
  if (methodEnd === start || bytes[place] !== SPACE) return 'method';
  head.method = methodEnd - start === 3 && text.startsWith('GET', start) ? 'GET' : text.slice(start, methodEnd);
  if (head.method === 'CONNECT') return 'connect';
  const target = methodEnd + 1;
  let kinds = 0;
  for (let kind = TARGET[bytes[place += 1]!]; kind !== undefined && kind > 0; kind = TARGET[bytes[place += 1]!]) kinds |= kind;
  const at = place - shift;
  if (at - start > limits.requestLineBytes) return 'request-line-too-long';
  head.target = text.slice(target, at);
  if (bytes[place] !== SPACE) return text.startsWith('\r\n', at) && at > target ? 'no-version' : 'target';
  if (text.startsWith('HTTP/1.1\r\n', at + 1)) head.version = '1.1';
  else if (text.startsWith('HTTP/1.0\r\n', at + 1)) head.version = '1.0';
  else return whyNoVersion(text, at + 1);
  if (at + 9 - start > limits.requestLineBytes) return 'request-line-too-long';
  if (bytes[target + shift] !== SLASH && !isOtherForm(head)) return 'target';
  return (kinds & 2) !== 0 && !isUtf8(Buffer.from(head.target, 'latin1')) ? 'target' : undefined;
}

function isOtherForm({ method, target }: RequestHead): boolean {
  return (target === '*' && method === 'OPTIONS') || /^https?:\/\//i.test(target);
}

function whyNoVersion(text: string, at: number): RefusalReason {
  const end = text.indexOf('\r\n', at);
  const rest = text.slice(at, end === -1 ? undefined : end);
  if (/^HTTP\/\d+\.\d+$/.test(rest)) return 'version';
  return rest.includes(' ') && !rest.startsWith('HTTP/') ? 'target' : 'no-version';
}

function readFields(head: RequestHead, headers: HeadLines): RefusalReason | undefined {
  let hosts = 0;
  let lengths = 0;
  let codings = 0;
  let coding = '';
  let asksToSwitch = false;
  let upgrade = '';
  head.isPersistent = head.version === '1.1';
  for (let line = 0; line < headers.count; line += 1) {
    const id = headers.idAt(line);
    if (id > LAST) continue;
    switch (id) {
      case HOST:
        hosts += 1;
        break;
      case CONNECTION:
        asksToSwitch = readConnection(head, headers.valueAt(line)) || asksToSwitch;
        break;
      case CONTENT_LENGTH:
        lengths += 1;
        head.contentLength = lengthOf(headers.valueAt(line));
        if (head.contentLength === undefined) return 'content-length';
        break;
      case TRANSFER_ENCODING:
        codings += 1;
        coding = headers.valueAt(line);
        break;
      case EXPECT:
        head.expectsContinue = head.version === '1.1' && headers.valueAt(line).toLowerCase() === '100-continue';
        break;
      case UPGRADE:
        upgrade = upgrade === '' ? headers.valueAt(line).toLowerCase() : ',';
        break;
      default:
    }
  }
  if (hosts > 1) return 'two-hosts';
  if (lengths > 1) return 'two-lengths';
  if (codings > 0) {
    if (head.version === '1.0') return 'coding-with-http10';
    if (lengths > 0) return 'length-and-coding';
    if (codings > 1) return 'transfer-encoding';
    if (coding.length !== 7 || coding.toLowerCase() !== 'chunked') return whyOtherCoding(coding);
    head.isChunked = true;
  }
  // RFC 6455 §4.1. A body would be read as frames, or, when the upstream refuses, as the next request.
  head.wantsWebSocket = asksToSwitch && upgrade === 'websocket' && head.method === 'GET' && head.version === '1.1'
    && !head.isChunked && (head.contentLength ?? 0) === 0;
  return undefined;
}

/** Options of the connection. `close` wins over `keep-alive`. @returns whether `upgrade` is among them */
function readConnection(head: RequestHead, value: string): boolean {
  const options = value.toLowerCase();
  if (options === 'keep-alive' && head.version === '1.1') return false;
  let asksToSwitch = false;
  let keeps = false;
  for (const option of options.split(',')) {
    const name = option.trim();
    if (name === 'close') head.saysClose = true;
    else if (name === 'keep-alive') keeps = true;
    else if (name === 'upgrade') asksToSwitch = true;
  }
  head.isPersistent = !head.saysClose && (keeps || head.isPersistent);
  return asksToSwitch;
}

/** Digits only; RFC 9110 §8.6. */
function lengthOf(value: string): number | undefined {
  if (value.length === 0 || value.length > 20) return undefined;
  let length = 0;
  for (let at = 0; at < value.length; at += 1) {
    const digit = value.charCodeAt(at) - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  return length <= Number.MAX_SAFE_INTEGER ? length : undefined;
}

/** A list of tokens in which `chunked` is not missing or is last and alone names codings that we do not know. */
function whyOtherCoding(value: string): RefusalReason {
  const codings = value.split(',').map((coding) => coding.replace(/^[\t ]+|[\t ]+$/g, '').toLowerCase());
  const isList = codings.every((coding) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(coding));
  const chunkedAt = codings.indexOf('chunked');
  return isList && (chunkedAt === -1 || chunkedAt === codings.length - 1) ? 'transfer-coding' : 'transfer-encoding';
}
