import { Duration, Stack } from 'aws-cdk-lib';
import {
  BareMetalCluster,
  BareMetalClusterProps,
  CiliumOptions,
  CiliumPolicyMode,
  CiliumRoutingMode,
  EksAnywhereKubernetesVersion,
  FluxSync,
  IdentityProvider,
  ManagementCluster,
  OperatingSystem,
  TaintEffect,
  VSphereCluster,
  VSphereClusterProps,
} from '../../src';
import { NEWEST_RELEASE } from '../../src/eksa/releases/release-table';
import { EVERY_OPTION } from './every-option';
import { bareMetal, newApp, synthesized, vsphere } from './sample';

const NODE_OPTIONS = {
  kubeletConfiguration: { maxPods: 50, evictionHard: { 'memory.available': '500Mi' } },
  machineHealthCheck: { nodeStartupTimeout: Duration.hours(1) },
};

test('a bare-metal cluster writes every option', () => {
  const app = newApp();
  new BareMetalCluster(
    app,
    'Factory',
    bareMetal({
      ...EVERY_OPTION,
      timeServers: ['ntp.acme.example', '10.20.0.5'],
      hookImagesUrl: 'http://10.20.0.2/hook',
      isoUrl: 'http://10.20.0.2/hook.iso',
      skipServiceLoadBalancer: true,
      loadBalancerInterface: 'eno1',
      upgradeInPlace: true,
      controlPlaneNodes: {
        count: 1,
        select: { type: 'cp' },
        certificateNames: ['api.acme.example'],
        auditPolicy: 'apiVersion: audit.k8s.io/v1\nkind: Policy\n',
        skipLoadBalancer: true,
        skipAdmissionForSystemResources: true,
        ...NODE_OPTIONS,
      },
      workerNodes: [
        { name: 'gateway', count: 1, select: { type: 'worker' }, kubernetesVersion: EksAnywhereKubernetesVersion.V1_35, ...NODE_OPTIONS },
      ],
    }),
  );
  expect(synthesized(app, 'Factory/cluster.yaml')).toMatchSnapshot();
});

test('a vSphere cluster writes every option', () => {
  const app = newApp();
  new VSphereCluster(
    app,
    'Plant',
    vsphere({
      ...EVERY_OPTION,
      timeServers: ['ntp.acme.example'],
      etcdNodes: { count: 3 },
      failureDomains: [
        {
          name: 'a',
          computeCluster: '/DC1/host/a',
          resourcePool: '/DC1/host/a/Resources',
          datastore: '/DC1/datastore/a',
          folder: '/DC1/vm/a',
          network: '/DC1/network/a',
        },
      ],
      storagePolicy: 'silver',
      linkedClones: true,
      tags: ['urn:vmomi:InventoryServiceTag:1:GLOBAL'],
      workerNodes: [
        {
          name: 'gateway',
          count: 2,
          autoscaling: { minCount: 1, maxCount: 3 },
          failureDomain: 'a',
          networks: ['/DC1/network/a'],
          ...NODE_OPTIONS,
        },
      ],
    }),
  );
  expect(synthesized(app, 'Plant/cluster.yaml')).toMatchSnapshot();
});

test('Helm values of Cilium are passed on as they are', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ cilium: { helmValues: { hubble: { enabled: true, mode: 'yes' } } } }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toContain(
    '      cilium:\n        helmValues:\n          hubble:\n            enabled: true\n            mode: "yes"\n',
  );
});

