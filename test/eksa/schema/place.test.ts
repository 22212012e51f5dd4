import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { check } from '../../../src/eksa/check-text';
import { fit } from '../../../src/eksa/schema/fit';
import { KINDS } from '../../../src/eksa/schema/kinds';
import { integer, list, object, text } from '../../../src/eksa/schema/shape';

const REPORTED = join(__dirname, '..', 'recorded', 'public', '02-rolling-upgrade-params');
const reported = (name: string) => readFileSync(join(REPORTED, name), 'utf8');
const CSV = reported('hardware.csv');
const GOOD = reported('c.yaml').replace('        maxUnavailable: 1\n', '');

function said(cluster: string): string[] {
  return check(cluster, CSV).filter(({ severity }) => severity === 'error').map(({ path, message, fix }) => `${path} ${message} → ${fix}`);
}

const STRATEGY = 'Cluster.spec.controlPlaneConfiguration.upgradeRolloutStrategy';
const WORKERS = 'spec.workerNodeGroupConfigurations[].upgradeRolloutStrategy.rollingUpdate.maxUnavailable';
const ROLLING = 'spec.controlPlaneConfiguration.upgradeRolloutStrategy.rollingUpdate.maxSurge';

describe('a strategy of the control plane as people reported it', () => {
  test.each([
    ['a.yaml', `${STRATEGY}.rollingUpgradeParams is no field of this object; its fields belong under rollingUpdate → `
      + "did you mean 'rollingUpdate'?"],
    ['b.yaml', `${STRATEGY}.maxSurge is no field of this object; it belongs under ${ROLLING} → move 'maxSurge' to ${ROLLING}`],
    ['c.yaml', `${STRATEGY}.rollingUpdate.maxUnavailable is no field of this object; it belongs under ${WORKERS} → `
      + `remove 'maxUnavailable', or move it to ${WORKERS}`],
  ])('%s says where its fields belong', (name, finding) => expect(said(reported(name))[0]).toBe(finding));

  test('is accepted without the mistake', () => expect(said(GOOD)).toEqual([]));
});

describe('a field in the wrong place', () => {
  const REF = '      kind: TinkerbellMachineConfig\n      name: lab-cp\n';
  test.each<[string, string, string, string]>([
    ['one level too high', '    endpoint:\n      host: "10.20.0.10"\n', '    host: "10.20.0.10"\n',
      'Cluster.spec.controlPlaneConfiguration.host is no field of this object; '
        + 'it belongs under spec.controlPlaneConfiguration.endpoint.host'],
    ['one level too deep', '      name: lab-md\n', '      name: lab-md\n      taints: []\n',
      'Cluster.spec.workerNodeGroupConfigurations[0].machineGroupRef.taints is no field of this object; '
        + 'it belongs under spec.workerNodeGroupConfigurations[0].taints'],
    ['beside the metadata', 'metadata:\n  name: lab\n', 'labels: { a: b }\nmetadata:\n  name: lab\n',
      'Cluster.labels is no field of this object; it belongs under metadata.labels'],
    ['in another kind', '  kubernetesVersion', '  tinkerbellIP: "10.20.0.11"\n  kubernetesVersion',
      'Cluster.spec.tinkerbellIP is no field of this object; it belongs to TinkerbellDatacenterConfig (spec.tinkerbellIP)'],
    ['in another kind, with a value of another type', '  kubernetesVersion', '  tinkerbellIP: [1]\n  kubernetesVersion',
      'Cluster.spec.tinkerbellIP is no field of this object; it belongs to TinkerbellDatacenterConfig (spec.tinkerbellIP)'],
    ['in another kind than the two that have it', '  kubernetesVersion', '  osImageURL: http://x/1-35.gz\n  kubernetesVersion',
      'Cluster.spec.osImageURL is no field of this object; '
        + 'it belongs to TinkerbellDatacenterConfig (spec.osImageURL) or TinkerbellMachineConfig (spec.osImageURL)'],
    ['of kinds of another provider', '  osImageURL', '  thumbprint: ""\n  osImageURL',
      'TinkerbellDatacenterConfig/lab.spec.thumbprint is no field of this object; '
        + 'it belongs to VSphereDatacenterConfig (spec.thumbprint), of which the file has none'],
    ['a second time', 'spec:\n  clusterNetwork', 'kubernetesVersion: "1.35"\nspec:\n  clusterNetwork',
      'Cluster.kubernetesVersion is no field of this object; spec.kubernetesVersion is there already'],
    ['that every object has', REF, `      apiVersion: v1\n${REF}`,
      'Cluster.spec.controlPlaneConfiguration.machineGroupRef.apiVersion is no field of this object; it has kind, name'],
    ['that nothing has', '  kubernetesVersion', '  colour: red\n  kubernetesVersion', 'Cluster.spec.colour is no field of this object'],
    ['misspelt', '  kubernetesVersion', '  kubernetsVersion',
      "Cluster.spec.kubernetsVersion is no field of this object → did you mean 'kubernetesVersion'?"],
    ['in other letter case', '  kubernetesVersion', '  KubernetesVersion',
      "Cluster.spec.KubernetesVersion is no field of this object: the API tells upper from lower case → did you mean 'kubernetesVersion'?"],
  ])('%s gives one finding', (_title, from, to, finding) => {
    expect(GOOD).toContain(from);
    const found = said(GOOD.replace(from, to));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(finding);
  });

  test('is judged where it was meant to be', () => {
    const found = said(GOOD.replace('    endpoint:\n      host: "10.20.0.10"\n', '    host: "10.20.0.11"\n'));
    const places = found.map((one) => one.split(' ')[0]);
    expect(places).toEqual(['Cluster.spec.controlPlaneConfiguration.host', expect.stringMatching(/endpoint|tinkerbellIP/)]);
  });
});

