import { Duration, Size } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import {
  BottlerocketKubernetesSettings,
  DockerCluster,
  EksAnywhereKubernetesVersion,
  KubeletConfiguration,
  OperatingSystem,
  VSphereCluster,
} from '../../src';
import {
  BOTTLEROCKET_SETTINGS,
  KUBELET_SETTINGS,
  durationAmount,
  durationText,
  sizeAmount,
  sizeText,
} from '../../src/eksa/model/node-settings';
import { BOTTLEROCKET_KUBERNETES } from '../../src/eksa/schema/host-os';
import { KUBELET_CONFIGURATION } from '../../src/eksa/schema/kubelet';
import { EVERY_BOTTLEROCKET_SETTING, EVERY_KUBELET_SETTING } from './every-option';
import { newApp, synthesized, vsphere } from './sample';

function kubeletFields(kubeletConfiguration: KubeletConfiguration): Record<string, unknown> {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ workerNodes: [{ name: 'a', count: 1, kubeletConfiguration }] }));
  const { spec } = parse(synthesized(app, 'Plant/cluster.yaml').split('---\n')[0]);
  return spec.workerNodeGroupConfigurations[0].kubeletConfiguration;
}

function bottlerocketFields(kubernetes: BottlerocketKubernetesSettings): Record<string, unknown> {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ os: OperatingSystem.bottlerocket({ kubernetes }), template: undefined }));
  const { spec } = parse(synthesized(app, 'Plant/cluster.yaml').split('---\n')[2]);
  return spec.hostOSConfiguration.bottlerocketConfiguration.kubernetes;
}

test('every setting of kubelets is written under the name of its field, as its type', () => {
  expect(kubeletFields(EVERY_KUBELET_SETTING)).toMatchSnapshot();
});

test('every Kubernetes setting of Bottlerocket is written under the name of its field, as its type', () => {
  expect(bottlerocketFields(EVERY_BOTTLEROCKET_SETTING)).toMatchSnapshot();
});

test.each([
  ['KubeletConfiguration', EVERY_KUBELET_SETTING, KUBELET_SETTINGS],
  ['BottlerocketKubernetesSettings', EVERY_BOTTLEROCKET_SETTING, BOTTLEROCKET_SETTINGS],
] as const)('the table of settings has the properties of %s', (_name, every, settings) => {
  expect(settings.map(({ prop }) => prop).sort()).toEqual(Object.keys(every).filter((prop) => prop !== 'additional').sort());
});

test('Bottlerocket has a property for every field', () => {
  expect(BOTTLEROCKET_SETTINGS.map(({ field }) => field).sort()).toEqual(Object.keys(BOTTLEROCKET_KUBERNETES.fields).sort());
});

test('durations of the kubelet are properties in that type, unless an integer stands for one', () => {
  const durations = KUBELET_SETTINGS.filter(({ unit }) => unit === 'duration').map(({ field }) => KUBELET_CONFIGURATION.fields[field]);
  expect(durations.length).toBeGreaterThan(10);
  for (const shape of durations) expect(shape).toMatchObject({ type: 'text', format: 'duration' });
});

test('on Docker the control plane has settings of its own', () => {
  const app = newApp();
  new DockerCluster(app, 'Laptop', {
    eksAnywhereVersion: 'v0.26.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
    controlPlaneNodes: { count: 1, kubeletConfiguration: { imageGcHighThresholdPercent: 70 } },
  });
  expect(synthesized(app, 'Laptop/cluster.yaml')).toContain(
    '    kubeletConfiguration:\n      apiVersion: kubelet.config.k8s.io/v1beta1\n      kind: KubeletConfiguration\n'
      + '      imageGCHighThresholdPercent: 70\n',
  );
});

