/** Plans between the recorded states: what the real tools accept at once is one step, and every step is accepted. */
import type { Document } from '../../../src/eksa/model/document';
import { clusterOf } from '../../../src/eksa/plan/cluster';
import { diffDocuments } from '../../../src/eksa/update/diff';
import { UPDATE_PATHS } from '../../../src/eksa/update/rule';
import { parseClusterFile } from '../../../src/eksa/yaml/parse';
import { recordedLines } from '../recorded-data';
import { brokenSteps, planned } from './steps';

interface Pair {
  readonly id: string;
  readonly old: string;
  readonly new: string;
}

const RELEASE = { eksAnywhereVersion: 'v0.26.0' };

const pairs = recordedLines<Pair>('updates').map(({ id, old, new: now }) => ({ id, old: documents(old), now: documents(now) }))
  .filter(({ old, now }) => [old, now].every((state) => state.filter(({ kind }) => kind === 'Cluster').length === 1));

function documents(yaml: string): Document[] {
  return parseClusterFile(yaml).documents.map(({ content }) => content as unknown as Document);
}

test.each(UPDATE_PATHS)('each step by %s is accepted, and the last one is the new state', (path) => {
  const broken = pairs.flatMap(({ id, old, now }) => {
    return brokenSteps(old, now, planned(old, now, { ...RELEASE, path }), RELEASE).map((problem) => `${id}: ${problem}`);
  });
  expect(pairs.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

/** The files alone do not tell that the CLI refuses to skip a release: a plan never does. */
function skipsRelease(old: readonly Document[], now: readonly Document[]): boolean {
  const [from, to] = [old, now].map((state) => /^v?\d+\.(\d+)/.exec(clusterOf(state).spec?.eksaVersion ?? '')?.[1]);
  return Number(to) - Number(from) > 1;
}

test.each(UPDATE_PATHS)('what is accepted at once by %s is one step', (path) => {
  const longer = pairs.filter(({ old, now }) => {
    const diff = diffDocuments(old, now, undefined, RELEASE)!;
    if (skipsRelease(old, now)) return false;
    if (!(path === 'cli' ? diff.cliAccepts : diff.webhookAccepts) || diff.changes.length === 0) return false;
    const { plan } = planned(old, now, { ...RELEASE, path });
    return plan.outcome === 'refused' || plan.steps.length !== 1;
  });
  expect(longer.map(({ id }) => id)).toEqual([]);
});
