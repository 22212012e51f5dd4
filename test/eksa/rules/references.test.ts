/** Rules about references between documents, and about what identity providers and GitOps objects say. */
import { BASES } from '../rule-bases';
import type { Base, Changes } from '../rule-bases';
import { findings, messages } from './findings';

const SPEC = 'Cluster.spec';
const GROUP = `${SPEC}.workerNodeGroupConfigurations[0]`;
const IDENTITY = `${SPEC}.identityProviderRefs`;
const { bareMetal, bottlerocket, docker, vsphere } = BASES;

describe('datacenter', () => {
  const REF = `${SPEC}.datacenterRef`;

  test.each<[string, Changes, string[]]>([
    ['missing', { [REF]: undefined }, [`error X1 ${REF}: is missing`]],
    ['of another API version', { 'DockerDatacenterConfig/dev.apiVersion': 'v1' }, [`error X1 ${REF}.name: is 'dev', but the file`]],
    ['of no kind', { [`${REF}.kind`]: undefined }, [`error X1 ${REF}.kind: is nothing`]],
    ['of an unknown kind', { [`${REF}.kind`]: 'SnowDatacenterConfig' }, [`error X1 ${REF}.kind: is 'SnowDatacenterConfig'; expected Tink`]],
    ['of another name', { [`${REF}.name`]: 'x' }, [`error X1 ${REF}.name: is 'x', but the file holds no Docker`]],
    ['of another kind than the file\'s', { [`${REF}.kind`]: 'VSphereDatacenterConfig' }, [`error X1 ${REF}.kind: is VSphere`]],
    ['of another kind and name than the file\'s', { [REF]: { kind: 'VSphereDatacenterConfig', name: 'x' } }, [
      `error X1 ${REF}.name: is 'x'`,
    ]],
    ['with a document of its name that is no datacenter', {
      [REF]: { kind: 'VSphereDatacenterConfig', name: 'x' }, '+OIDCConfig/x': { clientId: 'a', issuerUrl: 'https://a' },
    }, [`error X1 ${REF}.name: is 'x'`]],
  ])('%s', (_, change, expected) => {
    const found = messages(docker, change).filter((line) => / X1 /.test(line));
    expect(found).toEqual(expected.map((start) => expect.stringContaining(start)));
  });
});

