/** Files are judged while people write them: any part can be missing, and the rules say so instead of failing. */
import { checkDocuments, isEarly } from '../../../src/eksa/check';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { BASES } from '../rule-bases';

type Node = Record<string, unknown>;

/** Every copy of the documents with one object, list, item or value left out. */
function* copiesWithoutOnePart(documents: readonly object[]): Iterable<object[]> {
  for (const path of pathsIn(documents)) {
    const copy = structuredClone(documents) as object[];
    const parent = path.slice(0, -1).reduce<Node>((node, step) => node[step] as Node, copy as never);
    if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
    else delete parent[path.at(-1)!];
    yield copy;
  }
}

function pathsIn(node: unknown): string[][] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([step, child]) => [[step], ...pathsIn(child).map((path) => [step, ...path])]);
}

test.each(Object.entries(BASES))('judges the base %s with any one part missing', (_name, { documents, csv }) => {
  const hardware = csv === undefined ? undefined : parseHardware(csv);
  const judged = [...copiesWithoutOnePart(documents)].map((copy) => checkDocuments(copy, hardware));
  expect(judged.length).toBeGreaterThan(15);
  expect(judged.flat().filter(({ path, message }) => path === '' || message === '')).toEqual([]);
});

test.each([
  ['Cluster', { kind: 'Cluster', spec: { datacenterRef: { kind: 'TinkerbellDatacenterConfig', name: 'x' } } }],
  ['Cluster of vSphere', { kind: 'Cluster', spec: { datacenterRef: { kind: 'VSphereDatacenterConfig', name: 'x' } } }],
  ['Cluster without a spec', { kind: 'Cluster' }],
])('judges a file that holds only a %s', (_title, cluster) => {
  expect(checkDocuments([cluster]).map(({ path }) => path)).toContain('Cluster.metadata.name');
});

test('judges when a cluster is made what one property alone can break', () => {
  const early = (ruleId: string) => isEarly({ ruleId, severity: 'error', path: 'x', message: 'x' });
  const EARLY = [
    'C1', 'C2', 'S12', 'version', 'C3', 'S11', 'V1', 'C8', 'C31', 'C32', 'C34', 'T3', 'T4', 'T7', 'T8', 'SSH', 'X12', 'X13', 'S1', 'S10',
  ];
  expect(EARLY.filter((id) => !early(id))).toEqual([]);
  expect(['C9', 'X1', 'C36', 'T18', 'V4', 'R1'].filter(early)).toEqual([]);
});