test.each<[string, CiliumOptions, string]>([
  ['traffic that is encapsulated by name', { routingMode: CiliumRoutingMode.OVERLAY }, '        routingMode: overlay\n'],
  [
    'a network that implies direct routing',
    { nativeRoutingCidr: '10.0.0.0/8' },
    '        routingMode: direct\n        ipv4NativeRoutingCIDR: 10.0.0.0/8\n',
  ],
  [
    'a network beside traffic that is encapsulated',
    { routingMode: CiliumRoutingMode.OVERLAY, nativeRoutingCidr: '10.0.0.0/8' },
    '        routingMode: overlay\n        ipv4NativeRoutingCIDR: 10.0.0.0/8\n',
  ],
  [
    'networks of both families',
    { nativeRoutingCidr: '10.0.0.0/8', ipv6NativeRoutingCidr: 'fd00:10::/32' },
    '        ipv4NativeRoutingCIDR: 10.0.0.0/8\n        ipv6NativeRoutingCIDR: fd00:10::/32\n',
  ],
])('Cilium: %s', (_title, cilium, text) => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ cilium }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toContain(text);
});

test('a group with bounds for the autoscaler needs no number of nodes', () => {
  const app = newApp();
  const workerNodes = [{ name: 'gateway', autoscaling: { minCount: 2, maxCount: 5 } }];
  new VSphereCluster(app, 'Plant', vsphere({ workerNodes }));
  const yaml = synthesized(app, 'Plant/cluster.yaml');
  expect(yaml).toContain('    - name: gateway\n      autoscalingConfiguration:\n        minCount: 2\n        maxCount: 5\n');
});

