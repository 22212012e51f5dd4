/** What an imported program writes is no change to the cluster that it was imported from. */
import { FEATURE_FLAGS } from '../../../src/eksa/feature-flags';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { diff } from '../../../src/eksa/update/diff-text';
import { foreignFile, recordedLines, testWithForeignFiles } from '../recorded-data';
import { mended } from './corpus-text';
import { runProgram } from './run-program';

interface Files {
  readonly id: string;
  readonly cluster: string;
  readonly csv?: string;
}

interface Outcome {
  readonly id: string;
  readonly refusals: readonly object[];
  readonly changes: readonly object[];
  readonly groups: readonly object[];
  readonly unreadable: readonly object[];
}

/** Programs that several files come to are run once. */
const written = new Map<string, Readonly<Record<string, string>>>();

function run(program: string, csv: string | undefined): Readonly<Record<string, string>> {
  const key = `${program}\n${csv}`;
  const files = written.get(key) ?? runProgram(program, csv);
  written.set(key, files);
  return files;
}

/** @returns undefined for a file that is refused by name */
function roundTrip({ id, cluster, csv }: Files): Outcome | undefined {
  // The files were recorded with v0.26.0; those that name a release are judged by theirs.
  const release = /^ *eksaVersion:/m.test(cluster) ? undefined : 'v0.26.0';
  const { program } = importCluster({ cluster, release, hardware: csv === undefined ? undefined : { text: csv, path: 'hardware.csv' } });
  if (program === undefined) return undefined;
  const files = run(program, csv);
  const found = diff(cluster, files['cluster.yaml'], files['hardware.csv'], { eksAnywhereVersion: release, flags: FEATURE_FLAGS });
  const { refusals, changes, groups, unreadable = [] } = found;
  return { id, refusals, changes, groups: groups.filter(({ action }) => action !== 'nothing'), unreadable };
}

function expectNoChange(all: readonly Files[], atLeast: number) {
  const outcomes = all.flatMap((files) => roundTrip(files) ?? []);
  expect(outcomes).toEqual(outcomes.map(({ id }) => ({ id, refusals: [], changes: [], groups: [], unreadable: [] })));
  expect(outcomes.length).toBeGreaterThanOrEqual(atLeast);
}

/** Files that the real tools accept, and so do we. */
function cases(): Files[] {
  interface Case {
    readonly id: string;
    readonly cluster: string;
    readonly csv: string | null;
    readonly realAccepts: boolean;
    readonly weRefuse: boolean;
  }
  return recordedLines<Case>('cases')
    .filter(({ realAccepts, weRefuse }) => realAccepts && !weRefuse)
    .map(({ id, cluster, csv }) => ({ id, cluster, csv: csv ?? undefined }));
}

/** Both sides of all changes, each once, with the machines of the base that they were made from. */
function sides(): Files[] {
  const machines = new Map(cases().map(({ id, csv }) => [id.split('.')[0], csv]));
  const all = recordedLines<{ id: string; old: string; new: string }>('updates').flatMap(({ id, old, new: now }) =>
    [old, now].map((cluster): Files => ({ id, cluster, csv: machines.get(id.split('.')[1]) })));
  return [...new Map(all.map((files) => [files.cluster, files])).values()];
}

const PARTS = 4;

test.each([...Array(PARTS).keys()])('recorded files, quarter %i', (part) => {
  expectNoChange(cases().filter((_files, index) => index % PARTS === part), 100);
}, 120_000);

test('both sides of recorded changes', () => {
  expectNoChange(sides(), 80);
}, 120_000);

testWithForeignFiles('files of the EKS Anywhere project, as they are and with their placeholders filled in', () => {
  const { verdicts } = JSON.parse(foreignFile('verdicts.json')) as { verdicts: { readonly file: string }[] };
  const files = verdicts.map(({ file }) => file).filter((file) => file.endsWith('.yaml'));
  const texts = files.map((file): Files => ({ id: file, cluster: foreignFile(`corpus/${file}`) }));
  expectNoChange([...texts, ...texts.map(({ id, cluster }) => ({ id: `${id}, filled in`, cluster: mended(cluster) }))], 10);
}, 120_000);
