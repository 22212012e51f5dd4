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

test('recorded pairs of states get the answers of the real tools', () => {
  const pairs = recordedLines<Pair>('updates');
  const wrong = pairs.filter((pair) => {
    const found = diff(pair.old, pair.new);
    return found.cliAccepts !== pair.cliAccepts || found.webhookAccepts !== pair.webhookAccepts;
  });
  expect(pairs.length).toBeGreaterThan(100);
  expect(wrong.map(({ id }) => id)).toEqual([]);
});
