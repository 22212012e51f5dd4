/** The acceptance policy: each reason refuses its examples and nothing else does, however their bytes are split. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Http1Client, outcomeOf, RecordingHandler } from '../../../test/fixtures/http1-client.ts';
import { ACCEPTED, REFUSED } from '../../../test/fixtures/http1-examples.ts';
import { recorded } from '../../../test/fixtures/recorded.ts';
import { REQUEST_REFUSALS } from './request-refusals.ts';
import type { RefusalReason } from './request-refusals.ts';

describe.each(Object.entries(REFUSED))('%s', (reason, examples) => {
  it.each(examples.map((bytes) => [JSON.stringify(bytes).slice(0, 120), bytes] as const))('%s', (_title, bytes) => {
    const outcome = outcomeOf([`${bytes}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`]);
    expect(outcome.refusals).toEqual([reason]);
    expect(outcome.written).toMatch(new RegExp(`^HTTP/1.1 ${REQUEST_REFUSALS[reason as RefusalReason].status} `));
    expect(outcome.isClosed).toBe(true);
    // A body that breaks belongs to a request that was handed over, and learns it.
    expect(outcome.requests.filter((request) => !request.endsWith('aborted'))).toEqual([]);
  });
});

describe('accepted', () => {
  it.each(Object.entries(ACCEPTED))('%s', (_name, example) => {
    const { bytes, method, target = '/r', body = '', trailers = [] } = example;
    const handler = new RecordingHandler();
    const client = new Http1Client(handler).send(bytes);
    expect(handler.refusals).toEqual([]);
    const seen = handler.seen.map(({ request, ...rest }) => (
      { target: request.target, method: request.method, body: rest.body, trailers: rest.trailers }
    ));
    expect(seen).toEqual([{ target, method: method ?? /^\s*(\S+)/.exec(bytes)![1], body, trailers }]);
    expect(client.statuses).toEqual([200]);
  });
});

interface Case {
  readonly id: string;
  readonly policy?: 'accept' | 'reject' | 'either';
  readonly send?: readonly (string | { readonly repeat?: string; readonly n?: number; readonly shut?: boolean })[];
  readonly silent?: boolean;
  readonly intended?: Intended | readonly Intended[] | null;
}

interface Intended {
  readonly path?: string;
  readonly body: string;
}

/** Of what the pipeline refuses, whatever the protocol: hosts and authorities. */
const OF_THE_PIPELINE = /\/(?:hdr-host-(?:space|userinfo|hash|tab)|line-absolute-(?:userinfo|no-host)|line-target-percent-nul-host)$/;

const cases = recorded<readonly { readonly cases: readonly Case[] }[]>('robustness').flatMap((suite) => suite.cases)
  .filter((one) => one.send !== undefined && one.policy !== undefined && !/short-circuit|\/h2\//.test(one.id));

function piecesOf({ send }: Case): string[] {
  return send!.flatMap((piece) => typeof piece === 'string' ? [piece] : piece.repeat === undefined ? [] : [piece.repeat.repeat(piece.n!)]);
}

describe('robustness.json', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(200));

  it.each(cases.map((one) => [one.id.replace('robustness/', ''), one] as const))('%s', (_id, one) => {
    const outcome = outcomeOf(piecesOf(one), one.send!.some((piece) => typeof piece === 'object' && piece.shut === true));
    const seen = outcome.requests.filter((request) => request.endsWith('complete')).map((request) => ({
      path: request.split(' ', 2)[1]!.replace(/^http:\/\/[^/]*/, '') || '/', body: JSON.parse(/\nbody (.*)/.exec(request)![1]!) as string,
    }));
    const intended = [one.intended ?? []].flat();
    const isRefused = outcome.refusals.length === 1 && outcome.isClosed;
    if (OF_THE_PIPELINE.test(one.id)) return expect(outcome.refusals).toEqual([]);
    if (one.policy === 'reject') return expect([isRefused, seen]).toEqual([true, []]);
    if (one.policy === 'either' && isRefused) return expect(seen).toEqual([]);
    return expect(seen).toEqual(intended.map(({ path, body }, at) => ({ path: path ?? seen[at]?.path, body })));
  });

  it('is decided alike, however the bytes are split', () => {
    fc.assert(fc.property(fc.constantFrom(...cases), fc.array(fc.nat(), { maxLength: 12 }), (one, seeds) => {
      const bytes = piecesOf(one).join('');
      expect(shown(outcomeOf(splitAt(bytes, seeds)))).toEqual(shown(outcomeOf([bytes])));
    }), { numRuns: 500 });
  });
});

it('refuses and accepts byte by byte what it does at once', () => {
  const examples = [...Object.values(REFUSED).flat(), ...Object.values(ACCEPTED).map((example) => example.bytes)];
  for (const bytes of examples.filter(({ length }) => length < 1_000)) {
    expect(shown(outcomeOf([...bytes])), JSON.stringify(bytes)).toEqual(shown(outcomeOf([bytes])));
  }
});

function splitAt(bytes: string, seeds: readonly number[]): string[] {
  const places = [...new Set(seeds.map((seed) => seed % (bytes.length + 1)))].sort((one, other) => one - other);
  return [0, ...places].map((place, at) => bytes.slice(place, places[at] ?? bytes.length));
}

/** Of a request whose body breaks, how much was handed over before depends on how it came; and why bytes are refused, on what was there. */
function shown({ requests, refusals, written, isClosed }: ReturnType<typeof outcomeOf>): unknown {
  return {
    requests: requests.map((request) => request.endsWith('aborted') ? request.replace(/\nbody .*/, '') : request),
    isRefused: refusals.length > 0, written: refusals.length > 0 ? written.replace(/HTTP\/1\.1 [45]\d\d [^]*/, '') : written, isClosed,
  };
}
