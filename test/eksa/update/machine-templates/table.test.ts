/** Every row of the table in both directions: its field replaces the nodes that it says, and no others. */
import { KINDS } from '../../../../src/eksa/schema/kinds';
import type { Shape } from '../../../../src/eksa/schema/shape';
import { diffDocuments } from '../../../../src/eksa/update/diff';
import type { Provider } from '../../../../src/eksa/update/machine-templates/inputs';
import type { Row } from '../../../../src/eksa/update/machine-templates/row';
import { LEFT_OUT, ROWS, appliesTo, rowFor } from '../../../../src/eksa/update/machine-templates/table';
import { bareMetal, changed, docker, vsphere } from '../samples';
import type { Documents } from '../samples';
import { ROW_SAMPLES } from './row-samples';
import type { RowSample } from './row-samples';

type Values = Readonly<Record<string, unknown>>;

const PROVIDERS: Readonly<Record<Provider, keyof RowSample>> = { 'bare metal': 'bareMetal', 'vSphere': 'vsphere', 'Docker': 'docker' };

const OWN_TEMPLATE = { template: { version: '0.1', name: 'own', id: '', global_timeout: 6000, tasks: [] } };

/** With machines of etcd of its own, where there can be some. `site-twin` has the content of another machine configuration. */
function site(provider: Provider, twin: string): Documents {
  const ofKind = (documents: Documents, name: string) => documents.find(({ metadata }) => metadata?.name === name)!.spec as object;
  if (provider === 'Docker') return changed(docker(), { 'Cluster.spec.externalEtcdConfiguration': { count: 3 } });
  if (provider === 'bare metal') {
    const documents = bareMetal();
    const others = { 'TinkerbellMachineConfig/site-twin': ofKind(documents, twin), 'TinkerbellTemplateConfig/own': OWN_TEMPLATE };
    return changed(documents, others);
  }
  const withEtcd = changed(vsphere(), {
    'VSphereMachineConfig/site-etcd': ofKind(vsphere(), 'site-a'),
    'Cluster.spec.externalEtcdConfiguration': { count: 3, machineGroupRef: { kind: 'VSphereMachineConfig', name: 'site-etcd' } },
  });
  return changed(withEtcd, { 'VSphereMachineConfig/site-twin': ofKind(withEtcd, twin) });
}

function twinOf({ field }: Row): string {
  if (field.includes('controlPlane')) return 'site-cp';
  return field.includes('Etcd') ? 'site-etcd' : 'site-a';
}

function outcome(row: Row, provider: Provider, before: Values, change: Values) {
  const old = changed(site(provider, twinOf(row)), before);
  const { groups, refusals } = diffDocuments(old, changed(old, change))!;
  return {
    replaced: groups.filter(({ action }) => action === 'rolling').map(({ name }) => name),
    workers: groups.filter(({ role }) => role === 'workers').map(({ name }) => name),
    templates: [...new Set(groups.flatMap(({ causes }) => causes.map(({ template }) => template)))],
    refusals: refusals.filter(({ ruleId }) => /^W/.test(ruleId)).map(({ ruleId, paths }) => `${ruleId} ${paths.join('+')}`),
  };
}

const MACHINES: Readonly<Record<string, string>> = { c: 'site-cp', e: 'site-etcd', w: 'site-a' };

interface Run {
  readonly title: string;
  readonly row: Row;
  readonly provider: Provider;
  readonly before: Values;
  readonly change: Values;
  readonly without?: Values;
  /** Initials of the roles. */
  readonly roles: string;
  /** Workers of the first group only. */
  readonly isOneGroup: boolean;
}

