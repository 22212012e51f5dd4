/** Turns messages into the form of the recordings: sorted header lines, structured bodies, digests of long texts. */
import { createHash } from 'node:crypto';

import type { Received } from './counterparts/recording-upstream.ts';
import type { ReadMessage } from './http-reader.ts';
import type { Exchanged } from './raw-client.ts';

/** What of an exchange is compared. */
export interface Scope {
  /** Names of response headers. @default - all */
  readonly rh?: readonly string[];
  /** Names of upstream headers. @default - all */
  readonly uh?: readonly string[];
  readonly noup?: boolean;
  readonly nobody?: boolean;
  readonly nouph?: boolean;
  /** The order of query arguments that upstreams get does not matter. */
  readonly sortq?: boolean;
  /** Headers whose spelling counts. */
  readonly names?: readonly string[];
  /** Upstreams that are sinks here. */
  readonly hide?: readonly string[];
}

/** Longer texts are compared by length and hash. Characters. */
const LONG = 3_500;

/** Ports by name, as the templates call them. */
export type Ports = Readonly<Record<string, number>>;

export function observe(scope: Scope, exchanged: Exchanged, received: readonly Received[], ports: Ports): Record<string, unknown> {
  return {
    conn: exchanged.open ? 'open' : 'closed',
    res: seenAnswers(scope, exchanged, ports),
    ...!scope.noup && {
      up: received.filter(({ slot }) => !scope.hide?.includes(slot)).map((message) => seenRequest(message, scope, ports)),
    },
  };
}

function seenAnswers(scope: Scope, { answers, missing, rest }: Exchanged, ports: Ports): unknown[] {
  const res: unknown[] = [];
  let interim: number[] = [];
  for (const answer of answers) {
    const status = Number(answer.startLine.split(' ')[1]);
    if (!/^HTTP\/\d\.\d \d{3}/.test(answer.startLine)) res.push({ malformed: 'bad status line' });
    else if (status < 200 && status !== 101) interim.push(status);
    else {
      res.push(seenAnswer(answer, scope, interim, ports));
      interim = [];
    }
  }
  for (let count = 0; count < missing; count += 1) res.push({ malformed: rest === '' ? 'no status line' : 'bad status line' });
  return res;
}

function seenAnswer(answer: ReadMessage, scope: Scope, interim: readonly number[], ports: Ports): unknown {
  const body = seenBody(answer.body, typeOf(answer), ports);
  // Lengths of structured bodies differ with what is a placeholder in the recording.
  const lengthVaries = typeof body === 'object';
  return {
    status: Number(answer.startLine.split(' ')[1]),
    headers: headerLines(answer.headers.filter(([name]) => !lengthVaries || name.toLowerCase() !== 'content-length'), scope.rh, ports),
    framing: answer.framing,
    ...!scope.nobody && { body },
    ...interim.length > 0 && { interim },
    ...answer.trailers && { trailers: answer.trailers },
    ...!answer.complete && { complete: false },
  };
}

export function seenRequest(message: Received, scope: Scope, ports: Ports): Record<string, unknown> {
  const names = scope.names ?? [];
  const spelled = message.headers.map(([name]) => name).filter((name) => names.includes(name.toLowerCase()));
  const line = scope.sortq ? withSortedQuery(message.startLine) : message.startLine;
  return {
    slot: message.slot,
    line: withPlaceholders(line, ports),
    ...!scope.nouph && { headers: headerLines(message.headers, scope.uh, ports) },
    ...names.length > 0 && { names: spelled },
    ...message.framing !== 'none' && {
      framing: message.framing, ...!scope.nobody && { body: seenBody(message.body, typeOf(message), ports) },
    },
  };
}

function withSortedQuery(startLine: string): string {
  return startLine.replace(/\?(\S*)/, (_, query: string) => `?${query.split('&').sort().join('&')}`);
}

function typeOf({ headers }: ReadMessage): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
}

export function headerLines(headers: ReadMessage['headers'], only: readonly string[] | undefined, ports: Ports): string[] {
  const lines = headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => only === undefined || only.includes(name))
    .filter(([name]) => name !== 'connection')
    .map(([name, value]) => `${name}: ${shownValue(name, value, ports)}`);
  const tokens = headers.filter(([name]) => name.toLowerCase() === 'connection').map(([, value]) => value);
  if (tokens.length > 0 && (only === undefined || only.includes('connection'))) lines.push(`connection: ${inOrder(tokens.join(','))}`);
  return lines.sort();
}

function inOrder(list: string): string {
  return list.toLowerCase().split(',').map((token) => token.trim()).filter((token) => token !== '').sort().join(', ');
}

/** Headers whose values are times, whatever they are. */
const TIMES: ReadonlySet<string> = new Set(['date', 'expires', 'last-modified']);

function shownValue(name: string, value: string, ports: Ports): string {
  if (TIMES.has(name)) return '<date>';
  const list = name === 'x-consumer-groups' ? value.split(',').map((group) => group.trim()).sort().join(', ') : value;
  const text = withPlaceholders(list, ports);
  return text.length > LONG ? digestOf(text) : text;
}

/** Ports become their names. */
export function withPlaceholders(text: string, ports: Ports): string {
  return text.replace(/(?<=^|:)\d{2,5}(?=$|\D)/g, (digits) => {
    const name = Object.keys(ports).find((key) => ports[key] === Number(digits));
    return name === undefined ? digits : `<port:${name}>`;
  });
}

function seenBody(body: string, type: string, ports: Ports): unknown {
  if (body === '') return '';
  if (/^application\/(?:[\w.-]+\+)?json/.test(type) && /^\s*[[{]/.test(body)) return jsonOf(body, ports) ?? body;
  if (/^text\/html/.test(type) && body.startsWith('<')) return { html: plainText(body) };
  if (/^application\/xml/.test(type)) return { xml: plainText(body) };
  if (/[\x80-\xff]/.test(body)) return `<bytes ${digestOf(body).slice(1)}`;
  if (body.length > LONG) return digestOf(body);
  return /^application\/x-www-form-urlencoded/.test(type) ? body.split('&').sort().join('&') : withPlaceholders(body, ports);
}

function jsonOf(text: string, ports: Ports): { json: unknown } | undefined {
  try {
    return { json: shownJson(JSON.parse(Buffer.from(text, 'latin1').toString('utf8')), ports) };
  } catch {
    return undefined;
  }
}

/** Ports in texts become their names, and numbers that are a port, too. */
export function shownJson(value: unknown, ports: Ports): unknown {
  if (typeof value === 'string') return withPlaceholders(value, ports);
  if (typeof value === 'number') return Object.values(ports).includes(value) ? withPlaceholders(String(value), ports) : value;
  if (Array.isArray(value)) return value.map((item) => shownJson(item, ports));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shownJson(item, ports)]));
}

function plainText(markup: string): string {
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
}

function digestOf(text: string): string {
  return `<len=${text.length} sha1=${createHash('sha1').update(text, 'latin1').digest('hex').slice(0, 12)}>`;
}
