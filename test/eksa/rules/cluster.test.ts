/** Rules about the Cluster as a whole at their edges, and about the metadata of every document. */
import { licenseToken } from '../license-token';
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings } from './findings';

const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const VERSION = 'Cluster.spec.kubernetesVersion';
const RELEASE = 'Cluster.spec.eksaVersion';
const { bareMetal, docker, vsphere } = BASES;

describe('name', () => {
  const named = (name: string | undefined): Changes => ({
    'Cluster.metadata.name': name, 'Cluster.spec.managementCluster': { name: name ?? 'dev' },
  });
  const at = 'Cluster.metadata.name';

  test.each<[string | undefined, string[]]>([
    [undefined, [`error C1 ${at}`]],
    ['', [`error C1 ${at}`]],
    ['a', [`error C1 ${at}`]],
    ['ab', []],
    ['a.b', [`error C1 ${at}`]],
    ['1a', [`error C1 ${at}`]],
    ['-a', [`error C1 ${at}`]],
    ['a-', [`error S12 ${at}`]],
    ['aB', [`error S12 ${at}`]],
    ['Ab', [`error S12 ${at}`]],
    ['a'.repeat(35), []],
    ['a'.repeat(36), [`error C2 ${at}`]],
  ])('%j', (name, expected) => {
    expect(findings(docker, named(name))).toEqual(expected);
  });
});

describe('versions', () => {
  const TOKEN = { 'Cluster.spec.licenseToken': licenseToken() };

  test.each<[string, Changes, string[]]>([
    ['no version', { [VERSION]: undefined }, [`error version ${VERSION}`]],
    ['no version that Kubernetes has', { [VERSION]: '1.x' }, [`error version ${VERSION}`]],
    ['the oldest', { [VERSION]: '1.31', ...TOKEN }, []],
    ['an older one', { [VERSION]: '1.30', ...TOKEN }, [`error version ${VERSION}`]],
    ['the newest', { [VERSION]: '1.37' }, []],
    ['a newer one', { [VERSION]: '1.38' }, [`error version ${VERSION}`]],
    ['the last of extended support', { [VERSION]: '1.33' }, [`warning support ${VERSION}`]],
    ['the last of extended support with a token', { [VERSION]: '1.33', ...TOKEN }, []],
    ['the first of standard support', { [VERSION]: '1.34' }, []],
    ['a group with an empty version', { [`${GROUP}.kubernetesVersion`]: '' }, [`error version ${GROUP}.kubernetesVersion`]],
    ['a group of an unknown version', { [`${GROUP}.kubernetesVersion`]: '1.x' }, [`error version ${GROUP}.kubernetesVersion`]],
    ['a group of the same version', { [`${GROUP}.kubernetesVersion`]: '1.35' }, []],
    ['a group two minors older', { [`${GROUP}.kubernetesVersion`]: '1.33', ...TOKEN }, []],
    ['a group past standard support', { [`${GROUP}.kubernetesVersion`]: '1.33' }, [`warning support ${GROUP}.kubernetesVersion`]],
    ['a group three minors older', { [`${GROUP}.kubernetesVersion`]: '1.32', ...TOKEN }, [`error S16 ${GROUP}.kubernetesVersion`]],
    ['a group one minor newer', { [`${GROUP}.kubernetesVersion`]: '1.36' }, [`error S16 ${GROUP}.kubernetesVersion`]],
    ['a group beside a cluster without version', { [VERSION]: undefined, [`${GROUP}.kubernetesVersion`]: '1.35' }, [
      `error version ${VERSION}`,
    ]],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });

  test('of a release that is newer than those known here are judged by the newest', () => {
    const by = { eksAnywhereVersion: 'v0.30.0' };
    expect(findings(docker, { [VERSION]: '1.37' }, by)).toEqual([`warning release ${RELEASE}`]);
    expect(findings(docker, { [VERSION]: '1.20', ...TOKEN }, by)).toEqual([`error version ${VERSION}`, `warning release ${RELEASE}`]);
  });

  test('of a release that is older than those known here are not judged', () => {
    expect(findings(docker, { [VERSION]: '1.20' }, { eksAnywhereVersion: 'v0.1.0' })).toEqual([`warning release ${RELEASE}`]);
  });

  test.each([['0.26.1', 0], ['v0.26.1-rc.1', 0], ['', 1], ['v1', 1]])('%j of EKS Anywhere', (version, count) => {
    expect(findings(docker, { 'Cluster.spec.eksaVersion': version })).toHaveLength(count);
  });

  test('an empty version of EKS Anywhere beside bundles counts as one', () => {
    const change = { 'Cluster.spec.eksaVersion': '', 'Cluster.spec.bundlesRef': { apiVersion: 'a', name: 'b', namespace: 'c' } };
    expect(findings(docker, change)).toEqual(['error C64 Cluster.spec.bundlesRef', 'error C65 Cluster.spec.eksaVersion']);
    expect(findings(docker, { ...change, 'Cluster.spec.eksaVersion': undefined })).toEqual([]);
  });
});