test('an empty configuration is the header alone', () => {
  expect(kubeletFields({})).toEqual({ apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' });
});

const refused: [string, unknown, RegExp][] = [
  ['a wrong type', { maxPods: '60' }, /workerNodes\[0\].kubeletConfiguration.maxPods is the text '60'; expected an integer.*\[rule C71\]/],
  [
    'a wrong value inside a map',
    { featureGates: { A: 'yes' } },
    /workerNodes\[0\].kubeletConfiguration.featureGates.A is the text 'yes'; expected true or false.*\[rule C71\]/,
  ],
  [
    'a wrong type under a field of another case',
    { kubeApiQps: 1.5 },
    /workerNodes\[0\].kubeletConfiguration.kubeApiQps is 1.5; expected an integer.*\[rule C71\]/,
  ],
  [
    'an unknown field',
    { additional: { volumePluginsDir: '/opt' } },
    /workerNodes\[0\].kubeletConfiguration.additional.volumePluginsDir is no field of this object.*\(did you mean 'volumePluginDir'\?\)/,
  ],
  [
    'a field that has two values',
    { maxPods: 60, additional: { maxPods: 50 } },
    /^Plant: workerNodes\[0\].kubeletConfiguration.additional.maxPods: got 50 beside maxPods, expected one of the two$/,
  ],
  [
    'the name of the field instead of the property',
    { registryPullQPS: 3 },
    /^Plant: workerNodes\[0\].kubeletConfiguration.registryPullQPS: got a setting without a property, expected registryPullQps, or the/,
  ],
  [
    'a property that is no setting',
    { colour: 'red' },
    /^Plant: workerNodes\[0\].kubeletConfiguration.colour: got a setting without a property, expected the field in additional$/,
  ],
  [
    'the text of a duration',
    { shutdownGracePeriod: '30s' },
    /^Plant: workerNodes\[0\].kubeletConfiguration.shutdownGracePeriod: got "30s", expected a Duration such as/,
  ],
  [
    'the text of a duration inside a map',
    { evictionSoftGracePeriod: { 'memory.available': '30s' } },
    /kubeletConfiguration.evictionSoftGracePeriod.memory.available: got "30s", expected a Duration/,
  ],
  ['the text of a size', { containerLogMaxSize: '10Mi' }, /kubeletConfiguration.containerLogMaxSize: got "10Mi", expected a Size such as/],
  [
    'half a second where the kubelet counts seconds',
    { evictionMaxPodGracePeriod: Duration.millis(500) },
    /kubeletConfiguration.evictionMaxPodGracePeriod: got 0.5 seconds, expected a whole number of seconds/,
  ],
  ['a part of a KiB', { containerLogMaxSize: Size.bytes(100) }, /containerLogMaxSize: got [\d.]+ KiB, expected a whole number of KiB/],
];
test.each(refused)('rejects %s', (_title, kubeletConfiguration, message) => {
  expect(() => kubeletFields(kubeletConfiguration as KubeletConfiguration)).toThrow(message);
});

test('rejects a setting of Bottlerocket where it is given', () => {
  const kubernetes = { maxPods: 1, additional: { maxPods: 2 } };
  expect(() => OperatingSystem.bottlerocket({ kubernetes })).toThrow(
    /^OperatingSystem.bottlerocket: kubernetes.additional.maxPods: got 2 beside maxPods, expected one of the two$/,
  );
});

test('a wrong setting that all groups share is reported once', () => {
  const app = newApp();
  const os = OperatingSystem.bottlerocket({ kubernetes: { clusterDnsIps: ['dns'] } });
  new VSphereCluster(app, 'Plant', vsphere({ os, template: '/DC1/vm/Templates/bottlerocket-1-35' }));
  expect(() => app.synth()).toThrow(/^[^\n]*\n {2}\[Plant\] os.kubernetes.clusterDnsIps\[0\] is 'dns'; expected an IP [^\n]*$/);
});

test.each([
  ['seconds stay seconds', Duration.seconds(60), '60s'],
  ['minutes stay minutes', Duration.minutes(5), '5m'],
  ['days are hours', Duration.days(2), '48h'],
  ['a parsed duration is in seconds', Duration.parse('PT1M30S'), '90s'],
  ['less than a second', Duration.millis(250), '250ms'],
  ['nothing', Duration.seconds(0), '0s'],
])('duration: %s', (_title, shutdownGracePeriod, text) => {
  expect(kubeletFields({ shutdownGracePeriod })).toMatchObject({ shutdownGracePeriod: text });
});

test('an amount that is read from a text is written as the same text', () => {
  const durations = fc.tuple(fc.nat(), fc.constantFrom('ms', 's', 'm', 'h', 'm0s', 'us', ''), fc.constantFrom('', '0', '+', ' '));
  fc.assert(fc.property(durations, ([amount, suffix, prefix]) => {
    const text = `${prefix}${amount}${suffix}`;
    const read = durationAmount(text);
    if (read) expect(durationText(read)).toBe(text);
    else expect(text).toMatch(/^[0+ ]|[^smh]$|us$|m0s$|^\d{15,}/);
  }));
  fc.assert(fc.property(fc.nat(), fc.constantFrom('Ki', 'Mi', 'Gi', 'M', 'k', ''), (amount, suffix) => {
    const read = sizeAmount(`${amount}${suffix}`);
    const kibibytes = { kibibytes: 1, mebibytes: 1024, gibibytes: 1024 ** 2 };
    if (read) expect(sizeText(read.amount * kibibytes[read.unit])).toBe(`${amount}${suffix}`);
    else expect(amount === 0 || !suffix.endsWith('i') || amount % 1024 === 0).toBe(true);
  }));
});
