import { readFileSync } from 'fs';
import { join } from 'path';
import { importCluster } from '../../../src/eksa/import/import-cluster';
import { differences } from './differences';
import { runProgram } from './run-program';

const CLUSTER = readFileSync(join(__dirname, 'bases/vs-two.yaml'), 'utf8');
const ENCRYPTION =
  '  etcdEncryption: [{ providers: [{ kms: { name: aws-kms, socketListenAddress: "unix:///run/kms.sock", '
    + 'cachesize: 500, timeout: 5s } }], resources: [secrets] }]\n';

function withFlux(path: string): string {
  return CLUSTER.replace(/^ {2}kubernetesVersion/m, '  gitOpsRef: { kind: FluxConfig, name: flux }\n$&') + `---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: FluxConfig
metadata: { name: flux }
spec: { ${path}github: { owner: o, repository: r } }
`;
}

test.each([
  [
    'encryption of etcd',
    CLUSTER.replace(/^ {2}kubernetesVersion/m, `${ENCRYPTION}$&`),
    /etcdEncryption: \{ pluginName: 'aws-kms', socket: 'unix:\/\/\/run\/kms.sock', cacheSize: 500, timeout: Duration.seconds\(5\) \}/,
  ],
  [
    'upgrades in place',
    CLUSTER.replace(/^( +)machineGroupRef:/gm, '$1upgradeRolloutStrategy: { type: InPlace }\n$&'),
    /upgradeInPlace: true/,
  ],
  ['a manager that is not named', CLUSTER.replace(/ *managementCluster:\n *name: \S+\n/, ''), /omitManagementCluster: true/],
  ['the default path, left out', withFlux(''), /FluxSync.github\(\{ owner: 'o', repository: 'r', configName: 'flux' \}\)/],
  ['the default path, written out', withFlux('clusterConfigPath: clusters/prod, '), /path: 'clusters\/prod'/],
])('%s of a cluster that exists comes out the same', (_what, cluster, property) => {
  expect(cluster).not.toBe(CLUSTER);
  const { program, findings } = importCluster({ cluster });
  expect(findings).toEqual([]);
  expect(program).toMatch(property);
  expect(differences(cluster, runProgram(program!)['cluster.yaml'])).toEqual([]);
});

test('a cluster that is yet to be created cannot have etcd encrypted', () => {
  const { findings } = importCluster({ cluster: CLUSTER.replace(/^ {2}kubernetesVersion/m, `${ENCRYPTION}$&`), newNames: true });
  expect(findings.map(({ ruleId }) => ruleId)).toEqual(['F9']);
});
