/** For every field of the shapes, at a place in a document: an absent field and its zero value are no change, unless the shape says so. */
import * as fc from 'fast-check';
import { KINDS } from '../../../src/eksa/schema/kinds';
import type { Shape } from '../../../src/eksa/schema/shape';
import { diffDocuments } from '../../../src/eksa/update/diff';
import type { UpgradeDiff } from '../../../src/eksa/update/diff';
import { bareMetal, docker, document, vsphere } from './samples';
import type { Documents } from './samples';

type Steps = readonly (string | number)[];
type Kind = keyof typeof KINDS;

interface Field {
  readonly kind: Kind;
  readonly steps: Steps;
  readonly shape: Shape;
}

const COMPANIONS: Documents = [
  document('OIDCConfig', 'sso', { clientId: 'k', issuerUrl: 'https://sso.example', requiredClaims: [{ claim: 'a', value: 'b' }] }),
  document('AWSIamConfig', 'iam', { awsRegion: 'eu-west-1', backendMode: ['EKSConfigMap'], mapRoles: [{ roleARN: 'arn', username: 'a' }] }),
  document('FluxConfig', 'flux', { github: { owner: 'o', repository: 'r', personal: true } }),
  document('GitOpsConfig', 'old', { flux: { github: { owner: 'o', repository: 'r' } } }),
];

const BASES: Readonly<Record<string, Documents>> = {
  'bare metal': [...bareMetal(), document('TinkerbellTemplateConfig', 'own', {
    template: {
      version: '0.1', name: 'own', id: 'own', global_timeout: 6000,
      tasks: [{ name: 't', worker: 'w', actions: [{ name: 'a', image: 'i', timeout: 9 }] }],
    },
  })],
  'vSphere': vsphere(),
  'Docker': [...docker(), ...COMPANIONS],
};

/** Every field below a shape, those of the items of lists at their first place. Entries of maps are no fields: a key is there or is not. */
function fieldsOf(kind: Kind, shape: Shape, steps: Steps): Field[] {
  if (shape.type === 'list') return fieldsOf(kind, shape.items, [...steps, 0]);
  if (shape.type !== 'object') return [];
  return Object.entries(shape.fields).flatMap(([field, inner]) =>
    [{ kind, steps: [...steps, field], shape: inner }, ...fieldsOf(kind, inner, [...steps, field])]);
}

/** What names a document is not compared. */
const FIELDS = (Object.keys(KINDS) as Kind[]).flatMap((kind) => fieldsOf(kind, KINDS[kind], []))
  .filter(({ steps }) => !['kind', 'metadata.name'].includes(steps.join('.')));

const ZEROS: Readonly<Record<Shape['type'], unknown>> = {
  'text': '', 'quantity': '', 'integer': 0, 'number': 0, 'integer or text': 0, 'boolean': false,
  'list': [], 'map': {}, 'object': {}, 'free': {},
};

