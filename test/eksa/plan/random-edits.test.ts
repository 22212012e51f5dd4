/** Whatever is edited: each step is accepted, none is empty, and the last one is the new state. */
import fc from 'fast-check';
import type { Hardware } from '../../../src/eksa/hardware/hardware-csv';
import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { diffDocuments } from '../../../src/eksa/update/diff';
import type { UpdatePath } from '../../../src/eksa/update/rule';
import { UPDATE_PATHS } from '../../../src/eksa/update/rule';
import type { Documents } from '../update/samples';
import { bareMetal, changed, docker, vsphere } from '../update/samples';
import { brokenSteps, planned, rollouts } from './steps';

const GROUP = 'Cluster.spec.workerNodeGroupConfigurations';
/** The same states at every run. Others by hand: `EKSA_PLAN_SEED=7 npx vitest run test/eksa/plan/random-edits.test.ts`. */
const SEED = Number(process.env.EKSA_PLAN_SEED ?? 1);
const RELEASES = ['v0.24.0', 'v0.25.0', 'v0.26.0'] as const;

const counted = fc.record({ cp: fc.constantFrom(1, 3, 5), a: fc.integer({ min: 0, max: 4 }), b: fc.integer({ min: 1, max: 4 }) });
const fields = fc.subarray([
  'certSans', 'healthCheck', 'labels', 'memory', 'hardwareSelector', 'hook', 'thumbprint', 'groupC', 'noGroupB',
] as const);
const state = fc.record({
  counts: counted, fields, minor: fc.integer({ min: 33, max: 36 }), lag: fc.constantFrom(undefined, 0, 1, 2),
  release: fc.nat(2),
});
type Edits = typeof state extends fc.Arbitrary<infer T> ? T : never;
/** Counts may be any here. */
type State = Omit<Edits, 'counts'> & { readonly counts: Readonly<Record<'cp' | 'a' | 'b', number>> };

const EDITS: Readonly<Record<State['fields'][number], (provider: string) => Readonly<Record<string, unknown>>>> = {
  certSans: () => ({ 'Cluster.spec.controlPlaneConfiguration.certSans': ['api.example'] }),
  healthCheck: () => ({ 'Cluster.spec.machineHealthCheck': { nodeStartupTimeout: '30m' } }),
  labels: () => ({ [`${GROUP}[0].labels`]: { tier: 'web' } }),
  memory: (provider) => provider === 'VSphere' ? { 'VSphereMachineConfig/site-b.spec.memoryMiB': 16384 } : {},
  hardwareSelector: (provider) =>
    provider === 'Tinkerbell' ? { 'TinkerbellMachineConfig/site-b.spec.hardwareSelector': { type: 'c' } } : {},
  hook: (provider) => provider === 'Tinkerbell' ? { 'TinkerbellDatacenterConfig/site.spec.hookImagesURLPath': 'http://images.example/2' } : {},
  thumbprint: (provider) => provider === 'VSphere' ? { 'VSphereDatacenterConfig/site.spec.thumbprint': '11:22' } : {},
  groupC: () => ({}),
  noGroupB: () => ({}),
};

const BASES = { Tinkerbell: bareMetal, VSphere: vsphere, Docker: docker } as const;
type Provider = keyof typeof BASES;

function documentsOf(provider: Provider, { counts: { cp, a, b }, fields: chosen, minor, lag, release }: State): Documents {
  const version = `1.${minor}`;
  const edited = changed(BASES[provider](), {
    'Cluster.spec.kubernetesVersion': version,
    'Cluster.spec.eksaVersion': RELEASES[release],
    'Cluster.spec.controlPlaneConfiguration.count': cp,
    [`${GROUP}[0].count`]: a,
    [`${GROUP}[0].kubernetesVersion`]: lag === undefined ? undefined : `1.${minor - lag}`,
    [`${GROUP}[1].count`]: b,
    ...(provider === 'Tinkerbell' ? { 'TinkerbellDatacenterConfig/site.spec.osImageURL': `http://images.example/ubuntu-${minors(minor)}.gz` } : {}),
    ...Object.assign({}, ...chosen.map((field) => EDITS[field](provider))),
  });
  const [first, second] = (edited[0].spec as { workerNodeGroupConfigurations: object[] }).workerNodeGroupConfigurations;
  const groups = [
    first, ...(chosen.includes('noGroupB') ? [] : [second]), ...(chosen.includes('groupC') ? [{ ...second, name: 'c' }] : []),
  ];
  return changed(edited, { [GROUP]: groups });
}

