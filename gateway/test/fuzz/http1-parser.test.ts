/**
 * The parser of requests against llhttp, which is in Node: both accept the same requests, or refuse; where they do not, the difference is
 * one of those that docs/reference/http-policy.md names. `npx projen test:fuzz` goes on for ten minutes (FUZZ_SECONDS) with other numbers.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { ACCEPTED, REFUSED } from '../fixtures/http1-examples.ts';
import { llhttpDifference } from './llhttp-difference.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);

const examples = [...Object.values(REFUSED).flat(),
  ...Object.values(ACCEPTED).map(({ bytes }) => bytes)].filter(({ length }) => length < 2_000);

it('differs from llhttp in its examples only as the policy says', async () => {
  const differences: string[] = [];
  for (const bytes of examples) {
    const found = await llhttpDifference(bytes);
    if (found !== undefined) differences.push(`${JSON.stringify(bytes)} ${found}`);
  }
  expect(differences).toEqual([]);
});

const piece = fc.constantFrom(
  'GET', 'POST', 'FOO', ' ', '/', '/r', 'http://a/', '*', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', '\r\n', '\n', '\r', '\r\n\r\n', ':', ': ',
  '\t', '\0', 'Host: a',
  'Content-Length', '5', '0', '00', ',', 'Transfer-Encoding', 'chunked', 'identity', ';', 'a=b', 'hello', 'Connection', 'close',
  'keep-alive', '\x7f', '\x80', '\xc3\xa9',
  'Expect: 100-continue', 'Upgrade: websocket', '0\r\n\r\n', '5\r\nhello\r\n',
);

/** An example with pieces put in, taken out or doubled. */
const mutated = fc.tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), fc.nat(3), piece), { minLength: 1, maxLength: 4 }),
  fc.constantFrom(...examples))
  .map(([bytes, changes, next]) => changes.reduce((text, [place, kind, what]) => {
    const at = place % (text.length + 1);
    const end = Math.min(text.length, at + 1 + place % 7);
    return text.slice(0, at) + [what, '', text.slice(at, end).repeat(2), what][kind]! + text.slice([at, end, end, end][kind]!);
  }, bytes) + next);

it('differs from llhttp in mutations of them only as the policy says', async () => {
  await fc.assert(fc.asyncProperty(mutated, async (bytes) => {
    expect(await llhttpDifference(bytes)).toBe(undefined);
  }), SECONDS > 0
    ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: SECONDS * 1_000, markInterruptAsFailure: false }
    : { numRuns: 1_500, seed: 7 });
});
