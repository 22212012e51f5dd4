/** Pairs that were run through the real webhooks and the real CLI; the data lie beside the repository, not in it. */
import { existsSync, readFileSync } from 'fs';
import { join } from 'path';
import { diff } from '../../../../src/private/eks-anywhere/update/diff-text';

const PAIRS = join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data', 'eks-anywhere', 'updates.jsonl');

interface Pair {
  readonly id: string;
  readonly old: string;
  readonly new: string;
  readonly webhookAccepts: boolean;
  readonly cliAccepts: boolean;
}

if (existsSync(PAIRS)) {
  test('recorded pairs of states get the answers of the real tools', () => {
    const pairs = readFileSync(PAIRS, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Pair);
    const wrong = pairs.filter((pair) => {
      const found = diff(pair.old, pair.new);
      return found.cliAccepts !== pair.cliAccepts || found.webhookAccepts !== pair.webhookAccepts;
    });
    expect(pairs.length).toBeGreaterThan(100);
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
} else {
  test.skip('recorded pairs of states (../shared/data/eks-anywhere is not beside this repository)', () => undefined);
}
