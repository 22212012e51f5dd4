/** Turns messages into the form of the recordings: sorted header lines, placeholders for what differs from run to run. */
import { createHash } from 'node:crypto';

import type { ReadMessage } from './http-reader.ts';
import type { Exchanged } from './raw-client.ts';
import type { Received } from './recording-upstream.ts';
import type { Observation, SeenAnswer, SeenRequest, Step } from './suite.ts';

/** Longer texts are compared by length and hash. Characters. */
const LONG = 3_500;

/** Ports by name, as the templates call them. */
export type Ports = Readonly<Record<string, number>>;

export function observe(step: Step, { answers, open }: Exchanged, received: readonly Received[], ports: Ports): Observation {
  const res: SeenAnswer[] = [];
  let interim: number[] = [];
  for (const answer of answers) {
    const status = Number(answer.startLine.split(' ')[1]);
    if (status < 200 && status !== 101) {
      interim.push(status);
      continue;
    }
    res.push(seenAnswer(answer, step, interim, ports));
    interim = [];
  }
  return {
    conn: open ? 'open' : 'closed',
    res,
    ...(step.noup === true ? {} : { up: received.map((message) => seenRequest(message, step, ports)) }),
  };
}

function seenAnswer(answer: ReadMessage, step: Step, interim: readonly number[], ports: Ports): SeenAnswer {
  const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const body = seenBody(answer.body, type);
  // Lengths of structured bodies differ with what is a placeholder now.
  const lengthVaries = typeof body === 'object';
  return {
    status: Number(answer.startLine.split(' ')[1]),
    headers: headerLines(answer.headers.filter(([name]) => !lengthVaries || name.toLowerCase() !== 'content-length'), step.rh, ports),
    framing: answer.framing,
    ...(step.nobody === true ? {} : { body }),
    ...(interim.length > 0 ? { interim } : {}),
    ...(answer.complete ? {} : { complete: false }),
  };
}

function seenRequest(message: Received, step: Step, ports: Ports): SeenRequest {
  const type = message.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return {
    slot: message.slot,
    line: withPlaceholders(message.startLine, ports),
    headers: headerLines(message.headers, step.uh, ports),
    ...namesOf(message, step.names ?? []),
    ...(message.framing === 'none' ? {} : { framing: message.framing, body: seenBody(message.body, type) }),
  };
}

function namesOf(message: Received, names: readonly string[]): { names?: string[] } {
  return names.length === 0 ? {} : { names: message.headers.map(([name]) => name).filter((name) => names.includes(name.toLowerCase())) };
}

function headerLines(headers: ReadMessage['headers'], only: readonly string[] | undefined, ports: Ports): string[] {
  return headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => only === undefined || only.includes(name))
    .map(([name, value]) => `${name}: ${placeholder(name, value, ports)}`)
    .sort();
}

/** What is written for a header whose value differs from run to run. */
const PLACEHOLDERS: Readonly<Record<string, (value: string) => string>> = {
  'date': () => '<date>',
  'expires': () => '<date>',
  'last-modified': () => '<date>',
  'server': (value) => value.replace(/^(?:hybridge|kong)\/\S+$/, '<product>'),
  'via': (value) => value.replace(/(?:hybridge|kong)\/[^\s,]+/g, '<product>'),
  'connection': (value) => value.toLowerCase().split(',').map((token) => token.trim()).sort().join(', '),
  'x-kong-request-id': (value) => value.replace(/^[0-9a-f]{32}$/, '<hex32>'),
  'x-kong-proxy-latency': (value) => value.replace(/^\d+$/, '<int>'),
  'x-kong-upstream-latency': (value) => value.replace(/^\d+$/, '<int>'),
  'x-kong-response-latency': (value) => value.replace(/^\d+$/, '<int>'),
};

function placeholder(name: string, value: string, ports: Ports): string {
  const text = withPlaceholders(PLACEHOLDERS[name]?.(value) ?? value, ports);
  return text.length > LONG ? digestOf(text) : text;
}

function withPlaceholders(text: string, ports: Ports): string {
  return Object.entries(ports).reduce(
    (result, [name, port]) => result.replace(new RegExp(`(?<=^|:)${port}(?=$|\\D)`), `<port:${name}>`), text,
  );
}

function seenBody(body: string, type: string): unknown {
  if (body === '') return '';
  const text = body.replace(/[0-9a-f]{32}/g, '<hex32>');
  if (/^application\/json/.test(type) && /^[[{]/.test(text)) return { json: JSON.parse(text) };
  if (/^text\/html/.test(type) && text.startsWith('<')) return { html: plainText(text) };
  if (/^application\/xml/.test(type)) return { xml: plainText(text) };
  if (/[\0-\x08\x80-\xff]/.test(body)) return `<bytes ${digestOf(body).slice(1)}`;
  return body.length > LONG ? digestOf(body) : text;
}

function plainText(markup: string): string {
  return markup.replace(/<(?!hex32>)[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
}

function digestOf(text: string): string {
  return `<len=${text.length} sha1=${createHash('sha1').update(text, 'latin1').digest('hex').slice(0, 12)}>`;
}