describe('the value of a shape', () => {
  const SHAPE = object({ 'at!': object({ count: integer, items: list(object({ word: text, size: integer })) }), 'name': text });

  test('holds what was moved, and not what another type keeps from its place', () => {
    expect(fit(SHAPE, { at: {}, count: 3 }, 'X').value).toEqual({ at: { count: 3 } });
    expect(fit(SHAPE, { at: {}, count: 'x' }, 'X').value).toEqual({ at: {} });
    expect(fit(SHAPE, { at: { count: 1 }, count: 3 }, 'X').value).toEqual({ at: { count: 1 } });
  });

  test('keeps unknown fields of a list apart by their position', () => {
    const { misfits } = fit(SHAPE, { at: { items: [{ wrd: 'a' }, { word: 'b', sze: 1 }] } }, 'X');
    expect(misfits.map(({ path, fix }) => `${path} ${fix}`)).toEqual([
      "X.at.items[0].wrd did you mean 'word'?", "X.at.items[1].sze did you mean 'size'?",
    ]);
  });

  test('is left as it is given', () => {
    const given = { at: { items: [{ wrd: 'a' }] }, count: 1 };
    const before = JSON.stringify(given);
    fit(SHAPE, given, 'X');
    expect(JSON.stringify(given)).toBe(before);
  });

  const names = fc.constantFrom(
    'spec', 'metadata', 'name', 'count', 'endpoint', 'host', 'taints', 'branch', 'maxSurge', '__proto__', 'x', 'rollingUpdate',
  );
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 }, fc.string(), fc.integer(), fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(names, tie('any'), { maxKeys: 4 }),
    ),
  }));

  test('is found for anything, and each unknown field is reported once', () => {
    fc.assert(fc.property(fc.constantFrom(...Object.values(KINDS)), any, (shape, document) => {
      const unknown = fit(shape, document, 'X').misfits.filter(({ kind }) => kind === 'unknown').map(({ path }) => path);
      expect(new Set(unknown).size).toBe(unknown.length);
      expect(fit(shape, fit(shape, document, 'X').value, 'X').misfits.filter(({ kind }) => kind === 'unknown')).toEqual([]);
    }), { numRuns: 300 });
  });
});
