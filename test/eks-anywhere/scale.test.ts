import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTERS, MACHINES_PER_CLUSTER, addFiftyClusters } from '../bench/fifty-clusters';
import { newApp } from './sample';

test('synthesizes 50 clusters of 1,000 machines together, each with its own machines', () => {
  const app = newApp();
  addFiftyClusters(app);
  const { directory } = app.synth();
  const rows = Array.from({ length: CLUSTERS }, (_, site) =>
    readFileSync(join(directory, 'hybridge', `Site${site}`, 'hardware.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1),
  );
  expect(rows.map((each) => each.length)).toEqual(Array(CLUSTERS).fill(MACHINES_PER_CLUSTER));
  expect(new Set(rows.flat().map((row) => row.split(',')[0])).size).toBe(CLUSTERS * MACHINES_PER_CLUSTER);
});
