import { Token } from 'aws-cdk-lib';
import { EksAnywhereKubernetesVersion, LicenseToken, VSphereCluster } from '../../src';
import { newApp, synthesized, vsphere } from './sample';

const PAST_STANDARD_SUPPORT = { kubernetesVersion: EksAnywhereKubernetesVersion.V1_32, template: '/DC1/vm/Templates/ubuntu-1-32' };

function warnings(cluster: VSphereCluster): unknown[] {
  return cluster.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => data);
}

test.each([
  ['${env:EKSA_LICENSE_TOKEN}', LicenseToken.fromEnvironment('EKSA_LICENSE_TOKEN')],
  ['${secretsmanager:plant/eks-anywhere#licenseToken}', LicenseToken.fromSecretsManager('plant/eks-anywhere', 'licenseToken')],
])('writes the placeholder %s instead of the token', (placeholder, licenseToken) => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ licenseToken }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toContain(`licenseToken: ${placeholder}\n`);
});

test('warns about a version past its standard support without a licence token', () => {
  const app = newApp();
  const without = new VSphereCluster(app, 'Without', vsphere(PAST_STANDARD_SUPPORT));
  const licensed = new VSphereCluster(
    app,
    'Licensed',
    vsphere({ ...PAST_STANDARD_SUPPORT, licenseToken: LicenseToken.fromEnvironment('EKSA_LICENSE_TOKEN') }),
  );
  app.synth();
  expect(warnings(without)).toEqual([
    expect.stringMatching(/kubernetesVersion is '1.32', whose standard support ended on 2026-04-30: .*set licenseToken/),
  ]);
  expect(warnings(licensed)).toEqual([]);
});

test('rejects a licence token that the management cluster or another workload cluster has', () => {
  const app = newApp();
  const [one, other] = ['ONE_TOKEN', 'OTHER_TOKEN'].map((name) => LicenseToken.fromEnvironment(name));
  const managementCluster = new VSphereCluster(app, 'Management', vsphere({ licenseToken: one }));
  const workload = (id: string, licenseToken: LicenseToken) =>
    new VSphereCluster(app, id, vsphere({ managementCluster, endpoint: '10.30.0.11', licenseToken }));
  workload('First', other);
  expect(() => workload('Second', one)).toThrow(
    /^Second: licenseToken: got \$\{env:ONE_TOKEN\}, which Management has already, expected another token/,
  );
  expect(() => workload('Third', other)).toThrow(/^Third: .* which First has already/);
});

const JWT = 'eyJhbGciOiJFUzM4NCJ9.eyJlbmRWYWxpZGl0eSI6IjIwMjcifQ.c2ln';
test.each([
  ['a token instead of a variable', () => LicenseToken.fromEnvironment(JWT)],
  ['no variable', () => LicenseToken.fromEnvironment('')],
  ['a variable known after deployment', () => LicenseToken.fromEnvironment(Token.asString({ Ref: 'X' }))],
  ['an ARN instead of a name', () => LicenseToken.fromSecretsManager('arn:aws:secretsmanager:eu-central-1:123456789012:secret:x', 'token')],
  ['no key', () => LicenseToken.fromSecretsManager('plant/eks-anywhere', '')],
  ['a key known after deployment', () => LicenseToken.fromSecretsManager('plant/eks-anywhere', Token.asString({ Ref: 'X' }))],
])('rejects %s without repeating it', (_title, make) => {
  expect(make).toThrow(/^LicenseToken\.from\w+: .*expected/);
  expect(make).not.toThrow(/eyJ|TOKEN\[/);
});
