/** Pairs that were run through the real webhooks and the real CLI. */
import { diff } from '../../../src/eksa/update/diff-text';
import { recordedLines } from '../recorded-data';

interface Pair {
  readonly id: string;
  readonly old: string;
  readonly new: string;
  readonly webhookAccepts: boolean;
  readonly cliAccepts: boolean;
}

/**
 * Preflights of the CLI that did not run when the pairs were recorded: those that count machines, and those on the release, which the
 * recorded CLI overwrote with its own.
 */
const NOT_RECORDED = ['W6', 'W10'];

test('recorded pairs of states get the answers of the real tools', () => {
  const pairs = recordedLines<Pair>('updates');
  const wrong = pairs.filter((pair) => {
    const found = diff(pair.old, pair.new, undefined, { eksAnywhereVersion: 'v0.26.0' });
    const cliAccepts = !found.refusals.some(({ ruleId, paths }) => paths.includes('cli') && !NOT_RECORDED.includes(ruleId));
    return cliAccepts !== pair.cliAccepts || found.webhookAccepts !== pair.webhookAccepts;
  });
  expect(pairs.length).toBeGreaterThan(100);
  expect(pairs.filter(({ cliAccepts }) => !cliAccepts).length).toBeGreaterThan(20);
  expect(wrong.map(({ id }) => id)).toEqual([]);
});
