import { Duration, Size } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import {
  BareMetalClusterProps,
  CiliumPolicyMode,
  CiliumRoutingMode,
  ControlPlaneNodeOptions,
  CpuManagerPolicy,
  EksAnywhereClusterProps,
  EksAnywhereKubernetesVersion,
  FluxSync,
  HardwareInventory,
  HardwareMachine,
  IdentityProvider,
  MachineClusterProps,
  MachineGroupOptions,
  NodeGroupOptions,
  OperatingSystem,
  SshKeyAlgorithm,
  TaintEffect,
  TopologyManagerPolicy,
  VSphereClusterProps,
  VirtualMachineOptions,
  WorkerNodeGroupOptions,
} from '../../src';
import { SSH_KEY } from './sample';

const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJEknZ1PAp1G5VZykDakPgzAfJq+/lv81/BlQrRuY7e1';

/** Random properties that follow every rule, for tests of the files written from them. */

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const words = fc.constantFrom(
  'yes',
  'no',
  'on',
  'y',
  'n',
  '1.10',
  '0x10',
  '1e3',
  'null',
  'true',
  '010',
  '1_000',
  'plain',
  'a.b-c_d',
  '12-30',
  '2026-11-21',
);
const name = fc.string({ unit: fc.constantFrom('a', 'b', 'x', '1', '9'), minLength: 1, maxLength: 8 }).map((text) => `n${text}`);
const host = fc.oneof(fc.constantFrom('proxy.acme.example', 'localhost'), fc.ipV4());
const port = fc.integer({ min: 1, max: 65535 });
const minutes = fc.integer({ min: 1, max: 90 }).map((number) => Duration.minutes(number));
const healthCheck = fc.record({
  maxUnhealthy: optional(fc.oneof(fc.nat(100).map(String), fc.nat(100).map((share) => `${share}%`))),
  nodeStartupTimeout: optional(minutes),
  unhealthyMachineTimeout: optional(minutes),
});
const labels = fc.dictionary(fc.oneof(name, name.map((key) => `acme.example/${key}`)), words, { maxKeys: 3 });
const softTaint = fc.record({
  key: name,
  value: optional(words),
  effect: fc.constant(TaintEffect.PREFER_NO_SCHEDULE),
  timeAdded: fc.constantFrom(undefined, '2026-11-21T12:00:00Z', '2026-11-21T12:00:00.5+01:00'),
});
const duration = fc.constantFrom(Duration.millis(500), Duration.seconds(90), Duration.minutes(5), Duration.hours(4), Duration.days(1));
const size = fc.constantFrom(Size.kibibytes(512), Size.mebibytes(10), Size.mebibytes(2048), Size.gibibytes(1));
const nodeSettings = {
  maxPods: fc.integer({ min: 1, max: 250 }),
  evictionHard: fc.constant({ 'memory.available': '100Mi' }),
  evictionSoftGracePeriod: fc.dictionary(fc.constantFrom('memory.available', 'nodefs.available'), duration),
  evictionMaxPodGracePeriod: fc.integer({ min: 0, max: 600 }).map((seconds) => Duration.seconds(seconds)),
  shutdownGracePeriod: duration,
  containerLogMaxSize: size,
  cpuManagerPolicy: fc.constantFrom(...Object.values(CpuManagerPolicy)),
  topologyManagerPolicy: fc.constantFrom(...Object.values(TopologyManagerPolicy)),
  registryPullQps: fc.nat(50),
};
const kubelet = fc.record(
  {
    ...nodeSettings,
    featureGates: fc.dictionary(name, fc.boolean()),
    imageMinimumGcAge: duration,
    additional: fc.constantFrom(
      {},
      { evictionPressureTransitionPeriod: '1m30s' },
      { volumePluginDir: 'yes', nodeLeaseDurationSeconds: 40 },
    ),
  },
  { requiredKeys: [] },
);

const nodes: fc.Arbitrary<NodeGroupOptions> = fc.record({
  labels: optional(labels),
  taints: optional(fc.array(softTaint, { maxLength: 2 })),
  maxSurge: fc.constantFrom(undefined, 1),
  kubeletConfiguration: optional(kubelet),
  machineHealthCheck: optional(healthCheck),
});

/** Options that a group can set for itself. */
const ownMachine: fc.Arbitrary<MachineGroupOptions> = fc.record({
  timeServers: optional(fc.array(host, { minLength: 1, maxLength: 2 })),
  login: optional(
    fc.record({
      user: optional(name),
      keys: fc.constantFrom([SSH_KEY], [OTHER_KEY, SSH_KEY]),
      furtherUsers: optional(fc.constant({ 'yes': [SSH_KEY], '1.10': [] })),
    }),
  ),
});

const ownVirtualMachine: fc.Arbitrary<VirtualMachineOptions> = fc
  .tuple(
    ownMachine,
    fc.record({
      template: optional(words),
      datastore: optional(words),
      folder: optional(words),
      resourcePool: optional(words),
      linkedClones: optional(fc.boolean()),
      tags: optional(fc.array(words, { maxLength: 2 })),
      cpus: optional(fc.integer({ min: 1, max: 64 })),
      disk: optional(fc.integer({ min: 20, max: 500 }).map((gib) => Size.gibibytes(gib))),
    }),
  )
  .map(([shared, own]) => ({ ...shared, ...own }));