test('a taint says when it was added', () => {
  const app = newApp();
  const taints = [{ key: 'retired', effect: TaintEffect.NO_EXECUTE, timeAdded: '2026-11-21T12:00:00Z' }];
  new VSphereCluster(app, 'Plant', vsphere({ workerNodes: [{ name: 'a', count: 1 }, { name: 'b', count: 1, taints }] }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toContain(
    '        - key: retired\n          effect: NoExecute\n          timeAdded: "2026-11-21T12:00:00Z"\n',
  );
});

test.each(['packageController', 'packageCronJob'])('a workload cluster rejects %s', (prop) => {
  const app = newApp();
  const managementCluster = new VSphereCluster(app, 'Management', vsphere());
  new VSphereCluster(app, 'Workload', vsphere({ managementCluster, endpoint: '10.30.0.11', [prop]: { tag: '0.4.5' } }));
  expect(() => app.synth()).toThrow(new RegExp(`${prop} is set on a workload cluster.*\\[rule C63\\]`));
});

test('a workload cluster names its management cluster', () => {
  const app = newApp();
  const management = new VSphereCluster(app, 'Management', vsphere());
  new VSphereCluster(app, 'Workload', vsphere({ managementCluster: management, endpoint: '10.30.0.11' }));
  expect(synthesized(app, 'Workload/cluster.yaml')).toContain('managementCluster:\n    name: management\n');
});

test('a workload cluster names a management cluster that another app creates', () => {
  const app = newApp();
  new VSphereCluster(app, 'Workload', vsphere({ managementCluster: ManagementCluster.fromClusterName('head-office') }));
  expect(synthesized(app, 'Workload/cluster.yaml')).toContain('managementCluster:\n    name: head-office\n');
});

test('a cluster that manages itself can leave out by whom it is managed', () => {
  const app = newApp();
  new VSphereCluster(app, 'Plant', vsphere({ omitManagementCluster: true }));
  expect(synthesized(app, 'Plant/cluster.yaml')).not.toContain('managementCluster');
  const managementCluster = ManagementCluster.fromClusterName('head-office');
  expect(() => new VSphereCluster(newApp(), 'Plant', vsphere({ managementCluster, omitManagementCluster: true }))).toThrow(
    'Plant: omitManagementCluster: got true beside managementCluster, expected one of the two: omit one',
  );
});

test('no taints and no labels are written where they are given', () => {
  const app = newApp();
  const [workers] = vsphere().workerNodes;
  new VSphereCluster(app, 'Plant', vsphere({ workerNodes: [{ ...workers, taints: [], labels: {} }] }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toMatch(/ labels: \{\}\n +taints: \[\]\n/);
});

test('rejects a cluster as its own management cluster', () => {
  const managementCluster = ManagementCluster.fromClusterName('plant');
  expect(() => new VSphereCluster(newApp(), 'Plant', vsphere({ managementCluster }))).toThrow(
    /^Plant: managementCluster: got "plant", the name of this cluster, expected another cluster/,
  );
});

test('further documents are written unchanged, after the cluster and outside its namespace', () => {
  const app = newApp();
  new VSphereCluster(
    app,
    'Plant',
    vsphere({
      namespace: 'sites',
      furtherDocuments: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' }, data: { on: 'yes', empty: null } }],
    }),
  );
  const documents = synthesized(app, 'Plant/cluster.yaml').split('---\n');
  expect(documents.pop()).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  "on": "yes"\n  empty: null\n');
  for (const document of documents) expect(document).toContain('  namespace: sites\n');
});

test.each([
  [
    'a Secret',
    { kind: 'Secret', metadata: { name: 'x' } },
    /furtherDocuments\[0\]: got a Secret, whose content would be written to cdk.out, expected no/,
  ],
  [
    'an object without kind',
    { name: 'x' },
    /furtherDocuments\[0\].kind: got undefined, expected the kind of a Kubernetes object/,
  ],
])('rejects %s among further documents', (_title, document, message) => {
  expect(() => new VSphereCluster(newApp(), 'Plant', vsphere({ furtherDocuments: [document] }))).toThrow(message);
});

test('the file contains the release only where it is pinned', () => {
  const app = newApp();
  const managementCluster = new VSphereCluster(app, 'Management', vsphere());
  new VSphereCluster(
    app,
    'Workload',
    vsphere({ managementCluster, endpoint: '10.30.0.11', pinEksAnywhereVersion: true, eksAnywhereVersion: 'v0.25.1' }),
  );
  expect(synthesized(app, 'Workload/cluster.yaml')).toContain('  eksaVersion: v0.25.1\n');
  expect(synthesized(app, 'Management/cluster.yaml')).not.toContain('eksaVersion');
});

test('without a release, that of the management cluster of the app judges, else the newest known one', () => {
  const app = newApp();
  const unnamed = { eksAnywhereVersion: undefined, pinEksAnywhereVersion: undefined };
  const managementCluster = new VSphereCluster(app, 'Management', vsphere({ eksAnywhereVersion: 'v0.25.4' }));
  const workload = new VSphereCluster(app, 'Workload', vsphere({ ...unnamed, managementCluster, endpoint: '10.30.0.11' }));
  const elsewhere = ManagementCluster.fromClusterName('elsewhere');
  const other = new VSphereCluster(app, 'Other', vsphere({ ...unnamed, managementCluster: elsewhere, endpoint: '10.30.0.12' }));
  expect([workload, other].map(({ eksAnywhereVersion }) => eksAnywhereVersion)).toEqual(['v0.25.4', NEWEST_RELEASE.version]);
  expect(() => new VSphereCluster(app, 'New', vsphere({
    ...unnamed, managementCluster, endpoint: '10.30.0.13', kubernetesVersion: EksAnywhereKubernetesVersion.V1_36,
  }))).toThrow(/^New: kubernetesVersion is '1.36'; EKS Anywhere v0.25.4 creates /);
});

test.each<[string, Partial<BareMetalClusterProps>, RegExp]>([
  ['a Kubernetes version past its support', {
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_31,
    os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-1-31.gz' }),
  }, /^kubernetesVersion is '1.31', whose standard support ended on .*set licenseToken/],
  ['RHEL 8 with a Kubernetes version that it cannot run', {
    os: OperatingSystem.redHat({ imageUrl: 'https://images.acme.example/rhel-8-1-35.gz' }),
  }, /^os: imageUrl is '.*': RHEL 8 runs Kubernetes up to 1.31/],
  ['IPv6, which is a beta', {
    podsCidr: 'fd00:10:244::/56', servicesCidr: 'fd00:10:96::/112', nodeCidrMaskSize: 64,
  }, /^podsCidr is '.*': IPv6 on bare metal is a beta/],
])('synthesis warns once about %s, also when it runs again', (_title, changes, message) => {
  const app = newApp();
  const stack = new Stack(app, 'Site');
  const clusters = [app, stack].map((scope, index) => new BareMetalCluster(scope, `Plant${index}`, bareMetal({
    ...changes, eksAnywhereVersion: 'v0.27.0', endpoint: `10.20.0.1${index * 2}`, tinkerbellIp: `10.20.0.1${index * 2 + 1}`,
  })));
  for (let run = 0; run < 2; run++) app.synth({ force: true });
  for (const { node } of clusters) {
    const warnings = node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));
    expect(warnings).toEqual([expect.stringMatching(message)]);
  }
});

test('rejects a pinned release that is not named', () => {
  expect(() => new VSphereCluster(newApp(), 'Plant', vsphere({ eksAnywhereVersion: undefined, pinEksAnywhereVersion: true })))
    .toThrow(/^Plant: pinEksAnywhereVersion: got true without eksAnywhereVersion, expected both: name the release to pin$/);
});

test('rejects a workload cluster with a newer release than its management cluster', () => {
  const app = newApp();
  const managementCluster = new VSphereCluster(app, 'Management', vsphere({ eksAnywhereVersion: 'v0.25.4' }));
  expect(() => new VSphereCluster(app, 'Workload', vsphere({ managementCluster, endpoint: '10.30.0.11', eksAnywhereVersion: 'v0.26.0' })))
    .toThrow(/^Workload: eksAnywhereVersion: got "v0.26.0", newer than "v0.25.4" of managementCluster, expected/);
});

test('arguments of the API server are written, with a note about the feature flag that the tools need', () => {
  const app = newApp();
  const cluster = new VSphereCluster(app, 'Plant', vsphere({ controlPlaneNodes: { count: 3, apiServerExtraArgs: { v: '2' } } }));
  expect(synthesized(app, 'Plant/cluster.yaml')).toContain('    apiServerExtraArgs:\n      v: "2"\n');
  expect(cluster.node.metadata.map(({ data }) => data)).toContainEqual(
    expect.stringContaining('API_SERVER_EXTRA_ARGS_ENABLED=true wherever eksctl anywhere runs'),
  );
});

test('fails when the management cluster is itself managed', () => {
  const app = newApp();
  const management = new VSphereCluster(app, 'Management', vsphere());
  const workload = new VSphereCluster(app, 'Workload', vsphere({ managementCluster: management }));
  expect(() => new VSphereCluster(app, 'Third', vsphere({ managementCluster: workload }))).toThrow(
    /Third: managementCluster: got Workload, which management manages, expected a cluster that manages itself/,
  );
});

const GITHUB = { owner: 'acme', repository: 'clusters' };
const refusedOnBareMetal: [string, Partial<BareMetalClusterProps>, RegExp][] = [
  [
    'a proxy without port',
    { proxy: { httpProxy: '10.20.0.4', httpsProxy: '10.20.0.4:1' }, hookImagesUrl: 'http://x/' },
    /proxy.httpProxy is '10.20.0.4', which has no port.*\[rule C51\]/,
  ],
  [
    'a password of the proxy',
    { proxy: { httpProxy: 'http://user:hunter2@10.20.0.4:3128', httpsProxy: '10.20.0.4:1' } },
    /proxy.httpProxy: got a password, which would be written to cdk.out, expected(?!.*hunter2)/,
  ],
  [
    'a proxy without local hook images',
    { proxy: { httpProxy: '10.20.0.4:1', httpsProxy: '10.20.0.4:1' } },
    /hookImagesUrl is missing.*\[rule T27\]/,
  ],
  ['a registry port out of range', { registryMirror: { endpoint: 'r', port: 70000 } }, /registryMirror.port is '70000'.*\[rule C55\]/],
  [
    'an empty mirrored registry',
    { registryMirror: { endpoint: 'r', namespaces: [{ registry: '', namespace: 'x' }] } },
    /registryMirror.namespaces\[0\].registry is empty.*\[rule C56\]/,
  ],
  [
    'an issuer without https',
    { identityProviders: [IdentityProvider.oidc({ clientId: 'x', issuerUrl: 'http://sso' })] },
    /identityProviders: OIDCConfig issuerUrl is 'http:\/\/sso'.*\[rule X4\]/,
  ],
  [
    'two claims',
    { identityProviders: [IdentityProvider.oidc({ clientId: 'x', issuerUrl: 'https://sso', requiredClaims: { a: '1', b: '2' } })] },
    /identityProviders: OIDCConfig requiredClaims has 2 entries.*\[rule X4\]/,
  ],
  [
    'two providers of a kind',
    { identityProviders: [1, 2].map(() => IdentityProvider.awsIam({ region: 'eu-west-1' })) },
    /identityProviders\[1\] is AWSIamConfig a second time.*\[rule X11\]/,
  ],
  [
    'a branch that the tools refuse',
    { gitOps: FluxSync.github({ ...GITHUB, branch: 'release-1.0' }) },
    /gitOps: branch is 'release-1.0'.*\[rule X9\]/,
  ],
  [
    'a Git URL in scp form',
    { gitOps: FluxSync.git({ repositoryUrl: 'git@host:path.git' }) },
    /gitOps: repositoryUrl is 'git@host:path.git'.*\[rule X8\]/,
  ],
  ['an empty issuer', { serviceAccountIssuer: '' }, /serviceAccountIssuer is empty.*\[rule C58\]/],
  [
    'options beside Helm values',
    { cilium: { helmValues: { hubble: { enabled: true } }, exclusive: true } },
    /Factory: cilium.helmValues: got values together with exclusive, which EKS Anywhere then ignores, expected/,
  ],
  [
    'a policy mode beside skipUpgrade',
    { cilium: { skipUpgrade: true, policyMode: CiliumPolicyMode.NEVER } },
    /cilium.policyMode is set together with skipUpgrade.*\[rule C42\]/,
  ],
  [
    'direct routing without its network',
    { cilium: { routingMode: CiliumRoutingMode.DIRECT } },
    /cilium.nativeRoutingCidr is missing; direct routing needs it.*\[rule C43\]/,
  ],
  [
    'a routing network of IPv6 that is none',
    { cilium: { ipv6NativeRoutingCidr: 'fd00::' } },
    /cilium.ipv6NativeRoutingCidr is 'fd00::'; expected a network.*\[rule C43\]/,
  ],
  [
    'a taint that was added at no time',
    {
      workerNodes: [
        {
          name: 'a',
          count: 1,
          select: { type: 'worker' },
          taints: [{ key: 'a', effect: TaintEffect.PREFER_NO_SCHEDULE, timeAdded: 'yesterday' }],
        },
      ],
    },
    /workerNodes\[0\].taints\[0\].timeAdded is 'yesterday'; expected a time such as 2026-11-21T12:00:00Z.*\[rule S1\]/,
  ],
  [
    'autoscaling bounds that need more machines than there are',
    { workerNodes: [{ name: 'a', select: { type: 'worker' }, autoscaling: { minCount: 2, maxCount: 3 } }] },
    /workerNodes\[0\].count/,
  ],
  ['a routing network that is none', { cilium: { nativeRoutingCidr: '10.0.0.0' } }, /cilium.nativeRoutingCidr is '10.0.0.0'.*\[rule C43\]/],
  [
    'a health check limit that is none',
    { machineHealthCheck: { maxUnhealthy: 'many' } },
    /machineHealthCheck.maxUnhealthy is 'many'.*\[rule MHC\]/,
  ],
  [
    'an unknown kubelet setting',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, kubeletConfiguration: { additional: { maxPodz: 1 } } } },
    /controlPlaneNodes.kubeletConfiguration.additional.maxPodz is no field.*did you mean 'maxPods'.*\[rule C69\]/,
  ],
  [
    'a provider id',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, kubeletConfiguration: { additional: { providerID: 'x' } } }] },
    /workerNodes\[0\].kubeletConfiguration.additional.providerID is set by EKS Anywhere itself.*\[rule C70\]/,
  ],
  [
    'arguments that belong to the OpenID Connect provider',
    {
      identityProviders: [IdentityProvider.oidc({ clientId: 'x', issuerUrl: 'https://sso' })],
      controlPlaneNodes: { count: 1, select: { type: 'cp' }, apiServerExtraArgs: { 'oidc-issuer-url': 'https://x' } },
    },
    /controlPlaneNodes.apiServerExtraArgs.*\[rule C68\]/,
  ],
  [
    'an audit policy that is no YAML',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, auditPolicy: 'a: b: c' } },
    /controlPlaneNodes.auditPolicy is no YAML.*\[rule C72\]/,
  ],
  [
    'a certificate name without a dot',
    { controlPlaneNodes: { count: 1, select: { type: 'cp' }, certificateNames: ['api'] } },
    /controlPlaneNodes.certificateNames\[0\] is 'api'.*\[rule C66\]/,
  ],
  [
    'autoscaling beside in-place upgrades',
    { upgradeInPlace: true, workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, autoscaling: { minCount: 1, maxCount: 1 } }] },
    /workerNodes\[0\].autoscaling is set; it does not go with in-place upgrades.*\[rule T30\]/,
  ],
  [
    'autoscaling bounds the wrong way round',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, autoscaling: { minCount: 2, maxCount: 1 } }] },
    /workerNodes\[0\].autoscaling.minCount is 2, more than maxCount 1.*\[rule C15\]/,
  ],
  [
    'a group ahead of the cluster',
    { workerNodes: [{ name: 'a', count: 1, select: { type: 'worker' }, kubernetesVersion: EksAnywhereKubernetesVersion.V1_36 }] },
    /workerNodes\[0\].kubernetesVersion is '1.36'; expected the cluster's 1.35.*\[rule S16\]/,
  ],
  [
    'a boot image of another type',
    { isoUrl: 'http://x/hook.img' },
    /isoUrl is 'http:\/\/x\/hook.img'; expected a URL that ends with .iso.*\[rule T25\]/,
  ],
  ['an empty time server', { timeServers: [''] }, /timeServers.* is ''; expected a name or address.*\[rule H2\]/],
];
test.each(refusedOnBareMetal)('a bare-metal cluster fails on %s', (_title, changes, message) => {
  const app = newApp();
  expect(() => {
    new BareMetalCluster(app, 'Factory', bareMetal(changes));
    app.synth();
  }).toThrow(message);
});

const refusedOnVSphere: [string, Partial<VSphereClusterProps>, RegExp][] = [
  ['an even number of etcd machines', { etcdNodes: { count: 2 } }, /etcdNodes.count is 2.*\[rule C47\]/],
  [
    'an unknown failure domain',
    { workerNodes: [{ name: 'a', count: 1, failureDomain: 'x' }] },
    /workerNodes\[0\].failureDomain is 'x'; the datacenter defines none.*\[rule V5\]/,
  ],
  [
    'a failure domain in another datacenter',
    { failureDomains: [{ name: 'a', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: 'net' }] },
    /failureDomains\[0\].network is 'net'; expected a path below \/DC1\/network\/.*\[rule X14\]/,
  ],
  [
    'three networks',
    { workerNodes: [{ name: 'a', count: 1, networks: ['a', 'b', 'c'] }] },
    /workerNodes\[0\].networks has 3 entries; at most 2.*\[rule S1\]/,
  ],
];
test.each(refusedOnVSphere)('a vSphere cluster fails on %s', (_title, changes, message) => {
  const app = newApp();
  expect(() => {
    new VSphereCluster(app, 'Plant', vsphere(changes));
    app.synth();
  }).toThrow(message);
});