describe('machine configurations', () => {
  const ETCD = `${SPEC}.externalEtcdConfiguration.machineGroupRef`;

  test.each<[string, Base, Changes, string[]]>([
    ['of another provider', vsphere, { [`${GROUP}.machineGroupRef.kind`]: 'TinkerbellMachineConfig' }, [
      `error X2 ${GROUP}.machineGroupRef.kind`, 'warning P9 VSphereMachineConfig/prod-md-0.metadata.name',
    ]],
    ['that the file does not have', vsphere, { [`${GROUP}.machineGroupRef.name`]: 'x' }, [
      `error X2 ${GROUP}.machineGroupRef.name`, 'warning P9 VSphereMachineConfig/prod-md-0.metadata.name',
    ]],
    ['of etcd that the file does not have', bottlerocket, { [`${ETCD}.name`]: 'x' }, [
      `error X2 ${ETCD}.name`, 'warning P9 VSphereMachineConfig/rock-etcd.metadata.name',
    ]],
    ['of the control plane that the file does not have', vsphere, { [`${SPEC}.controlPlaneConfiguration.machineGroupRef.name`]: 'x' }, [
      `error X2 ${SPEC}.controlPlaneConfiguration.machineGroupRef.name`, 'warning P9 VSphereMachineConfig/prod-cp.metadata.name',
    ]],
    ['of any kind on Docker', docker, { [`${GROUP}.machineGroupRef`]: { kind: 'TinkerbellMachineConfig', name: 'x' } }, []],
    ['of a kind that is none, and used by nothing', docker, { '+MachineConfig/x': {} }, []],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('namespaces', () => {
  const spaces = (documents: readonly string[], namespace: string) => (
    Object.fromEntries(documents.map((document) => [`${document}.metadata.namespace`, namespace])));

  test('the one of the Cluster is expected on each document that it refers to', () => {
    expect(findings(bareMetal, spaces(['Cluster'], 'eksa'))).toEqual([
      'AWSIamConfig/iam', 'FluxConfig/flux', 'OIDCConfig/sso', 'TinkerbellDatacenterConfig/lab',
      'TinkerbellMachineConfig/lab-cp', 'TinkerbellMachineConfig/lab-md-0',
    ].map((document) => `error X3 ${document}.metadata.namespace`));
  });

  test('none and an empty one are the same', () => {
    expect(findings(docker, spaces(['Cluster'], ''))).toEqual([]);
    expect(findings(docker, spaces(['DockerDatacenterConfig/dev'], ''))).toEqual([]);
    expect(findings(docker, spaces(['Cluster', 'DockerDatacenterConfig/dev'], 'eksa'))).toEqual([]);
  });

  test('a document that nothing refers to may have another', () => {
    const unused = { '+OIDCConfig/x': { clientId: 'a', issuerUrl: 'https://a' }, 'OIDCConfig/x.metadata.namespace': 'other' };
    expect(findings(docker, unused)).toEqual([]);
  });
});

describe('GitOps and identity providers', () => {
  const GIT_OPS = `${SPEC}.gitOpsRef`;

  test.each<[string, Base, Changes, string[]]>([
    ['GitOps of no kind', docker, { [GIT_OPS]: { name: 'x' } }, [`error C45 ${GIT_OPS}.kind`]],
    ['GitOps without name', docker, { [GIT_OPS]: { kind: 'GitOpsConfig' } }, [`error C46 ${GIT_OPS}.name`]],
    ['GitOps that the file does not have', docker, { [GIT_OPS]: { kind: 'GitOpsConfig', name: 'x' } }, [`error X11 ${GIT_OPS}.name`]],
    ['GitOps of a kind for identity', bareMetal, { [GIT_OPS]: { kind: 'OIDCConfig', name: 'sso' } }, [`error C45 ${GIT_OPS}.kind`]],
    ['identity of no kind', docker, { [IDENTITY]: [{ name: 'x' }] }, [`error C48 ${IDENTITY}[0].kind`]],
    ['identity of a kind for GitOps', bareMetal, { [IDENTITY]: [{ kind: 'FluxConfig', name: 'flux' }] }, [`error C48 ${IDENTITY}[0].kind`]],
    ['identity without name', docker, { [IDENTITY]: [{ kind: 'AWSIamConfig' }] }, [`error C49 ${IDENTITY}[0].name`]],
    ['identity that the file does not have', docker, { [IDENTITY]: [{ kind: 'AWSIamConfig', name: 'x' }] }, [
      `error X11 ${IDENTITY}[0].name`,
    ]],
    ['identity of an unknown kind that the file does not have', docker, { [IDENTITY]: [{ kind: 'Ldap', name: 'x' }] }, [
      `error C48 ${IDENTITY}[0].kind`,
    ]],
    ['a kind twice', bareMetal, { [IDENTITY]: [{ kind: 'OIDCConfig', name: 'sso' }, { kind: 'OIDCConfig', name: 'sso' }] }, [
      `error X11 ${IDENTITY}[1].kind`,
    ]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});

describe('templates of bare metal', () => {
  const REF = 'TinkerbellMachineConfig/lab-cp.spec.templateRef';

  test.each<[string, object, string[]]>([
    ['an empty reference', { kind: '', name: '' }, []],
    ['a reference of no kind', { name: 'x' }, [`error S6 ${REF}.kind`]],
    ['a reference of another kind', { kind: 'Template', name: 'x' }, [`error S6 ${REF}.kind`]],
    ['a reference without name', { kind: 'TinkerbellTemplateConfig' }, [`error S6 ${REF}.name`]],
    ['a reference that leads nowhere', { kind: 'TinkerbellTemplateConfig', name: 'x' }, [`error S6 ${REF}.name`]],
  ])('%s', (_, ref, expected) => {
    expect(findings(bareMetal, { [REF]: ref })).toEqual(expected);
  });
});

describe('documents', () => {
  test.each<[string, Changes, string[]]>([
    ['twice', { '+DockerDatacenterConfig/dev': {} }, ['error P9 DockerDatacenterConfig/dev.metadata.name']],
    ['thrice', { '+DockerDatacenterConfig/dev': {}, '+OIDCConfig/x': { clientId: 'a', issuerUrl: 'https://a' } }, [
      'error P9 DockerDatacenterConfig/dev.metadata.name',
    ]],
    ['of another API version', { '+OIDCConfig/x': { clientId: 'a', issuerUrl: 'https://a' }, 'OIDCConfig/x.apiVersion': 'v1' }, [
      'error P9 OIDCConfig/x.apiVersion',
    ]],
    ['of no API version', { '+OIDCConfig/x': { clientId: 'a', issuerUrl: 'https://a' }, 'OIDCConfig/x.apiVersion': undefined }, [
      'error P6 OIDCConfig/x.apiVersion',
    ]],
    ['of another API version and of no known kind', { '+Secret/x': {}, 'Secret/x.apiVersion': 'v1' }, []],
    ['of no API version and of no known kind', { '+Secret/x': {}, 'Secret/x.apiVersion': undefined }, []],
    ['of machines that no group uses', {
      '+TinkerbellMachineConfig/x': { osFamily: 'ubuntu', hardwareSelector: { a: 'b' } },
    }, ['warning P9 TinkerbellMachineConfig/x.metadata.name']],
  ])('%s', (_, change, expected) => {
    expect(findings(docker, change)).toEqual(expected);
  });

  test('two Secrets of one name are no matter of the rules', () => {
    const { documents } = docker;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } };
    expect(findings({ documents: [...documents, secret, secret] }, {})).toEqual([]);
  });
});

describe('identity providers', () => {
  const OIDC = 'OIDCConfig/sso.spec';
  const IAM = 'AWSIamConfig/iam.spec';
  const claim = { claim: 'a', value: 'b' };

  test.each<[string, Changes, string[]]>([
    ['no client', { [`${OIDC}.clientId`]: '' }, [`error X4 ${OIDC}.clientId`]],
    ['no issuer', { [`${OIDC}.issuerUrl`]: '' }, [`error X4 ${OIDC}.issuerUrl`]],
    ['an issuer that is no URL', { [`${OIDC}.issuerUrl`]: 'https://a b' }, [`error X4 ${OIDC}.issuerUrl`]],
    ['an issuer without host', { [`${OIDC}.issuerUrl`]: 'https://' }, [`error X4 ${OIDC}.issuerUrl`]],
    ['no claims', { [`${OIDC}.requiredClaims`]: undefined }, []],
    ['two claims', { [`${OIDC}.requiredClaims`]: [claim, claim] }, [`error X4 ${OIDC}.requiredClaims`]],
    ['no region', { [`${IAM}.awsRegion`]: '' }, [`error X5 ${IAM}.awsRegion`]],
    ['no mode', { [`${IAM}.backendMode`]: [] }, [`error X5 ${IAM}.backendMode`]],
    ['both modes', { [`${IAM}.backendMode`]: ['CRD', 'EKSConfigMap'] }, []],
    ['a role without ARN', { [`${IAM}.mapRoles[0].roleARN`]: '' }, [`error X5 ${IAM}.mapRoles[0].roleARN`]],
    ['a user without ARN', { [`${IAM}.mapUsers[0].userARN`]: '' }, [`error X5 ${IAM}.mapUsers[0].userARN`]],
    ['users only', { [`${IAM}.mapRoles`]: undefined }, []],
    ['roles only', { [`${IAM}.mapUsers`]: undefined }, []],
    ['neither roles nor users', { [`${IAM}.mapRoles`]: undefined, [`${IAM}.mapUsers`]: [] }, [`warning X5 ${IAM}.mapRoles`]],
    ['neither, with custom resources', {
      [`${IAM}.mapRoles`]: undefined, [`${IAM}.mapUsers`]: undefined, [`${IAM}.backendMode`]: ['CRD'],
    }, []],
    ['something wrong where nothing refers to it', { '+OIDCConfig/x': { clientId: '', issuerUrl: '' } }, []],
  ])('%s', (_, change, expected) => {
    expect(findings(bareMetal, change)).toEqual(expected);
  });
});

test('an issuer that is missing is said to be empty', () => {
  expect(messages(bareMetal, { 'OIDCConfig/sso.spec.issuerUrl': '' })).toEqual([
    'error X4 OIDCConfig/sso.spec.issuerUrl: is empty; expected the https URL of the issuer',
  ]);
});

describe('GitOps objects', () => {
  const FLUX = 'FluxConfig/flux.spec';
  const GITHUB = 'GitOpsConfig/gitops.spec.flux.github';
  const git = (fields: object): Changes => ({
    [`${FLUX}.github`]: undefined, [`${FLUX}.git`]: { repositoryUrl: 'ssh://git@h/x', ...fields },
  });

  test.each<[string, Base, Changes, string[]]>([
    ['no repository at GitHub', bareMetal, { [`${FLUX}.github.repository`]: '' }, [`error X7 ${FLUX}.github.repository`]],
    ['no provider', bareMetal, { [`${FLUX}.github`]: undefined }, [`error X6 ${FLUX}.git`, `error X6 ${FLUX}.github`]],
    ['no URL', bareMetal, git({ repositoryUrl: '' }), [`error X8 ${FLUX}.git.repositoryUrl`]],
    ['a URL of another scheme', bareMetal, git({ repositoryUrl: 'https://h/x' }), [`error X8 ${FLUX}.git.repositoryUrl`]],
    ['a key of another kind', bareMetal, git({ sshKeyAlgorithm: 'dsa' }), [`error X8 ${FLUX}.git.sshKeyAlgorithm`]],
    ['a key of a good kind', bareMetal, git({ sshKeyAlgorithm: 'ed25519' }), []],
    ['no kind of key', bareMetal, git({ sshKeyAlgorithm: '' }), []],
    ['no branch', bareMetal, { [`${FLUX}.branch`]: '' }, []],
    ['a repository with a blank', bareMetal, { [`${FLUX}.github.repository`]: 'a b' }, [`error X9 ${FLUX}.github.repository`]],
    ['a branch of one character', bareMetal, { [`${FLUX}.branch`]: 'a' }, [`error X9 ${FLUX}.branch`]],
    ['GitOps without owner', vsphere, { [`${GITHUB}.owner`]: '' }, [`error X10 ${GITHUB}.owner`]],
    ['GitOps with a branch of one character', vsphere, { [`${GITHUB}.branch`]: 'a' }, [`error X10 ${GITHUB}.branch`]],
    ['GitOps with a repository with a blank', vsphere, { [`${GITHUB}.repository`]: 'a b' }, [`error X10 ${GITHUB}.repository`]],
    ['GitOps without GitHub', vsphere, { 'GitOpsConfig/gitops.spec.flux': {} }, [
      `error X10 ${GITHUB}.owner`, `error X10 ${GITHUB}.repository`,
    ]],
  ])('%s', (_, base, change, expected) => {
    expect(findings(base, change)).toEqual(expected);
  });
});