/** One image for all versions that a state may have: `1-29-1-30-…`. */
function minors(newest: number): string {
  return [2, 1, 0].map((behind) => `1-${newest - behind}`).join('-');
}

const pair = fc.record({
  provider: fc.constantFrom<Provider>('Tinkerbell', 'VSphere', 'Docker'), path: fc.constantFrom(...UPDATE_PATHS), from: state, to: state,
});
const imagesFor = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`1.${28 + at}`, `http://images.example/ubuntu-${minors(28 + at)}.gz`]));

/** A cluster that manages itself gets a new release by the CLI, so that both have to accept it. */
function accepts(old: Documents, now: Documents, path: UpdatePath): boolean {
  const diff = diffDocuments(old, now)!;
  const isByCli = path === 'cli' || diff.changes.some(({ path: place }) => place === 'Cluster.spec.eksaVersion');
  return (!isByCli || diff.cliAccepts) && (path === 'cli' || diff.webhookAccepts) && diff.newFile.length === 0;
}

test('a plan is a chain of accepted steps from the old state to the new one', () => {
  fc.assert(fc.property(pair, ({ provider, path, from, to }) => {
    const [old, now] = [documentsOf(provider, from), documentsOf(provider, to)];
    const found = planned(old, now, { path, images: imagesFor });
    expect(brokenSteps(old, now, found)).toEqual([]);
    if (found.plan.outcome === 'refused') expect(accepts(old, now, path)).toBe(false);
    if (found.plan.outcome === 'nothing to do') expect(diffDocuments(old, now)!.changes).toEqual([]);
    else if (found.plan.outcome !== 'refused') expect(found.plan.steps.length).toBeGreaterThan(0);
  }), { seed: SEED, numRuns: 25 });
});

test('nothing is to do between a state and itself', () => {
  fc.assert(fc.property(fc.constantFrom<Provider>('Tinkerbell', 'VSphere', 'Docker'), state, (provider, one) => {
    expect(planned(documentsOf(provider, one), documentsOf(provider, one)).plan.outcome).toBe('nothing to do');
  }), { seed: SEED, numRuns: 20 });
});

test('versions and other fields take as many roll-outs as there are versions to go', () => {
  const way = fc.record({ from: fc.integer({ min: 31, max: 35 }), by: fc.integer({ min: 1, max: 4 }), fields });
  fc.assert(fc.property(way, ({ from, by, fields: chosen }) => {
    const base = { counts: { cp: 3, a: 2, b: 2 }, lag: undefined, release: 2 };
    const old = documentsOf('VSphere', { ...base, minor: from, fields: [] });
    const now = documentsOf('VSphere', { ...base, minor: Math.min(36, from + by), fields: chosen });
    expect(rollouts(planned(old, now))).toBe(Math.min(36, from + by) - from);
  }), { seed: SEED, numRuns: 8 });
});

test('a plan that takes spares first wants none that a smaller group frees', () => {
  const base = { lag: undefined, release: 2, fields: [] };
  fc.assert(fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 3 }), (before, less) => {
    const old = documentsOf('Tinkerbell', { ...base, minor: 34, counts: { cp: 1, a: before, b: 1 } });
    const now = documentsOf('Tinkerbell', { ...base, minor: 35, counts: { cp: 1, a: Math.max(0, before - less), b: 1 } });
    const { plan } = planned(old, now, {}, machines({ cp: 2, a: before, b: 2 }));
    expect(plan).toMatchObject({ outcome: 'ready', steps: [{ number: 1 }, { number: 2 }] });
  }), { seed: SEED, numRuns: 12 });
});

/** So many machines of each type. */
function machines(counts: Readonly<Record<string, number>>): Hardware {
  const types = Object.entries(counts).flatMap(([type, count]) => Array.from({ length: count }, () => type));
  return parseHardware([
    'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk',
    ...types.map((type, at) => `n${at},52:54:00:00:01:${10 + at},10.0.1.${10 + at},255.255.0.0,10.0.0.1,10.0.0.1,type=${type},/dev/sda`),
  ].join('\n'));
}