function runsOf(row: Row): Run[] {
  const { before = {}, change, without, ...roles } = ROW_SAMPLES[keyOf(row)];
  return (Object.keys(PROVIDERS) as Provider[]).filter((provider) => appliesTo(row, provider)).flatMap((provider): Run[] => {
    const expected = roles[PROVIDERS[provider] as 'bareMetal'] ?? '';
    const title = `${keyOf(row)} on ${provider}`;
    const isOneGroup = /^spec\.workerNodeGroupConfigurations|^spec\.template$/.test(row.field);
    if (!row.kind.endsWith('MachineConfig')) {
      return [{ title, row, provider, before, change: change as Values, without, roles: expected, isOneGroup }];
    }
    return Object.entries(MACHINES).filter(([role]) => role !== 'e' || provider === 'vSphere').map(([role, name]) => {
      const at = (values: Values) => Object.fromEntries(Object.entries(values).map(([field, value]) => [
        `${row.kind}/${name}.spec.${field}`, value,
      ]));
      return {
        title: `${title}, machines of ${name}`, row, provider, before: at(before), change: at(change as Values),
        without: without && at(without), roles: expected.includes(role) ? role : '', isOneGroup: true,
      };
    });
  });
}

function keyOf({ kind, field }: Row): string {
  return `${kind} ${field}`;
}

/** What rows promise about groups; machines of etcd that are replaced take the control plane with them. */
function namesOf(roles: string, workers: readonly string[], isOneGroup: boolean): string[] {
  return [
    ...(/[ce]/.test(roles) ? ['control plane'] : []),
    ...(roles.includes('e') ? ['etcd'] : []),
    ...(roles.includes('w') ? (isOneGroup ? ['a'] : workers) : []),
  ];
}

test('every row has a sample, every sample a row', () => {
  expect(Object.keys(ROW_SAMPLES).sort()).toEqual(ROWS.map(keyOf).sort());
});

const RUNS = ROWS.flatMap(runsOf);

test.each(RUNS.map((run) => [run.title, run] as const))('%s', (_, { row, provider, before, change, roles, isOneGroup }) => {
  const { replaced, workers, templates } = outcome(row, provider, before, change);
  expect(replaced.sort()).toEqual(namesOf(roles, workers, isOneGroup).sort());
  const landings = (row.lands ?? []).map(({ template }) => template);
  for (const template of templates) expect([...landings, 'KubeadmControlPlane']).toContain(template);
});

test.each(RUNS.filter(({ without }) => without).map((run) => [run.title, run] as const))(
  '%s: nothing where the condition does not hold', (_, { row, provider, before, change, without }) => {
    expect(outcome(row, provider, { ...before, ...without }, change).replaced).toEqual([]);
  },
);

test.each(RUNS.map((run) => [run.title, run] as const))('%s: refused as the row says', (_, { row, provider, before, change }) => {
  const { refusals } = outcome(row, provider, before, change);
  const rules = (row.refused ?? []).filter(({ providers }) => !providers || providers.includes(provider));
  for (const { by, rule, when, unless } of rules) {
    const paths = refusals.filter((refusal) => refusal.startsWith(`${rule} `)).flatMap((refusal) => refusal.split(/[ +]/).slice(1));
    if (!when && !unless) expect(paths).toEqual(expect.arrayContaining([...by]));
  }
  for (const refusal of refusals) expect(rules.map(({ rule }) => rule)).toContain(refusal.split(' ')[0]);
});

/** Paths of all fields that have no fields themselves. */
function leaves(shape: Shape, path: string): string[] {
  if (shape.type === 'list') return leaves(shape.items, `${path}[]`);
  if (shape.type !== 'object') return [path];
  return Object.entries(shape.fields).flatMap(([name, field]) => leaves(field, path === '' ? name : `${path}.${name}`));
}

const FIELDS = Object.entries(KINDS).flatMap(([kind, shape]) => leaves(shape, '').map((field) => [kind, field] as const));

test('every field of the custom resource definitions is in the table, or left out with a reason', () => {
  const isLeftOut = (field: string) => LEFT_OUT.some(({ fields }) => fields.includes(field.split('.')[0]));
  expect(FIELDS.filter(([kind, field]) => !rowFor(kind, field) && !isLeftOut(field))).toEqual([]);
  expect(FIELDS.length).toBeGreaterThan(200);
});

test('every row names fields that exist', () => {
  const strange = ROWS.filter(({ kind, field }) => {
    const plain = field.replace(/\[0\]/g, '[]');
    return !FIELDS.some(([owner, leaf]) => owner === kind && leaf.startsWith(plain) && /^(?:$|[.[])/.test(leaf.slice(plain.length)));
  });
  expect(strange.map(keyOf)).toEqual(['Cluster spec.clusterNetwork.cniConfig.kindnetd']);
});