/** Linked clones have the disk of their template, so that a group cannot choose another. */
function withTemplateDisk(own: VirtualMachineOptions, linkedClones: boolean | undefined): VirtualMachineOptions {
  return own.linkedClones ?? linkedClones ? { ...own, disk: undefined } : own;
}

/** Adds the options that groups can set for themselves, and names to some groups. */
const withOwn = <Group, Own extends MachineGroupOptions>(groups: readonly Group[], own: readonly Own[]): (Group & Own)[] => {
  return groups.map((group, index) => ({ ...group, ...own[index], machineConfigName: index % 2 === 1 ? `machines-${index}` : undefined }));
};

const controlPlane = (counts: number[]): fc.Arbitrary<ControlPlaneNodeOptions> =>
  fc
    .tuple(
      nodes,
      fc.record({
        count: fc.constantFrom(...counts),
        certificateNames: optional(
          fc.array(
            fc.oneof(
              fc.ipV4(),
              name.map((text) => `${text}.acme.example`),
            ),
            { maxLength: 2 },
          ),
        ),
        auditPolicy: optional(fc.constant('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - level: None\n')),
        skipLoadBalancer: optional(fc.boolean()),
      }),
    )
    .map(([shared, own]) => ({ ...shared, ...own }));

const workers = fc.uniqueArray(
  fc
    .tuple(
      nodes,
      fc.record({
        name,
        count: fc.constantFrom(undefined, 1, 2, 3),
        maxUnavailable: optional(fc.nat(2)),
        kubernetesVersion: fc.constantFrom(undefined, EksAnywhereKubernetesVersion.V1_35, EksAnywhereKubernetesVersion.V1_34),
      }),
    )
    .map(([shared, own]): WorkerNodeGroupOptions => ({ ...shared, ...own })),
  { selector: (group) => group.name, minLength: 1, maxLength: 3 },
);

/** Bounds, with or without the number to begin with. */
const scaling: fc.Arbitrary<Pick<WorkerNodeGroupOptions, 'count' | 'autoscaling'>> = fc.constantFrom(
  {},
  { autoscaling: { minCount: 1, maxCount: 3 }, count: undefined },
  { autoscaling: { minCount: 0, maxCount: 2 }, count: undefined },
  { autoscaling: { minCount: 1, maxCount: 3 }, count: 2 },
);

const identity = fc.subarray([
  IdentityProvider.oidc({
    clientId: 'yes',
    issuerUrl: 'https://sso.acme.example/realm',
    groupsPrefix: 'on:',
    requiredClaims: { aud: '1.10' },
    configName: 'no',
  }),
  IdentityProvider.awsIam({
    region: 'eu-central-1',
    users: [{ arn: 'arn:aws:iam::123456789012:user/x', username: 'true', groups: ['no'] }],
  }),
]);

const common: fc.Arbitrary<EksAnywhereClusterProps> = fc.record({
  eksAnywhereVersion: fc.constant('v0.26.0'),
  namespace: fc.constantFrom(undefined, 'eksa-system', 'yes'),
  datacenterConfigName: fc.constantFrom(undefined, 'site', '1-10'),
  clusterLabels: optional(labels),
  clusterAnnotations: optional(labels),
  furtherDocuments: fc.constantFrom(
    undefined,
    [],
    [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'on' }, data: { '1.10': 'yes', 'no': '' } }],
  ),
  pinEksAnywhereVersion: optional(fc.boolean()),
  kubernetesVersion: fc.constant(EksAnywhereKubernetesVersion.V1_35),
  podsCidr: fc.constantFrom('192.168.0.0/16', '172.16.0.0/15'),
  servicesCidr: fc.constantFrom('10.96.0.0/12', '10.112.0.0/24'),
  nodeCidrMaskSize: fc.constantFrom(undefined, 24, 26),
  dnsResolvConf: fc.constantFrom(undefined, '/etc/resolv.conf'),
  cilium: optional(
    fc.record({
      policyMode: fc.constantFrom(undefined, ...Object.values(CiliumPolicyMode)),
      nativeRoutingCidr: fc.constantFrom(undefined, '10.0.0.0/8'),
      ipv6NativeRoutingCidr: fc.constantFrom(undefined, 'fd00:10::/32'),
      egressMasqueradeInterfaces: optional(words),
      routingMode: fc.constantFrom(undefined, CiliumRoutingMode.OVERLAY),
      exclusive: optional(fc.boolean()),
    }),
  ),
  identityProviders: identity,
  gitOps: fc.constantFrom(
    undefined,
    FluxSync.github({ owner: 'acme', repository: '1.10', personal: true }),
    FluxSync.gitOpsConfig({ owner: 'acme', repository: 'clusters', path: 'yes', configName: 'git' }),
    FluxSync.git({ repositoryUrl: 'ssh://git@git.example/x', sshKeyAlgorithm: SshKeyAlgorithm.RSA, branch: 'on' }),
  ),
  proxy: optional(
    fc.record({
      httpProxy: fc.tuple(host, port).map(([where, number]) => `${where}:${number}`),
      httpsProxy: fc.tuple(host, port).map(([where, number]) => `http://${where}:${number}`),
      noProxy: optional(fc.array(words, { maxLength: 2 })),
    }),
  ),
  registryMirror: optional(
    fc.record({
      endpoint: fc.constantFrom('registry.acme.example', '10.20.0.7'),
      port: optional(port),
      namespaces: optional(
        fc.array(fc.record({ registry: fc.constant('public.ecr.aws'), namespace: fc.oneof(fc.constant(''), words) }), { maxLength: 2 }),
      ),
      authenticate: optional(fc.boolean()),
    }),
  ),
  serviceAccountIssuer: fc.constantFrom(undefined, 'https://s3.eu-central-1.amazonaws.com/issuer'),
  curatedPackages: optional(fc.boolean()),
  machineHealthCheck: optional(healthCheck),
});

