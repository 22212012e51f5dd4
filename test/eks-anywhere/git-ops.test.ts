import { readdirSync } from 'fs';
import { join, relative } from 'path';
import { App, Stage } from 'aws-cdk-lib';
import { parseAllDocuments } from 'yaml';
import { BareMetalCluster, BmcCredentials, FluxGithubOptions, FluxSync, HardwareInventory, VSphereCluster } from '../../src';
import { check } from '../../src/eksa/check-text';
import { bareMetal, machine, newApp, synthesized, vsphere } from './sample';

const REPOSITORY: FluxGithubOptions = { owner: 'acme', repository: 'clusters' };
const IN_SECRETS_MANAGER = { address: '10.20.1.21', credentials: BmcCredentials.fromSecretsManager('factory/bmc') };

/** Paths in the repository once all `gitops` folders are copied to it. */
function repository(app: App): string[] {
  const root = join(app.synth().directory, 'hybridge');
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .flatMap(({ name, parentPath }) => relative(root, join(parentPath, name)).split('/gitops/')[1] ?? []).sort();
}

function documents(app: App, path: string) {
  return parseAllDocuments(synthesized(app, path)).map((document) => document.toJS());
}

test('a management cluster and its workload clusters share one folder of the repository, in the layout of the CLI and Flux', () => {
  const app = newApp();
  const management = new VSphereCluster(app, 'Management', vsphere({ gitOps: FluxSync.github(REPOSITORY) }));
  new VSphereCluster(app, 'Production', vsphere({ managementCluster: management, endpoint: '10.30.0.11' }));
  new BareMetalCluster(new Stage(app, 'Test'), 'Factory', bareMetal({ managementCluster: management }));
  expect(repository(app)).toEqual([
    'clusters/management/factory/eksa-system/eksa-cluster.yaml',
    'clusters/management/factory/eksa-system/hardware.yaml',
    'clusters/management/factory/eksa-system/kustomization.yaml',
    'clusters/management/management/eksa-system/eksa-cluster.yaml',
    'clusters/management/management/eksa-system/kustomization.yaml',
    'clusters/management/production/eksa-system/eksa-cluster.yaml',
    'clusters/management/production/eksa-system/kustomization.yaml',
  ]);
  expect(documents(app, 'Test/Factory/gitops/clusters/management/factory/eksa-system/kustomization.yaml')).toEqual([
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: ['eksa-cluster.yaml', 'hardware.yaml'] },
  ]);
});

test('objects in the repository contain the namespace and release that the CLI would fill in', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ gitOps: FluxSync.github({ ...REPOSITORY, path: 'sites/north/' }) }));
  const path = 'Plant/gitops/sites/north/plant/eksa-system/eksa-cluster.yaml';
  const written = documents(app, path);
  expect(written.map(({ kind, metadata }) => `${kind} ${metadata.namespace}`)).toEqual(
    documents(app, 'Plant/cluster.yaml').map(({ kind }) => `${kind} default`),
  );
  expect(written[0].spec.eksaVersion).toBe('v0.26.0');
  expect(check(synthesized(app, path))).toEqual([]);
});

test('the namespace of a cluster is kept', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ gitOps: FluxSync.github(REPOSITORY), namespace: 'sites' }));
  for (const { metadata } of documents(app, 'Plant/gitops/clusters/plant/plant/eksa-system/eksa-cluster.yaml')) {
    expect(metadata.namespace).toBe('sites');
  }
});

describe('machines in the repository', () => {
  const hardware = () => new HardwareInventory([{ ...machine(1, 'cp'), bmc: IN_SECRETS_MANAGER }, machine(2, 'worker')]);
  const path = 'Factory/gitops/clusters/factory/factory/eksa-system/hardware.yaml';

  test('come with ExternalSecrets for credentials in Secrets Manager, and name the Secrets that are missing', () => {
    const app = newApp();
    new BareMetalCluster(
      app,
      'Factory',
      bareMetal({ hardware: hardware(), gitOps: FluxSync.github({ ...REPOSITORY, secretStore: 'aws' }) }),
    );
    const text = synthesized(app, path);
    expect(documents(app, path).map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Hardware node-01', 'Machine bmc-node-01', 'ExternalSecret bmc-node-01-auth', 'Hardware node-02', 'Machine bmc-node-02',
    ]);
    expect(text.split('\n')[0]).toBe(
      '# machine node-02 needs the Secret eksa-system/bmc-node-02-auth (kubernetes.io/basic-auth), which is not among these objects',
    );
    expect(text).not.toMatch(/BMC_|password: (?!.*factory)/);
  });

  test('name every Secret if there is no store', () => {
    const app = newApp();
    new BareMetalCluster(app, 'Factory', bareMetal({ hardware: hardware(), gitOps: FluxSync.github(REPOSITORY) }));
    expect(synthesized(app, path).match(/^# machine node-0\d needs the Secret/gm)).toHaveLength(2);
  });
});

test.each([
  ['another branch', { ...REPOSITORY, branch: 'test' }],
  ['another folder', { ...REPOSITORY, path: 'clusters/production' }],
])('rejects %s than that of the management cluster', (_what, options) => {
  const app = newApp();
  const managementCluster = new VSphereCluster(app, 'Management', vsphere({ gitOps: FluxSync.github(REPOSITORY) }));
  const workload = (id: string, gitOps: FluxSync) =>
    new VSphereCluster(app, id, vsphere({ managementCluster, endpoint: '10.30.0.11', gitOps }));
  workload('Same', FluxSync.github({ ...REPOSITORY, path: 'clusters/management' }));
  expect(() => workload('Other', FluxSync.github(options))).toThrow(
    /^Other: gitOps: got another repository, branch or folder than managementCluster has, expected the same/,
  );
});

test.each(['/etc', '../outside', 'a/../../b', './here'])('rejects %s as a folder of the repository', (path) => {
  const refusal = `path: got "${path}", expected a folder in the repository`;
  expect(() => FluxSync.github({ ...REPOSITORY, path })).toThrow(`FluxSync.github: ${refusal}`);
  expect(() => FluxSync.gitOpsConfig({ ...REPOSITORY, path })).toThrow(`FluxSync.gitOpsConfig: ${refusal}`);
  expect(() => FluxSync.git({ repositoryUrl: 'ssh://git@git.acme.example/clusters.git', path })).toThrow(`FluxSync.git: ${refusal}`);
});
