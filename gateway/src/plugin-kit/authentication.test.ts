/** The rules that plugins share which authenticate clients, alone and several on one route. */
import { describe, expect, it } from 'vitest';

import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import { SILENT } from '../base/log.ts';
import { authentication } from './authentication.ts';
import type { Verdict } from './authentication.ts';
import { FakeExchange } from './testing.ts';

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'alice-id', username: 'alice' }, { id: 'anyone-id', username: 'anyone' }],
});
const { byUsername } = CONFIGURATION.consumers;
const accepts = (name: string): Verdict => ({ consumer: byUsername.get(name), credential: { id: `credential-of-${name}` } });
const refuses = (message: string): Verdict => ({ status: 401, message });

interface Plugin {
  readonly anonymous?: string;
  readonly verdict: Verdict;
}

/** Runs plugins in turn, as the pipeline does, until one ends the request. */
async function outcome(...plugins: readonly Plugin[]): Promise<string> {
  const exchange = new FakeExchange({}, { configuration: CONFIGURATION });
  for (const { anonymous, verdict } of plugins) {
    await authentication({ anonymous, log: SILENT }).access(() => verdict)(exchange);
    if (exchange.refusal !== undefined) return `refused: ${exchange.refusal.message}`;
  }
  return `${exchange.consumer?.username} with ${exchange.credential?.id ?? 'nothing'}`;
}

describe('plugins that authenticate', () => {
  it.each<readonly [string, readonly Plugin[], string]>([
    ['one that accepts', [{ verdict: accepts('bob') }], 'bob with credential-of-bob'],
    ['one that refuses', [{ verdict: refuses('no') }], 'refused: no'],
    ['one that refuses, with anonymous', [{ anonymous: 'anyone', verdict: refuses('no') }], 'anyone with nothing'],
    ['anonymous by id', [{ anonymous: 'anyone-id', verdict: refuses('no') }], 'anyone with nothing'],
    ['anonymous that does not exist', [{ anonymous: 'ghost', verdict: refuses('no') }], 'refused: An unexpected error occurred'],
    ['both must accept', [{ verdict: accepts('bob') }, { verdict: refuses('second') }], 'refused: second'],
    ['both accept: the last says who it is', [{ verdict: accepts('bob') }, { verdict: accepts('alice') }],
      'alice with credential-of-alice'],
    ['alternatives: the first accepts', [
      { anonymous: 'anyone', verdict: accepts('bob') }, { anonymous: 'anyone', verdict: accepts('alice') },
    ], 'bob with credential-of-bob'],
    ['alternatives: the second accepts', [
      { anonymous: 'anyone', verdict: refuses('no') }, { anonymous: 'anyone', verdict: accepts('alice') },
    ], 'alice with credential-of-alice'],
    ['alternatives: none accepts', [
      { anonymous: 'anyone', verdict: refuses('no') }, { anonymous: 'anyone', verdict: refuses('no') },
    ], 'anyone with nothing'],
    ['anonymous by one, refused by another', [{ anonymous: 'anyone', verdict: refuses('no') }, { verdict: refuses('second') }],
      'refused: second'],
    ['refused by one, anonymous by another', [{ verdict: refuses('first') }, { anonymous: 'anyone', verdict: accepts('bob') }],
      'refused: first'],
    ['found by one that must accept, so that the alternative is not asked', [
      { verdict: accepts('bob') }, { anonymous: 'anyone', verdict: refuses('no') },
    ], 'bob with credential-of-bob'],
  ])('%s', async (_what, plugins, expected) => {
    expect(await outcome(...plugins)).toBe(expected);
  });

  it('asks preflight requests for nothing when configured so', () => {
    const { access, isSettled } = authentication({ anonymous: null, runOnPreflight: false, log: SILENT });
    const preflight = new FakeExchange({ method: 'OPTIONS' });
    void access(() => refuses('no'))(preflight);
    expect([preflight.refusal, isSettled(preflight), isSettled(new FakeExchange())]).toEqual([undefined, true, false]);
  });

  it('waits for a verdict, and lets a plugin answer in its own format', async () => {
    const exchange = new FakeExchange();
    await authentication({ anonymous: null, log: SILENT }).access(async () => ({ status: 401, body: { own: true } }))(exchange);
    expect(exchange.answer).toEqual({ status: 401, body: { own: true } });
  });
});