const machines: fc.Arbitrary<Pick<MachineClusterProps, 'endpoint' | 'sshKey' | 'sshUser' | 'timeServers'>> = fc.record({
  endpoint: fc.constant('10.20.0.10'),
  sshKey: fc.constant(SSH_KEY),
  sshUser: fc.constantFrom(undefined, 'ops', 'yes'),
  timeServers: optional(fc.array(host, { minLength: 1, maxLength: 2 })),
});

/** Bare metal with exactly as many machines as nodes. */
export const validBareMetal = fc.tuple(
  common, machines, controlPlane([1, 3]), workers, fc.array(ownMachine, { minLength: 4, maxLength: 4 }), fc.boolean(),
).map((parts): BareMetalClusterProps => {
  const [shared, own, controlPlaneNodes, groups, [controlPlaneOwn, ...workersOwn], upgradeInPlace] = parts;
  const workerNodes = withOwn(groups, workersOwn).map((group) => ({ ...group, select: { type: `worker-${group.name}` } }));
  const wanted = [
    ...Array<string>(controlPlaneNodes.count).fill('cp'),
    ...workerNodes.flatMap((group) => Array<string>(group.count ?? 1).fill(group.select.type)),
  ];
  return {
    ...shared,
    ...own,
    tinkerbellIp: '10.20.0.11',
    os: OperatingSystem.ubuntu({ imageUrl: 'http://10.20.0.2/kube-1-35-and-1-34.gz' }),
    hookImagesUrl: 'http://10.20.0.2/hook',
    hardware: new HardwareInventory(wanted.map(hardwareMachine)),
    controlPlaneNodes: { ...controlPlaneNodes, ...controlPlaneOwn, select: { type: 'cp' } },
    workerNodes,
    upgradeInPlace,
  };
});

function hardwareMachine(type: string, index: number): HardwareMachine {
  return {
    hostname: `node-${index}`,
    mac: `52:54:00:aa:00:${index.toString(16).padStart(2, '0')}`,
    ipAddress: `10.20.0.${index + 20}`,
    netmask: '255.255.255.0',
    gateway: '10.20.0.1',
    nameservers: ['10.20.0.2'],
    labels: { type, rack: 'yes' },
    disk: '/dev/sda',
    vlanId: index === 0 ? 10 : undefined,
  };
}

export const validVSphere: fc.Arbitrary<VSphereClusterProps> = fc
  .tuple(
    common,
    machines,
    controlPlane([1, 3, 5]),
    workers,
    fc.record({
      network: fc.constantFrom('VM Network', '/DC1/network/yes'),
      thumbprint: fc.constantFrom(undefined, '12:34:56'),
      insecure: optional(fc.boolean()),
      storagePolicy: optional(words),
      linkedClones: optional(fc.boolean()),
      tags: optional(fc.array(words, { maxLength: 2 })),
      etcdNodes: optional(fc.record({ count: fc.constantFrom(1, 3), memory: fc.constantFrom(undefined, Size.gibibytes(16)) })),
    }),
    fc.array(ownVirtualMachine, { minLength: 4, maxLength: 4 }),
    fc.array(scaling, { minLength: 3, maxLength: 3 }),
  )
  .map(([shared, own, controlPlaneNodes, workerNodes, place, [controlPlaneOwn, ...workersOwn], scalings]) => ({
    ...shared,
    ...own,
    controlPlaneNodes: { ...controlPlaneNodes, ...withTemplateDisk(controlPlaneOwn, place.linkedClones) },
    workerNodes: withOwn(workerNodes, workersOwn.map((one) => withTemplateDisk(one, place.linkedClones)))
      .map((group, index) => ({ ...group, ...scalings[index] })),
    ...place,
    server: 'vcenter.acme.example',
    datacenter: 'DC1',
    datastore: '1.10',
    folder: '',
    resourcePool: '*/Resources',
    template: 'on',
    os: OperatingSystem.redHat(),
  }));
