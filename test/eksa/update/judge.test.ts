import { diffDocuments } from '../../../src/eksa/update/diff';
import { bareMetal, changed, docker, vsphere } from './samples';
import type { Documents } from './samples';

const SITES = { 'bare metal': bareMetal(), 'vSphere': vsphere(), 'Docker': docker() };
type Site = keyof typeof SITES;

/** What refuses the change: the CLI, the webhooks of the API, both or neither. */
type Refusing = 'neither' | 'CLI' | 'API' | 'both';

interface Case {
  readonly site: Site;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly change: Readonly<Record<string, unknown>>;
  readonly refusing: Refusing;
  readonly rule?: string;
}

const CP = 'Cluster.spec.controlPlaneConfiguration';
const A = 'Cluster.spec.workerNodeGroupConfigurations[0]';
const PAUSED = 'Cluster.metadata.annotations.{anywhere.eks.amazonaws.com/paused}';
const IAM = {
  awsRegion: 'eu-central-1',
  backendMode: ['EKSConfigMap'],
  mapRoles: [{ roleARN: 'arn:aws:iam::111122223333:role/ops', username: 'ops', groups: ['system:masters'] }],
};
const FLUX = { github: { owner: 'acme', repository: 'fleet', personal: false } };
const OIDC = { clientId: 'kubernetes', issuerUrl: 'https://login.example' };
const KMS = { kms: { name: 'vault', socketListenAddress: 'unix:///run/kms.sock' } };
const iamRef = (name: string) => [{ kind: 'AWSIamConfig', name }];
const fluxRef = (name: string) => ({ kind: 'FluxConfig', name });
const WITH_IAM = { 'Cluster.spec.identityProviderRefs': iamRef('iam'), 'AWSIamConfig/iam': IAM };
const WITH_FLUX = { 'Cluster.spec.gitOpsRef': fluxRef('flux'), 'FluxConfig/flux': FLUX };
const encryption = (...entries: unknown[]) => ({ 'Cluster.spec.etcdEncryption': entries });

