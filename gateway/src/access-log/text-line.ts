/** A request as the line of text that nginx writes in Kong Gateway. */
import type { AccessRecord } from './access-record.ts';
import { redactedQuery, redactedReferer } from './redaction.ts';

export function textLine(record: AccessRecord): string {
  const { clientIp, user, status, bodyBytes, userAgent, requestId, secretArguments } = record;
  const referer = record.referer === undefined ? undefined : redactedReferer(record.referer, secretArguments);
  return `${clientIp} - ${escaped(user)} [${timeOf(record.startedAt)}] "${requestLine(record)}" ${status} ${bodyBytes} `
    + `"${escaped(referer)}" "${escaped(userAgent)}" kong_request_id: "${requestId}"`;
}

function requestLine({ method, path, query, httpVersion, secretArguments }: AccessRecord): string {
  if (method === '') return '';
  const target = query === '' ? path : `${path}?${redactedQuery(query, secretArguments)}`;
  return escaped(`${method} ${target} HTTP/${httpVersion}`);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (number: number): string => String(number).padStart(2, '0');

let second = -1;
let secondText = '';

/** In UTC, as a node's clock is. Made once a second: thousands of lines share it. */
function timeOf(ms: number): string {
  const current = Math.floor(ms / 1000);
  if (current === second) return secondText;
  const date = new Date(ms);
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  second = current;
  secondText = `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
  return secondText;
}

const ODD = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** What would end a field or a line, and what is no ASCII, becomes `\xHH` for each byte. */
function escaped(text: string | undefined): string {
  if (text === undefined || text === '') return '-';
  if (!ODD.test(text)) return text;
  return text.replace(/[^\x20-\x7e]+|["\\]/g, (characters) => (
    [...Buffer.from(characters)].map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')));
}
