/** The head of an upstream's answer: status line, and what its lines say of body and connection. RFC 9112 §4, §6.3 and §9.3. */
import type { UpstreamAnswerHead } from '../messages.ts';
import { readLines } from './head-lines.ts';
import type { HeadLines } from './head-lines.ts';
import { idOf } from './known-headers.ts';

/** Lines of one head. Each is kept as numbers while the answer is passed on. */
const MAX_LINES = 1_000;

const CONNECTION = idOf('connection');
const CONTENT_LENGTH = idOf('content-length');
const TRANSFER_ENCODING = idOf('transfer-encoding');
const UPGRADE = idOf('upgrade');
const KEEP_ALIVE = idOf('keep-alive');

/** Why bytes are no answer, as a key of metrics. */
export type RefusedAnswer = 'status-line' | 'header-lines' | 'head-size' | 'header-count' | 'content-length' | 'transfer-encoding'
  | 'two-framings' | 'switch' | 'interim-count' | 'chunk';

export class AnswerHead implements UpstreamAnswerHead {
  readonly status: number;
  readonly reason: string;
  readonly version: '1.0' | '1.1';
  readonly headers: HeadLines;
  contentLength: number | undefined = undefined;
  hasBody = true;
  isChunked = false;
  /** Whether the upstream keeps the connection open behind this answer. */
  keeps: boolean;
  /** What `Keep-Alive` says of how long. `undefined`: nothing. Seconds. */
  keepsSeconds: number | undefined = undefined;
  /** Whether it is about a switch to WebSocket. */
  namesWebSocket = false;

  constructor(status: number, reason: string, isVersion11: boolean, headers: HeadLines) {
    this.status = status;
    this.reason = reason;
    this.version = isVersion11 ? '1.1' : '1.0';
    this.headers = headers;
    this.keeps = isVersion11;
  }
}

/**
 * @param text one character for each byte, from the status line on
 * @param end where the empty line begins
 * @param bytes what the text was made of @param shift where it begins there
 * @param toHead whether a HEAD request is answered
 */
export function parseAnswerHead(text: string, end: number, bytes: Uint8Array, shift: number, toHead: boolean): AnswerHead | RefusedAnswer {
  const status = statusOf(text);
  const lineEnd = text.indexOf('\r\n');
  if (status === 0 || !isReason(text, lineEnd)) return 'status-line';
  const lines = readLines(text, lineEnd + 2, end, bytes, shift);
  if (lines === undefined) return 'header-lines';
  if (lines.count > MAX_LINES) return 'header-count';
  const head = new AnswerHead(status, text.slice(13, lineEnd), text.charCodeAt(7) === ONE, lines);
  const refused = readFields(head, lines);
  // Interim answers have no body, whatever they say.
  if (status < 200) return head;
  if (refused !== undefined) return refused;
  if (head.isChunked && head.contentLength !== undefined) return 'two-framings';
  // HTTP/1.0 knows no chunks: who sends them does not know where the answer ends. RFC 9112 §6.1
  if (head.isChunked && head.version === '1.0') return 'transfer-encoding';
  head.hasBody = !toHead && status !== 204 && status !== 304;
  // HEAD and 304 say what another answer would have. A 204 has nothing to announce: what it does may come late, and would be taken for
  // the next answer. RFC 9110 §8.6
  if (status === 204 && (head.isChunked || (head.contentLength ?? 0) > 0)) head.keeps = false;
  return head;
}

const ZERO = 48;
const ONE = 49;
const SPACE = 32;
const CR = 13;

/** @returns 0: there is none, or it is no status of HTTP/1 */
function statusOf(text: string): number {
  if (!text.startsWith('HTTP/1.') || text.charCodeAt(8) !== SPACE) return 0;
  const minor = text.charCodeAt(7);
  if (minor !== ONE && minor !== ZERO) return 0;
  const hundreds = text.charCodeAt(9) - ZERO;
  const tens = text.charCodeAt(10) - ZERO;
  const ones = text.charCodeAt(11) - ZERO;
  if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return 0;
  return hundreds * 100 + tens * 10 + ones;
}

/** Whether a reason phrase follows the status, maybe an empty one. Many upstreams leave out the space before an empty one. */
function isReason(text: string, end: number): boolean {
  const next = text.charCodeAt(12);
  if (next !== SPACE) return next === CR && end === 12;
  for (let at = 13; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 32 && code !== 9) || code === 127) return false;
  }
  return true;
}

function readFields(head: AnswerHead, lines: HeadLines): RefusedAnswer | undefined {
  let hasEncoding = false;
  let asksForSwitch = false;
  let closes = false;
  let namesWebSocket = false;
  const { count } = lines;
  for (let line = 0; line < count; line += 1) {
    switch (lines.idAt(line)) {
      case CONTENT_LENGTH: {
        const length = lengthOf(lines.valueAt(line));
        // Two that differ are two ends of the same answer.
        if (length === -1 || (head.contentLength !== undefined && head.contentLength !== length)) return 'content-length';
        head.contentLength = length;
        break;
      }
      case TRANSFER_ENCODING:
        if (hasEncoding || lines.valueAt(line).toLowerCase() !== 'chunked') return 'transfer-encoding';
        hasEncoding = true;
        break;
      case CONNECTION:
        for (const option of optionsOf(lines.valueAt(line))) {
          if (option === 'close') closes = true;
          else if (option === 'keep-alive') head.keeps = true;
          else if (option === 'upgrade') asksForSwitch = true;
        }
        break;
      case KEEP_ALIVE: {
        const hint = /(?:^|,)\s*timeout=(\d{1,9})\b/i.exec(lines.valueAt(line));
        if (hint !== null) head.keepsSeconds = Number(hint[1]);
        break;
      }
      case UPGRADE:
        namesWebSocket = lines.valueAt(line).toLowerCase() === 'websocket';
        break;
      default:
    }
  }
  if (closes) head.keeps = false;
  head.isChunked = hasEncoding;
  head.namesWebSocket = asksForSwitch && namesWebSocket;
  return undefined;
}

const KEEP_ALIVE_ONLY = ['keep-alive'];

/** Of a Connection header, in lower case. */
function optionsOf(value: string): readonly string[] {
  return value === 'keep-alive' ? KEEP_ALIVE_ONLY : value.toLowerCase().split(',').map((option) => option.trim());
}

/** @returns -1: it is none */
function lengthOf(value: string): number {
  if (value.length === 0 || value.length > 15) return -1;
  let length = 0;
  for (let at = 0; at < value.length; at += 1) {
    const digit = value.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

/**
 * Whether a line ends with LF alone: such a head never ends, so it is not waited for. What came before the text is not known: its first
 * character is passed over.
 */
export function hasBareLineFeed(text: string): boolean {
  for (let at = text.indexOf('\n', 1); at !== -1; at = text.indexOf('\n', at + 1)) if (text.charCodeAt(at - 1) !== CR) return true;
  return false;
}