const CASES: Readonly<Record<string, Case>> = {
  'nothing': { site: 'bare metal', change: {}, refusing: 'neither' },
  'the pod network': {
    site: 'vSphere',
    change: { 'Cluster.spec.clusterNetwork.pods.cidrBlocks': ['172.20.0.0/16'] },
    refusing: 'both',
    rule: 'W3',
  },
  'the pod network of a paused cluster': {
    site: 'vSphere',
    before: { [PAUSED]: 'true' },
    change: { 'Cluster.spec.clusterNetwork.pods.cidrBlocks': ['172.20.0.0/16'] },
    refusing: 'CLI',
    rule: 'W3',
  },
  'the service network': {
    site: 'Docker',
    change: { 'Cluster.spec.clusterNetwork.services.cidrBlocks': ['10.112.0.0/12'] },
    refusing: 'both',
    rule: 'W3',
  },
  'the endpoint': { site: 'bare metal', change: { [`${CP}.endpoint.host`]: '10.0.0.9' }, refusing: 'both', rule: 'W3' },
  'the resolver': {
    site: 'Docker',
    change: { 'Cluster.spec.clusterNetwork.dns': { resolvConf: { path: '/etc/resolv.conf' } } },
    refusing: 'both',
    rule: 'W3',
  },
  'the node mask, written out with its default': {
    site: 'vSphere',
    change: { 'Cluster.spec.clusterNetwork.nodes': { cidrMaskSize: 24 } },
    refusing: 'API',
    rule: 'W3',
  },
  'the order of proxy exceptions': {
    site: 'vSphere',
    refusing: 'neither',
    before: { 'Cluster.spec.proxyConfiguration': { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128', noProxy: ['a', 'b'] } },
    change: { 'Cluster.spec.proxyConfiguration.noProxy': ['b', 'a'] },
  },
  'a proxy': {
    site: 'vSphere',
    change: { 'Cluster.spec.proxyConfiguration': { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128' } },
    refusing: 'both',
    rule: 'W3',
  },
  'the datacenter': {
    site: 'Docker',
    change: { 'Cluster.spec.datacenterRef.name': 'other', 'DockerDatacenterConfig/other': {} },
    refusing: 'both',
    rule: 'W3',
  },
  'the manager': { site: 'Docker', change: { 'Cluster.spec.managementCluster.name': 'head-office' }, refusing: 'both', rule: 'W3' },
  'naming itself as manager': {
    site: 'Docker',
    before: { 'Cluster.spec.managementCluster.name': undefined },
    change: { 'Cluster.spec.managementCluster.name': 'site' },
    refusing: 'CLI',
    rule: 'W3',
  },
  'the name': {
    site: 'Docker',
    change: { 'Cluster.metadata.name': 'other', 'Cluster.spec.managementCluster.name': 'other' },
    refusing: 'CLI',
    rule: 'W19',
  },
  'the namespace': {
    site: 'Docker',
    change: { 'Cluster.metadata.namespace': 'x', 'DockerDatacenterConfig/site.metadata.namespace': 'x' },
    refusing: 'CLI',
    rule: 'W19',
  },
  'leaving out the default namespace': {
    site: 'Docker',
    before: { 'Cluster.metadata.namespace': 'default', 'DockerDatacenterConfig/site.metadata.namespace': 'default' },
    change: { 'Cluster.metadata.namespace': undefined, 'DockerDatacenterConfig/site.metadata.namespace': undefined },
    refusing: 'neither',
  },
  'the old way to name Cilium': {
    site: 'Docker',
    before: { 'Cluster.spec.clusterNetwork.cniConfig': undefined, 'Cluster.spec.clusterNetwork.cni': 'cilium' },
    change: { 'Cluster.spec.clusterNetwork.cni': undefined, 'Cluster.spec.clusterNetwork.cniConfig': { cilium: {} } },
    refusing: 'neither',
  },
  'the network plugin': {
    site: 'Docker',
    change: { 'Cluster.spec.clusterNetwork.cniConfig': { kindnetd: {} } },
    refusing: 'CLI',
    rule: 'W19',
  },
  "Cilium's policy": {
    site: 'Docker',
    change: { 'Cluster.spec.clusterNetwork.cniConfig.cilium': { policyEnforcementMode: 'always' } },
    refusing: 'neither',
  },
  'taking back skipUpgrade': {
    site: 'Docker',
    before: { 'Cluster.spec.clusterNetwork.cniConfig.cilium': { skipUpgrade: true } },
    change: { 'Cluster.spec.clusterNetwork.cniConfig.cilium': {} },
    refusing: 'both',
    rule: 'W3',
  },
  'etcd to machines of its own': {
    site: 'Docker',
    change: { 'Cluster.spec.externalEtcdConfiguration': { count: 3 } },
    refusing: 'both',
    rule: 'W4',
  },
  'the number of etcd machines': {
    site: 'Docker',
    before: { 'Cluster.spec.externalEtcdConfiguration': { count: 1 } },
    change: { 'Cluster.spec.externalEtcdConfiguration.count': 3 },
    refusing: 'neither',
  },
  'labels of nodes on bare metal': {
    site: 'bare metal',
    change: { [`${A}.labels`]: { zone: 'a' }, [`${CP}.labels`]: { zone: 'a' } },
    refusing: 'API',
    rule: 'W5',
  },
  'taints of nodes on bare metal': {
    site: 'bare metal',
    change: { [`${A}.taints`]: [{ key: 'gpu', effect: 'PreferNoSchedule' }] },
    refusing: 'API',
    rule: 'W5',
  },
  'labels of nodes on vSphere': { site: 'vSphere', change: { [`${A}.labels`]: { zone: 'a' } }, refusing: 'neither' },
  'count and version on bare metal': {
    site: 'bare metal',
    change: { [`${A}.count`]: 2, 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'both',
    rule: 'W6',
  },
  'count and version on vSphere': {
    site: 'vSphere',
    change: { [`${A}.count`]: 2, 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'neither',
  },
  'count alone': { site: 'bare metal', change: { [`${A}.count`]: 2 }, refusing: 'neither' },
  'the default count, written out': {
    site: 'vSphere',
    before: { [`${A}.count`]: undefined },
    change: { [`${A}.count`]: 1, 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'neither',
  },
  'one minor up': { site: 'bare metal', change: { 'Cluster.spec.kubernetesVersion': '1.36' }, refusing: 'neither' },
  'two minors up': {
    site: 'vSphere',
    before: { 'Cluster.spec.kubernetesVersion': '1.34' },
    change: { 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'both',
    rule: 'W7',
  },
  'one minor down': { site: 'Docker', change: { 'Cluster.spec.kubernetesVersion': '1.34' }, refusing: 'both', rule: 'W7' },
  'a version that does not exist yet': {
    site: 'Docker',
    before: { 'Cluster.spec.kubernetesVersion': '1.37' },
    change: { 'Cluster.spec.kubernetesVersion': '1.38' },
    refusing: 'CLI',
    rule: 'version',
  },
  'a group two minors up': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.33' },
    change: { [`${A}.kubernetesVersion`]: '1.35' },
    refusing: 'both',
    rule: 'W8',
  },
  'a group ahead of the cluster': { site: 'Docker', change: { [`${A}.kubernetesVersion`]: '1.36' }, refusing: 'both', rule: 'W8' },
  'the cluster three minors before a group': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.33' },
    change: { 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'both',
    rule: 'W8',
  },
  'a group that catches up': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.34' },
    change: { [`${A}.kubernetesVersion`]: '1.35' },
    refusing: 'neither',
  },
  'a group that follows the cluster from now on': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.34' },
    change: { [`${A}.kubernetesVersion`]: undefined },
    refusing: 'neither',
  },
  'a group that follows the cluster from now on, two minors up': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.33' },
    change: { [`${A}.kubernetesVersion`]: undefined },
    refusing: 'both',
    rule: 'W9',
  },
  'a group that follows while the cluster goes up': {
    site: 'Docker',
    before: { [`${A}.kubernetesVersion`]: '1.35' },
    change: { [`${A}.kubernetesVersion`]: undefined, 'Cluster.spec.kubernetesVersion': '1.36' },
    refusing: 'both',
    rule: 'W9',
  },
  'two releases of EKS Anywhere at once': {
    site: 'vSphere',
    before: { 'Cluster.spec.eksaVersion': 'v0.24.0' },
    change: { 'Cluster.spec.eksaVersion': 'v0.26.0' },
    refusing: 'both',
    rule: 'W10',
  },
  'two releases at once, with the check switched off': {
    site: 'vSphere',
    before: {
      'Cluster.spec.eksaVersion': 'v0.24.0',
      'Cluster.metadata.annotations.{anywhere.eks.amazonaws.com/skip-eksa-version-skew-check}': 'true',
    },
    change: { 'Cluster.spec.eksaVersion': 'v0.26.0' },
    refusing: 'neither',
  },
  'an older release': {
    site: 'Docker',
    before: { 'Cluster.spec.eksaVersion': 'v0.26.0' },
    change: { 'Cluster.spec.eksaVersion': 'v0.25.4' },
    refusing: 'both',
    rule: 'W10',
  },
  'an older patch': {
    site: 'Docker',
    before: { 'Cluster.spec.eksaVersion': 'v0.26.1' },
    change: { 'Cluster.spec.eksaVersion': 'v0.26.0' },
    refusing: 'neither',
  },
  'no release any more': {
    site: 'Docker',
    before: { 'Cluster.spec.eksaVersion': 'v0.26.1' },
    change: { 'Cluster.spec.eksaVersion': undefined },
    refusing: 'API',
    rule: 'W10',
  },
  'a release that is no version': {
    site: 'Docker',
    before: { 'Cluster.spec.eksaVersion': 'v0.26.1' },
    change: { 'Cluster.spec.eksaVersion': 'latest' },
    refusing: 'both',
    rule: 'C65',
  },
  'no bundle any more': {
    site: 'Docker',
    before: { 'Cluster.spec.bundlesRef': { apiVersion: 'v1', name: 'b', namespace: 'n' } },
    change: { 'Cluster.spec.bundlesRef': undefined },
    refusing: 'API',
    rule: 'W11',
  },
  'a release in place of a bundle': {
    site: 'Docker',
    before: { 'Cluster.spec.bundlesRef': { apiVersion: 'v1', name: 'b', namespace: 'n' } },
    change: { 'Cluster.spec.bundlesRef': undefined, 'Cluster.spec.eksaVersion': 'v0.26.0' },
    refusing: 'neither',
  },
  'encryption on vSphere': { site: 'vSphere', change: encryption({ providers: [KMS], resources: ['secrets'] }), refusing: 'neither' },
  'encryption on Docker': {
    site: 'Docker',
    change: encryption({ providers: [KMS], resources: ['secrets'] }),
    refusing: 'API',
    rule: 'W12',
  },
  'encryption without entries': { site: 'vSphere', change: encryption(), refusing: 'API', rule: 'W12' },
  'encryption of nothing': { site: 'vSphere', change: encryption({ providers: [KMS], resources: [] }), refusing: 'API', rule: 'W12' },
  'encryption over TCP': {
    site: 'vSphere',
    change: encryption({ providers: [{ kms: { name: 'vault', socketListenAddress: 'tcp://10.0.0.8:1' } }], resources: ['secrets'] }),
    refusing: 'API',
    rule: 'W12',
  },
  'encryption by nobody': {
    site: 'vSphere',
    change: encryption({ providers: [{}], resources: ['secrets'] }),
    refusing: 'API',
    rule: 'W12',
  },
  'tinkerbellIP': {
    site: 'bare metal',
    change: { 'TinkerbellDatacenterConfig/site.spec.tinkerbellIP': '10.0.0.4' },
    refusing: 'both',
    rule: 'W13',
  },
  'the hook images': {
    site: 'bare metal',
    change: { 'TinkerbellDatacenterConfig/site.spec.hookImagesURLPath': 'http://other.example/hook' },
    refusing: 'both',
    rule: 'W13',
  },
  'the hook images, with the version': {
    site: 'bare metal',
    change: {
      'TinkerbellDatacenterConfig/site.spec.hookImagesURLPath': 'http://other.example/hook',
      'Cluster.spec.kubernetesVersion': '1.36',
    },
    refusing: 'API',
    rule: 'W13',
  },
  "the hook images, marked as the CLI's": {
    site: 'bare metal',
    before: { 'TinkerbellDatacenterConfig/site.metadata.annotations.{anywhere.eks.amazonaws.com/managed-by-cli}': 'true' },
    change: { 'TinkerbellDatacenterConfig/site.spec.hookImagesURLPath': 'http://other.example/hook' },
    refusing: 'CLI',
    rule: 'W13',
  },
  'the load balancer of bare metal': {
    site: 'bare metal',
    change: { 'TinkerbellDatacenterConfig/site.spec.skipLoadBalancerDeployment': true },
    refusing: 'API',
    rule: 'W13',
  },
  'the OS image': {
    site: 'bare metal',
    change: { 'TinkerbellDatacenterConfig/site.spec.osImageURL': 'http://images.example/new-1-35.gz' },
    refusing: 'neither',
  },
  'the OS family': {
    site: 'bare metal',
    change: { 'TinkerbellMachineConfig/site-a.spec.osFamily': 'redhat' },
    refusing: 'both',
    rule: 'W15',
  },
  'the user on bare metal': {
    site: 'bare metal',
    change: { 'TinkerbellMachineConfig/site-a.spec.users[0].name': 'ops' },
    refusing: 'both',
    rule: 'W15',
  },
  'a second user on bare metal': {
    site: 'bare metal',
    change: { 'TinkerbellMachineConfig/site-a.spec.users[1]': { name: 'ops', sshAuthorizedKeys: ['x'] } },
    refusing: 'API',
    rule: 'W15',
  },
  'a second key on bare metal': {
    site: 'bare metal',
    change: { 'TinkerbellMachineConfig/site-a.spec.users[0].sshAuthorizedKeys[1]': 'x' },
    refusing: 'API',
    rule: 'W15',
  },
  'no users': { site: 'bare metal', change: { 'TinkerbellMachineConfig/site-a.spec.users': undefined }, refusing: 'both', rule: 'F7' },
  'the selector': {
    site: 'bare metal',
    change: { 'TinkerbellMachineConfig/site-a.spec.hardwareSelector': { type: 'c' } },
    refusing: 'neither',
  },
  'the machine configuration of the control plane on bare metal': {
    site: 'bare metal',
    change: { [`${CP}.machineGroupRef.name`]: 'site-a' },
    refusing: 'CLI',
    rule: 'W19',
  },
  'the machine configuration of a group on bare metal': {
    site: 'bare metal',
    change: { [`${A}.machineGroupRef.name`]: 'site-b' },
    refusing: 'CLI',
    rule: 'W19',
  },
  'the machine configuration of a group on vSphere': {
    site: 'vSphere',
    change: { [`${A}.machineGroupRef.name`]: 'site-b' },
    refusing: 'neither',
  },
  'size and template on vSphere': {
    site: 'vSphere',
    change: { 'VSphereMachineConfig/site-a.spec.numCPUs': 4, 'VSphereMachineConfig/site-a.spec.template': '/DC1/vm/new' },
    refusing: 'neither',
  },
  'the storage policy': {
    site: 'vSphere',
    change: { 'VSphereMachineConfig/site-a.spec.storagePolicyName': 'gold' },
    refusing: 'both',
    rule: 'W16',
  },
  'an empty key on vSphere': {
    site: 'vSphere',
    change: { 'VSphereMachineConfig/site-a.spec.users[0].sshAuthorizedKeys': [''] },
    refusing: 'both',
    rule: 'F7',
  },
  'the vCenter': {
    site: 'vSphere',
    change: { 'VSphereDatacenterConfig/site.spec.server': 'other.example' },
    refusing: 'both',
    rule: 'W17',
  },
  'the network, written with its path': {
    site: 'vSphere',
    change: { 'VSphereDatacenterConfig/site.spec.network': '/DC1/network/VM Network' },
    refusing: 'neither',
  },
  'the thumbprint': { site: 'vSphere', change: { 'VSphereDatacenterConfig/site.spec.thumbprint': 'AB:CD' }, refusing: 'neither' },
  'an IAM provider': { site: 'Docker', change: WITH_IAM, refusing: 'neither' },
  'another IAM provider': {
    site: 'Docker',
    before: WITH_IAM,
    change: { 'Cluster.spec.identityProviderRefs': iamRef('iam2'), 'AWSIamConfig/iam2': IAM },
    refusing: 'both',
    rule: 'W3',
  },
  'the region of the IAM provider': {
    site: 'Docker',
    before: WITH_IAM,
    change: { 'AWSIamConfig/iam.spec.awsRegion': 'us-east-1' },
    refusing: 'both',
    rule: 'W18',
  },
  'the default partition, written out': {
    site: 'Docker',
    before: WITH_IAM,
    change: { 'AWSIamConfig/iam.spec.partition': 'aws' },
    refusing: 'neither',
  },
  'the roles of the IAM provider': {
    site: 'Docker',
    before: WITH_IAM,
    change: { 'AWSIamConfig/iam.spec.mapRoles[0].groups': ['dev'] },
    refusing: 'neither',
  },
  "the identity provider's client": {
    site: 'Docker',
    before: { 'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig', name: 'sso' }], 'OIDCConfig/sso': OIDC },
    change: { 'OIDCConfig/sso.spec.clientId': 'other' },
    refusing: 'API',
    rule: 'W18',
  },
  "the identity provider's client of a workload cluster": {
    site: 'Docker',
    before: {
      'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig', name: 'sso' }],
      'OIDCConfig/sso': OIDC,
      'OIDCConfig/sso.metadata.annotations.{anywhere.eks.amazonaws.com/managed-by}': 'head-office',
    },
    change: { 'OIDCConfig/sso.spec.clientId': 'other' },
    refusing: 'neither',
  },
  "the identity provider's client of a workload cluster, which its file in git does not mark": {
    site: 'Docker',
    before: {
      'Cluster.spec.managementCluster.name': 'head-office',
      'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig', name: 'sso' }],
      'OIDCConfig/sso': OIDC,
    },
    change: { 'OIDCConfig/sso.spec.clientId': 'other' },
    refusing: 'neither',
  },
  'GitOps': { site: 'Docker', change: WITH_FLUX, refusing: 'neither' },
  'no GitOps any more': {
    site: 'Docker',
    before: WITH_FLUX,
    change: { 'Cluster.spec.gitOpsRef': undefined },
    refusing: 'CLI',
    rule: 'W19',
  },
  'GitOps of a workload cluster': {
    site: 'Docker',
    before: { 'Cluster.spec.managementCluster.name': 'head-office' },
    change: WITH_FLUX,
    refusing: 'API',
    rule: 'W3',
  },
  'the branch': { site: 'Docker', before: WITH_FLUX, change: { 'FluxConfig/flux.spec.branch': 'next' }, refusing: 'both', rule: 'W18' },
  'the default branch, written out': {
    site: 'Docker',
    before: WITH_FLUX,
    change: { 'FluxConfig/flux.spec.branch': 'main' },
    refusing: 'neither',
  },
};

