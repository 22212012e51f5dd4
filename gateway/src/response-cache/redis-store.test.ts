import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decoded, encoded } from './redis-store.ts';
import type { StoredAnswer } from './stored-answer.ts';

const ANSWERS = fc.record<StoredAnswer>({
  version: fc.constant(1), status: fc.integer({ min: 200, max: 599 }),
  headers: fc.array(fc.tuple(fc.string(), fc.string())), body: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  timestamp: fc.nat(), ttl: fc.nat(), variant: fc.string(), vary: fc.array(fc.tuple(fc.string(), fc.array(fc.string()))),
});

describe('answers in Redis', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(ANSWERS, (answer) => {
      expect(decoded(encoded(answer))).toEqual(answer);
    }));
  });

  it('are not read from anything else', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      expect(decoded(Buffer.from(bytes))).toBeUndefined();
    }));
  });

  it.each<[string, (answer: Record<string, unknown>) => void]>([
    ['of another version', (answer) => { answer.version = 2; }],
    ['without a status', (answer) => { delete answer.status; }],
    ['with a status that is none', (answer) => { answer.status = 99; }],
    ['with headers that are no lines', (answer) => { answer.headers = [['a']]; }],
    ['with a header that is no text', (answer) => { answer.headers = [['a', 1]]; }],
    ['without a variant', (answer) => { delete answer.variant; }],
    ['with a broken Vary', (answer) => { answer.vary = [['a', 'b']]; }],
  ])('are not read %s', (_, change) => {
    const answer = { version: 1, status: 200, headers: [], body: Buffer.from('hi'), timestamp: 1, ttl: 1, variant: '', vary: [] };
    expect(decoded(encoded(answer))).toEqual(answer);
    change(answer);
    expect(decoded(encoded(answer))).toBeUndefined();
  });

  it('are not read when a part of the head is missing', () => {
    const bytes = encoded({ version: 1, status: 200, headers: [], body: Buffer.alloc(0), timestamp: 1, ttl: 1, variant: '', vary: [] });
    for (let length = 0; length < bytes.length; length += 1) expect(decoded(bytes.subarray(0, length))).toBeUndefined();
  });
});
