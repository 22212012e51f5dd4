/** Nothing secret comes out of synthesis: properties take secrets by name only, and what those names stand for stays where it is. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, SecretValue, Stack } from 'aws-cdk-lib';
import { BareMetalCluster, BmcCredentials, EksTarget, HardwareInventory, LicenseToken, OidcIssuer, Package, PackageSecret } from '../src';
import { bareMetal, machine } from './eks-anywhere/sample';
import { testCluster, testControlPlane, testStack } from './gateway/sample';

const SRC = join(__dirname, '..', 'src');
const SECRET_LIKE = /^ {2}readonly (\w*(?:[sS]ecret|[pP]assword|[tT]oken|[cC]redential|[pP]rivateKey|[lL]icen[cs]e)\w*)\??: string;/gm;

/**
 * Properties of the public API that have the name of a secret and are text: what the text is. Everything else takes a
 * type that cannot hold a value.
 */
const NAMES: Readonly<Record<string, string>> = {
  'secret-delivery.ts secretStore': 'name of a ClusterSecretStore',
  'eks-anywhere-target.ts imagePullSecret': 'name of a Secret of Kubernetes',
  'handoff-site.ts serviceToken': 'ARN of the function behind the custom resource',
  'handoff-site.ts credentialsSecret': 'name of a Secret of Kubernetes',
  'trust-options.ts privateKeyProperty': 'name of a field in a secret',
  'hybrid-credentials.ts privateKeyPath': 'path of a file on the machine',
  'harbor.ts tlsSecretName': 'name of a Secret of Kubernetes',
  'metal-lb.ts passwordSecret': 'name of a Secret of Kubernetes',
  'cluster-services.ts secretName': 'name of a Secret of Kubernetes',
  'eks-connector.ts secretStore': 'name of a ClusterSecretStore',
  'bmc-credentials.ts password': 'name of an environment variable; a value is refused below',
  'plane-secret.ts secretName': 'name of a secret of Secrets Manager, not exported',
  'flux-sync.ts secretStore': 'name of a ClusterSecretStore',
};

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function synthesized(app: App): string {
  folders.push(app.outdir);
  app.synth();
  // Assets that CDK makes are among them; archives are of others.
  return filesIn(app.outdir).filter((file) => !file.endsWith('.zip')).map((file) => readFileSync(file, 'utf8')).join('\n');
}

it('has no property for a secret as text: properties with such a name expect the name of a secret', () => {
  const found = filesIn(SRC).filter((file) => file.endsWith('.ts') && !/[/\\](private|eksa)[/\\]/.test(file)).flatMap((file) => (
    [...readFileSync(file, 'utf8').matchAll(SECRET_LIKE)].map(([, name]) => `${file.slice(file.lastIndexOf('/') + 1)} ${name}`)));
  expect([...new Set(found)].sort()).toEqual(Object.keys(NAMES).sort());
});

describe('environment variables that hold secrets', () => {
  const PLANTED: Readonly<Record<string, string>> = {
    BMC_USER: 'planted-bmc-user',
    BMC_PASSWORD: 'planted-bmc-password',
    LICENSE: 'planted-licence',
    HARBOR_ADMIN: 'planted-harbor-admin',
    HARBOR_KEY: 'planted-key-16byte',
    EKSA_AWS_SECRET_ACCESS_KEY: 'planted-access-key',
    EKSA_VSPHERE_PASSWORD: 'planted-vsphere',
    AWS_SECRET_ACCESS_KEY: 'planted-aws',
  };
  const before = { ...process.env };
  beforeAll(() => Object.assign(process.env, PLANTED));
  afterAll(() => Object.keys(PLANTED).forEach((name) => {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }));

  it('are named in what is synthesized, and their values are in no file', () => {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk.out')) });
    const factory = new BareMetalCluster(app, 'Factory', bareMetal({
      hardware: new HardwareInventory([machine(1, 'cp'), machine(2, 'worker')]), licenseToken: LicenseToken.fromEnvironment('LICENSE'),
    }));
    factory.addPackage(
      Package.harbor({
        externalUrl: 'https://registry.factory.example:30003',
        adminPassword: PackageSecret.fromEnvironment('HARBOR_ADMIN'),
        secretKey: PackageSecret.fromEnvironment('HARBOR_KEY'),
      }),
    );
    new OidcIssuer(new Stack(app, 'Keys', { env: { region: 'eu-central-1' } }), 'Issuer', { bucketName: 'acme-keys' });
    const text = synthesized(app);
    expect(text).toContain('"jwks_uri"');
    for (const name of ['BMC_USER', 'BMC_PASSWORD', 'LICENSE', 'HARBOR_ADMIN', 'HARBOR_KEY']) expect(text).toContain(name);
    expect(text).not.toContain('planted-');
  });

  it.each([
    ['the password of a BMC', () => BmcCredentials.fromEnvironment({ username: 'BMC_USER', password: 'planted-bmc-password' })],
    ['the password of a package', () => PackageSecret.fromEnvironment('planted-harbor-admin')],
    ['a licence', () => LicenseToken.fromEnvironment('planted-licence')],
  ])('are refused as values, without repeating it: %s', (_, given) => {
    expect(given).toThrow(/no name of an environment variable|expected/);
    expect(given).not.toThrow(/planted-/);
  });
});

it.each([
  ['a secret of Secrets Manager', () => SecretValue.secretsManager('planted-name').unsafeUnwrap()],
  ['a secure parameter', () => SecretValue.ssmSecure('planted-name').unsafeUnwrap()],
])('refuses %s as the text of a plane\'s label', (_, secret) => {
  const cloud: Stack = testStack();
  folders.push((cloud.node.root as App).outdir);
  const cluster = testCluster(cloud);
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster), tunnelCidrs: ['203.0.113.0/24'] });
  expect(() => {
    controlPlane.addDataPlane('Plane', { target: EksTarget.cluster(cluster), labels: { site: secret() }, hostname: 'apis.acme.example' });
    (cloud.node.root as App).synth();
  }).toThrow(/label|secret/i);
});