describe('packages and IAM for pods', () => {
  const ISSUER = 'Cluster.spec.podIamConfig.serviceAccountIssuer';
  const MANAGER = 'Cluster.spec.managementCluster.name';

  test.each<[string, Base, Changes, string[]]>([
    ['an issuer', docker, { [ISSUER]: 'https://x' }, []],
    ['an empty issuer', docker, { [ISSUER]: '' }, [`error C58 ${ISSUER}`]],
    ['an issuer without scheme', docker, { [ISSUER]: 's3.eu-central-1.amazonaws.com/keys' }, [`error pod-issuer ${ISSUER}`]],
    ['an issuer over http', docker, { [ISSUER]: 'http://keys.example' }, [`error pod-issuer ${ISSUER}`]],
    ['a scheme without issuer', docker, { [ISSUER]: 'https://' }, [`error pod-issuer ${ISSUER}`]],
    ['an issuer with port and path', docker, { [ISSUER]: 'https://keys.example:8443/a' }, []],
    ['the controller of a management cluster', docker, { 'Cluster.spec.packages': { controller: {} } }, []],
    ['the controller of a workload cluster', docker, { [MANAGER]: 'other', 'Cluster.spec.packages': { controller: {} } }, [
      'error C63 Cluster.spec.packages.controller',
    ]],
    ['the job of a workload cluster', docker, { [MANAGER]: 'other', 'Cluster.spec.packages': { cronjob: {} } }, [
      'error C63 Cluster.spec.packages.cronjob',
    ]],
    ['a switch on a workload cluster', docker, { [MANAGER]: 'other', 'Cluster.spec.packages': { disable: true } }, []],
    ['the job of a cluster whose manager has no name', docker, { [MANAGER]: '', 'Cluster.spec.packages': { cronjob: {} } }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('health checks of all nodes', () => {
  test.each<[object, string[]]>([
    [{ maxUnhealthy: 0 }, []],
    [{ maxUnhealthy: -1 }, ['warning MHC Cluster.spec.machineHealthCheck.maxUnhealthy']],
    [{ nodeStartupTimeout: '-1m' }, ['error MHC Cluster.spec.machineHealthCheck.nodeStartupTimeout']],
    [{ nodeStartupTimeout: '0s', unhealthyMachineTimeout: '1m' }, []],
  ])('%j', (check, expected) => {
    expect(findings(docker, { 'Cluster.spec.machineHealthCheck': check })).toEqual(expected);
  });
});

describe('encryption of etcd', () => {
  const AT = 'Cluster.spec.etcdEncryption';
  const EXISTING = { isExisting: true };
  const KMS = { name: 'vault', socketListenAddress: 'unix:///run/kms.sock' };
  const entry = (kms: object | undefined = KMS) => ({ providers: [{ kms }], resources: ['secrets'] });

  test('of a cluster that exists can be left out, and is not for every datacenter', () => {
    expect(findings(vsphere, {}, EXISTING)).toEqual([]);
    expect(findings(docker, { [AT]: [entry()] }, EXISTING)).toEqual([`error W12 ${AT}`]);
    expect(findings(vsphere, { [AT]: [] }, EXISTING)).toEqual([`error W12 ${AT}`]);
  });

  test.each(['NutanixDatacenterConfig', 'CloudStackDatacenterConfig'])('is for a %s as well', (kind) => {
    const found = findings(vsphere, { [AT]: [entry()], 'Cluster.spec.datacenterRef.kind': kind }, EXISTING);
    expect(found).toContain('error X1 Cluster.spec.datacenterRef.kind');
    expect(found).not.toContain(`error W12 ${AT}`);
  });

  test.each<[string, object, string[]]>([
    ['no provider', { resources: ['secrets'] }, [`error W12 ${AT}[0].providers`]],
    ['two providers', { ...entry(), providers: [{ kms: KMS }, { kms: KMS }] }, [`error W12 ${AT}[0].providers`]],
    ['a provider without a plugin', { providers: [{}], resources: ['secrets'] }, [`error W12 ${AT}[0].providers[0].kms`]],
    ['a plugin without name', entry({ ...KMS, name: undefined }), [`error W12 ${AT}[0].providers[0].kms.name`]],
    ['a plugin without socket', entry({ name: 'vault' }), [`error W12 ${AT}[0].providers[0].kms.socketListenAddress`]],
    ['nothing to encrypt', { providers: [{ kms: KMS }] }, [`error W12 ${AT}[0].resources`]],
  ])('needs more than %s', (_, given, expected) => {
    expect(findings(vsphere, { [AT]: [given] }, EXISTING)).toEqual(expected);
  });
});

describe('metadata', () => {
  const DATACENTER = 'DockerDatacenterConfig/dev.metadata';
  const LIMIT = 256 * 1024;

  test.each<[string, Base, Changes, string[]]>([
    ['annotations of 256 KiB', docker, { [`${DATACENTER}.annotations`]: { a: 'x'.repeat(LIMIT - 3), b: 'y' } }, []],
    ['annotations of one byte more', docker, { [`${DATACENTER}.annotations`]: { a: 'x'.repeat(LIMIT - 3), b: 'yy' } }, [
      `error meta ${DATACENTER}.annotations`,
    ]],
    ['a label\'s value', docker, { [`${DATACENTER}.labels`]: { a: '-' } }, [`error meta ${DATACENTER}.labels.a`]],
    ['a label\'s key', docker, { [`${DATACENTER}.labels`]: { '-': 'a' } }, [`error meta ${DATACENTER}.labels.-`]],
    ['an empty namespace', docker, { [`${DATACENTER}.namespace`]: '' }, []],
    ['a namespace of a kind that the rules do not know', docker, { '+Secret/A': {} }, []],
    ['a name that nothing refers to', bareMetal, { '+OIDCConfig/A': { clientId: 'a', issuerUrl: 'https://a' } }, [
      'error meta OIDCConfig/A.metadata.name',
    ]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});
