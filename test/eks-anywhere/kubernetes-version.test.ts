import { CfnParameter, Stack } from 'aws-cdk-lib';
import { DockerCluster, EksAnywhereKubernetesVersion } from '../../src';
import { KNOWN_KUBERNETES_VERSIONS } from '../../src/eksa/releases/release-table';
import { newApp, synthesized } from './sample';

const DOCKER = { podsCidr: '192.168.0.0/16', servicesCidr: '10.96.0.0/12' };

test('there is a constant for every version that a known release installs, and no other', () => {
  const constants = Object.entries(EksAnywhereKubernetesVersion).filter(([name]) => /^V\d/.test(name));
  expect(constants.map(([, value]) => (value as EksAnywhereKubernetesVersion).version)).toEqual(KNOWN_KUBERNETES_VERSIONS);
  for (const [name, value] of constants) expect(name).toBe(`V${(value as EksAnywhereKubernetesVersion).version.replace('.', '_')}`);
});

test.each([
  ['v0.24.3', '1.28', '1.34'],
  ['v0.25.0', '1.29', '1.35'],
  ['0.26.1', '1.30', '1.36'],
  ['v0.27.0', '1.31', '1.37'],
  ['v0.99.0', '1.31', '1.37'],
])('EKS Anywhere %s installs Kubernetes %s to %s', (release, oldest, newest) => {
  const versions = EksAnywhereKubernetesVersion.supportedBy(release).map(({ version }) => version);
  expect([versions[0], versions[versions.length - 1], versions.length]).toEqual([oldest, newest, 7]);
});

test.each(['v0.22.9', 'newest'])('returns no versions for %s', (release) => {
  expect(EksAnywhereKubernetesVersion.supportedBy(release)).toEqual([]);
});

test('judges a release that is not known by the newest known one, with a warning', () => {
  const app = newApp();
  const cluster = new DockerCluster(app, 'Laptop', {
    ...DOCKER,
    eksAnywhereVersion: 'v0.28.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.of('1.37'),
  });
  expect(synthesized(app, 'Laptop/cluster.yaml')).toContain('kubernetesVersion: "1.37"');
  expect(cluster.kubernetesVersion.version).toBe('1.37');
  expect(cluster.node.metadata.map(({ data }) => data)).toEqual([
    expect.stringMatching(/eksAnywhereVersion names EKS Anywhere v0.28.0, which is not known here: the rules of v0.27.0 apply/),
  ]);
});

test.each([
  [
    'v0.26.0',
    '1.37',
    "kubernetesVersion is '1.37'; EKS Anywhere v0.26.0 creates 1.30 to 1.36; v0.27.0 and newer have '1.37' "
      + '(use one of 1.30, 1.31, 1.32, 1.33, 1.34, 1.35 or 1.36)',
  ],
  ['v0.26.0', '1.29', "kubernetesVersion is '1.29'; EKS Anywhere v0.26.0 creates 1.30 to 1.36; v0.23.0 to v0.25.6 have '1.29'"],
  ['v0.24.0', '1.35', "kubernetesVersion is '1.35'; EKS Anywhere v0.24.0 creates 1.28 to 1.34; v0.25.0 and newer have '1.35'"],
])('EKS Anywhere %s rejects Kubernetes %s and lists the versions that it knows', (eksAnywhereVersion, version, message) => {
  expect(
    () =>
      new DockerCluster(newApp(), 'Laptop', { ...DOCKER, eksAnywhereVersion, kubernetesVersion: EksAnywhereKubernetesVersion.of(version) }),
  ).toThrow(message);
});

test.each(['1.35.2', 'v1.35', '1.350x', '2.0', ''])('of() rejects %j', (version) => {
  expect(() => EksAnywhereKubernetesVersion.of(version)).toThrow(
    `EksAnywhereKubernetesVersion.of: version: got "${version}", expected major and minor such as 1.35`,
  );
});

test('of() rejects a token', () => {
  const parameter = new CfnParameter(new Stack(), 'Version');
  expect(() => EksAnywhereKubernetesVersion.of(parameter.valueAsString)).toThrow(
    'version: got a value known only after deployment, expected a plain value',
  );
});