function refusing(before: Documents, after: Documents): { by: Refusing; rules: string[] } {
  const { cliAccepts, webhookAccepts, refusals } = diffDocuments(before, after)!;
  const by = cliAccepts ? (webhookAccepts ? 'neither' : 'API') : webhookAccepts ? 'CLI' : 'both';
  return { by, rules: refusals.map(({ ruleId }) => ruleId) };
}

describe('a change of', () => {
  test.each(Object.entries(CASES))('%s is refused by the same tools as in reality', (_what, each) => {
    const { site, before = {}, change, refusing: expected, rule } = each;
    const old = changed(SITES[site], before);
    const found = refusing(old, changed(old, change));
    expect(found.by).toBe(expected);
    expect(found.rules.includes(rule ?? '')).toBe(rule !== undefined);
  });
});

test('every refusal names the old value, the new value and a fix', () => {
  for (const { site, before = {}, change } of Object.values(CASES)) {
    const old = changed(SITES[site], before);
    for (const { path, message, fix, ruleId } of diffDocuments(old, changed(old, change))!.refusals) {
      expect(path).toMatch(/^(Cluster|[A-Za-z]+Config\/[a-z0-9-]+)\.(spec|metadata)/);
      expect(message).not.toMatch(/undefined|\[object/);
      if (ruleId.startsWith('W')) expect(fix).toBeTruthy();
    }
  }
});
