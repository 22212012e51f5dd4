/** Hostile bytes in every state of a connection: each leads to the intended, well-formed requests at the upstream, or to a refusal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exchange } from './exchange.ts';
import type { Sent } from './exchange.ts';
import { startHostileNode } from './hostile-node.ts';
import type { HostileNode } from './hostile-node.ts';
import { framesOutcome } from './http2-exchange.ts';
import type { Field } from './http2-frames.ts';
import { HTTP2_REJECTED, PAYLOADS } from './payloads.ts';
import type { Payload } from './payloads.ts';
import type { RawDialogue } from './raw-dialogue.ts';
import { problemsOf } from './verdict.ts';
import type { Outcome } from './verdict.ts';

const HIDDEN = 'GET /smuggled HTTP/1.1\r\nHost: bb.test\r\n\r\n';

const withLength = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: bb.test\r\nContent-Length: ${HIDDEN.length}\r\n\r\n`;

/** Asks on the connection first. @returns whether it is still open behind the answer */
async function first(dialogue: RawDialogue, request: string, status: number, rest = ''): Promise<boolean> {
  await dialogue.send([request]);
  await dialogue.answered(1);
  expect(dialogue.statuses).toEqual([status]);
  if (rest !== '') await dialogue.send([rest]);
  // A connection that ends does so at once; one that is kept takes the hostile bytes either way.
  await new Promise((resolve) => void setImmediate(resolve));
  return !dialogue.isClosed;
}

/** What happened on the connection before. */
const STATES: readonly (readonly [name: string, sent: Pick<Sent, 'tls' | 'before'>])[] = [
  ['new', {}],
  ['tls', { tls: true }],
  ['reused', { before: async (dialogue) => first(dialogue, 'GET /auth HTTP/1.1\r\nHost: bb.test\r\n\r\n', 401) }],
  ['after-401', { before: async (dialogue) => first(dialogue, withLength('/auth') + HIDDEN, 401) }],
  ['after-401-late-body', { before: async (dialogue) => first(dialogue, withLength('/auth'), 401, HIDDEN) }],
  ['after-429-chunks', {
    before: async (dialogue) => first(
      dialogue, `POST /enough HTTP/1.1\r\nHost: bb.test\r\nTransfer-Encoding: chunked\r\n\r\n29\r\n${HIDDEN}\r\n0\r\n\r\n`, 429,
    ),
  }],
  ['after-early-answer', { before: async (dialogue) => first(dialogue, withLength('/early') + HIDDEN, 413) }],
];

/** A connection that the gateway closed behind the answer before carries no hostile bytes: nothing may have reached the upstream. */
function problemsIn(payload: Payload, state: string, outcome: Outcome): readonly string[] {
  const isOver = state.startsWith('after-') && outcome.isClosed && outcome.requests.length === 0 && outcome.flaws.length === 0;
  return isOver ? [] : problemsOf(payload, outcome);
}

let node: HostileNode;

beforeAll(async () => {
  node = await startHostileNode();
});
afterAll(() => node.close());

describe.each(STATES)('on a connection: %s', (state, sent) => {
  it.each(PAYLOADS.map((payload) => [payload.id, payload] as const))('%s leads to what the policy says', async (_id, payload) => {
    const outcome = await exchange(node, { pieces: [payload.bytes], expected: payload, methods: payload.methods, ...sent });
    expect(problemsIn(payload, state, outcome)).toEqual([]);
  });
});

describe('in HTTP/2', () => {
  const expressible = PAYLOADS.flatMap(({ id, http2, ...expected }) => http2 === undefined ? [] : [{ id, http2, expected }]);

  it.each(expressible)('$id leads to what the policy says', async ({ http2: { fields, body, policy }, expected }) => {
    const outcome = await framesOutcome(node, [
      ['headers', 1, requestFields(fields, body === undefined ? 'GET' : 'POST'), body === undefined],
      ...body === undefined ? [] : [['data', 1, body, true] as const],
    ]);
    const intended = policy === 'reject' ? null : { body: body ?? '' };
    expect(problemsOf({ forbid: expected.forbid ?? [], policy, intended }, outcome)).toEqual([]);
  });

  it.each(HTTP2_REJECTED)('$id is refused', async ({ fields, body }) => {
    const outcome = await framesOutcome(node, [
      ['headers', 1, requestFields(fields, body === undefined ? 'GET' : 'POST'), body === undefined],
      ...body === undefined ? [] : [['data', 1, body, true] as const],
    ]);
    expect(problemsOf({ forbid: ['x-evil'], policy: 'reject' }, outcome)).toEqual([]);
  });
});

describe('the table', () => {
  it('has enough payloads, with names of their own', () => {
    expect(new Set(PAYLOADS.map(({ id }) => id)).size).toBe(PAYLOADS.length);
    expect(PAYLOADS.length).toBeGreaterThanOrEqual(120);
  });

  it('found no defect of the gateway', () => {
    expect(node.defects).toEqual([]);
  });
});

/** Pseudo-headers come first; those that a case names take the place of the usual ones. */
function requestFields(fields: readonly Field[], method: string): readonly Field[] {
  const usual: readonly Field[] = [[':method', method], [':scheme', 'https'], [':path', '/r'], [':authority', 'bb.test']];
  const isPseudo = ([name]: Field): boolean => name.startsWith(':');
  const given = fields.filter(isPseudo);
  return [...usual.filter(([name]) => !given.some(([one]) => one === name)), ...given, ...fields.filter((field) => !isPseudo(field))];
}