/** The first document of the kind with a value at the place; what leads there is made. */
function withValue(documents: Documents, { kind, steps }: Field, value: unknown): Documents {
  const copy = structuredClone(documents) as any[];
  const parents = steps.slice(0, -1);
  const holder = parents.reduce<any>((at, step, index) => {
    return at[step] ??= typeof steps[index + 1] === 'number' ? [] : {};
  }, copy.find((each) => each.kind === kind));
  const last = steps[steps.length - 1];
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

function refusalTexts({ refusals }: UpgradeDiff): string[] {
  return refusals.map(({ ruleId, paths, path }) => `${ruleId} ${paths.join('+')} ${path}`);
}

/** What the change adds to what is wrong with the new file by itself. */
function effect(old: Documents, now: Documents) {
  const found = diffDocuments(old, now)!;
  const still = found.refusals.length > 0 ? refusalTexts(diffDocuments(now, now)!) : [];
  return {
    changes: found.changes.map(({ path }) => path),
    actions: found.groups.map(({ action }) => action).filter((action) => action !== 'nothing'),
    refusals: refusalTexts(found).filter((text) => !still.includes(text)),
  };
}

const NOTHING = { changes: [], actions: [], refusals: [] };

function name({ kind, steps }: Field): string {
  return `${kind}.${steps.join('.').replace(/\.(\d+)/g, '[$1]')}`;
}

const RUNS = Object.entries(BASES).flatMap(([base, documents]) =>
  FIELDS.filter(({ kind }) => documents.some((each) => each.kind === kind))
    .map((field) => ({ base, documents, field, title: name(field) })));

const unmarked = RUNS.filter(({ field }) => field.shape.zero === undefined);

/** Both directions: the zero value is added, the zero value is removed. */
function effects({ documents, field }: (typeof RUNS)[number]) {
  const [absent, zero] = [undefined, ZEROS[field.shape.type]].map((value) => withValue(documents, field, value));
  return [effect(absent, zero), effect(zero, absent)];
}

test('the fields are those of all kinds', () => {
  expect(RUNS.length).toBeGreaterThan(500);
});

test('absent and zero: no change, but for the fields that are marked', () => {
  const wrong = unmarked.flatMap((run) => effects(run).map((found) => ({ base: run.base, field: run.title, ...found })))
    .filter(({ changes, actions, refusals }) => changes.length + actions.length + refusals.length > 0);
  expect(wrong).toEqual([]);
});

/** What is left out of a strategy that is given is 0; the mark keeps the 0, because a strategy that is not given has a surge of 1. */
const LEFT_OUT_IS_ZERO = /\.rollingUpdate\.maxSurge$/;

test('absent and zero: a change where the shape says that they differ', () => {
  const differing = RUNS.filter(({ field, title }) => field.shape.zero === 'differs' && !LEFT_OUT_IS_ZERO.test(title));
  const silent = differing.filter((run) => effects(run).some(({ changes }) => changes.length === 0));
  expect(silent.map(({ base, title }) => `${base}: ${title}`)).toEqual([]);
});

test('absent and zero: refused where the shape says that they are compared, and no change', () => {
  const compared = RUNS.filter(({ field }) => field.shape.zero === 'compared');
  const found = compared.flatMap((run) => effects(run).map((one) => ({ place: `${run.base}: ${run.title}`, ...one })));
  expect(found.filter(({ changes, actions }) => changes.length + actions.length > 0)).toEqual([]);
  const refused = new Set(found.filter(({ refusals }) => refusals.length > 0).map(({ place }) => place));
  const everywhere = ['clusterNetwork.dns.resolvConf', 'clusterNetwork.nodes', 'controlPlaneConfiguration.endpoint'];
  const groups = ['controlPlaneConfiguration', 'workerNodeGroupConfigurations[0]'];
  expect([...refused].sort()).toEqual([
    ...Object.keys(BASES).flatMap((base) => everywhere.map((field) => `${base}: Cluster.spec.${field}`)),
    ...groups.flatMap((group) => ['labels', 'taints'].map((field) => `bare metal: Cluster.spec.${group}.${field}`)),
  ].sort());
});

test('an entry of a map is there by its key', () => {
  const [run] = RUNS.filter(({ title }) => title === 'Cluster.spec.controlPlaneConfiguration.apiServerExtraArgs');
  const [none, one] = [{}, { v: '' }].map((args) => withValue(run.documents, run.field, args));
  expect(effect(none, one)).toMatchObject({ changes: ['Cluster.spec.controlPlaneConfiguration.apiServerExtraArgs'], actions: ['rolling'] });
});

test('any number of zero values at once: no change', () => {
  fc.assert(fc.property(fc.constantFrom(...Object.keys(BASES)), fc.array(fc.nat(), { minLength: 2, maxLength: 12 }), (base, picks) => {
    const ofBase = unmarked.filter((run) => run.base === base);
    const runs = picks.map((pick) => ofBase[pick % ofBase.length]);
    const absent = runs.reduce((documents, { field }) => withValue(documents, field, undefined), BASES[base]);
    // A zero value takes the place of what is below it: the deepest are written last.
    const deepest = [...runs].sort((one, other) => one.field.steps.length - other.field.steps.length);
    const zero = deepest.reduce((documents, { field }) => withValue(documents, field, ZEROS[field.shape.type]), absent);
    const bare = deepest.reduce((documents, { field }) => withValue(documents, field, undefined), zero);
    expect(effect(bare, zero)).toEqual(NOTHING);
  }), { numRuns: 60 });
});

/** The same document in another order: fields of objects, keys of maps, items of sets. */
function reordered(shape: Shape, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => shape.type === 'list' ? reordered(shape.items, item) : item);
    return shape.type === 'list' && shape.isSet ? items.reverse() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, content]) => {
    const inner = shape.type === 'object' ? shape.fields[key] : shape.type === 'map' ? shape.values : undefined;
    return [key, inner ? reordered(inner, content) : content];
  }));
}

test.each(Object.keys(BASES))('the order of fields, keys and sets on %s: no change', (base) => {
  const sets = RUNS.filter((run) => run.base === base && run.field.shape.type === 'list' && run.field.shape.isSet);
  expect(sets.length).toBeGreaterThan(3);
  const items: Readonly<Record<string, readonly unknown[]>> = {
    identityProviderRefs: [{ kind: 'OIDCConfig', name: 'sso' }, { kind: 'AWSIamConfig', name: 'iam' }],
    ociNamespaces: [{ registry: 'a', namespace: 'b' }, { registry: 'c', namespace: 'd' }],
  };
  const full = sets.reduce((documents, { field }) => {
    return withValue(documents, field, items[String(field.steps.at(-1))] ?? ['10.0.0.0/8', '11.0.0.0/8']);
  }, BASES[base]);
  const [{ field: labels }] = RUNS.filter(({ title }) => title === 'Cluster.metadata.labels');
  const labelled = withValue(full, labels, { a: '1', b: '2' });
  const other = labelled.map((each) => reordered(KINDS[each.kind as Kind], each)) as Documents;
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(labelled));
  expect(effect(labelled, other)).toEqual(NOTHING);
});
