/** For each row of the table a change of its field, and whose nodes it replaces on each provider. */
type Values = Readonly<Record<string, unknown>>;

export interface RowSample {
  /** The state before, beside the usual one. */
  readonly before?: Values;
  /** The field's new value; for fields of machine configurations without the document. */
  readonly change: Values | unknown;
  /** Initials of the roles that are replaced: control plane, etcd, workers (all, or the first group where the field is a group's). */
  readonly bareMetal?: string;
  readonly vsphere?: string;
  readonly docker?: string;
  /** A state in which the condition of the row does not hold, so that the same change replaces nothing. */
  readonly without?: Values;
}

const C = 'Cluster.spec';
const CP = `${C}.controlPlaneConfiguration`;
const A = `${C}.workerNodeGroupConfigurations[0]`;
const CILIUM = `${C}.clusterNetwork.cniConfig.cilium`;
const CHECK = { unhealthyMachineTimeout: '7m0s' };
const MIRROR = { endpoint: 'registry.example', port: '5000' };
const PUBLIC = { registry: 'public.ecr.aws', namespace: 'eks' };
const PROXY = { httpProxy: '10.0.0.4:3128', httpsProxy: '10.0.0.4:3128' };
const OIDC = {
  'Cluster.spec.identityProviderRefs': [{ kind: 'OIDCConfig', name: 'sso' }], 'OIDCConfig/sso': {
    clientId: 'kubernetes', issuerUrl: 'https://login.example',
  },
};
const IAM = {
  'Cluster.spec.identityProviderRefs': [{ kind: 'AWSIamConfig', name: 'iam' }], 'AWSIamConfig/iam': {
    awsRegion: 'eu-central-1', backendMode: ['EKSConfigMap'],
  },
};
const FLUX = {
  'Cluster.spec.gitOpsRef': { kind: 'FluxConfig', name: 'flux' }, 'FluxConfig/flux': {
    github: { owner: 'acme', repository: 'fleet' },
  },
};
const GIT_OPS = {
  'Cluster.spec.gitOpsRef': { kind: 'GitOpsConfig', name: 'git' }, 'GitOpsConfig/git': {
    flux: { github: { owner: 'acme', repository: 'fleet' } },
  },
};
const BM = 'TinkerbellDatacenterConfig/site.spec';
const VS = 'VSphereDatacenterConfig/site.spec';
const OTHER_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB ops';
const NO_WORKERS = { [`${C}.workerNodeGroupConfigurations`]: undefined };
const TEMPLATE = { 'TinkerbellTemplateConfig/own': { template: { version: '0.1', name: 'own', id: '', global_timeout: 6000, tasks: [] } } };
const REF = { templateRef: { kind: 'TinkerbellTemplateConfig', name: 'own' } };
const BOTTLEROCKET = { osFamily: 'bottlerocket' };

const everywhere = (change: Values, before: Values = {}): RowSample => ({ before, change, bareMetal: 'cw', vsphere: 'cew', docker: 'cew' });
const controlPlane = (change: Values, before: Values = {}): RowSample => ({ before, change, bareMetal: 'c', vsphere: 'c', docker: 'c' });
const oneGroup = (change: Values, before: Values = {}): RowSample => ({ before, change, bareMetal: 'w', vsphere: 'w', docker: 'w' });
const nobody = (change: Values, before: Values = {}): RowSample => ({ before, change, bareMetal: '', vsphere: '', docker: '' });

const CLUSTER: Readonly<Record<string, RowSample>> = {
  'spec.kubernetesVersion': everywhere({ [`${C}.kubernetesVersion`]: '1.36' }),
  'spec.eksaVersion': everywhere({ [`${C}.eksaVersion`]: 'v0.26.1' }, { [`${C}.eksaVersion`]: 'v0.26.0' }),
  'spec.bundlesRef': everywhere({ [`${C}.bundlesRef`]: { apiVersion: 'v1', name: 'bundles-9', namespace: 'eksa-system' } }),
  'spec.proxyConfiguration': { change: { [`${C}.proxyConfiguration`]: PROXY }, bareMetal: 'cw', vsphere: 'cew', docker: '' },
  'spec.registryMirrorConfiguration.endpoint': everywhere({ [`${C}.registryMirrorConfiguration`]: MIRROR }),
  'spec.registryMirrorConfiguration.port': everywhere(
    { [`${C}.registryMirrorConfiguration.port`]: '5001' }, { [`${C}.registryMirrorConfiguration`]: MIRROR },
  ),
  'spec.registryMirrorConfiguration.caCertContent': everywhere(
    { [`${C}.registryMirrorConfiguration.caCertContent`]: 'x' }, { [`${C}.registryMirrorConfiguration`]: MIRROR },
  ),
  'spec.registryMirrorConfiguration.ociNamespaces': {
    before: { [`${C}.registryMirrorConfiguration`]: { ...MIRROR, ociNamespaces: [PUBLIC] } },
    change: { [`${C}.registryMirrorConfiguration.ociNamespaces`]: [PUBLIC, { registry: 'quay.io', namespace: 'quay' }] },
    bareMetal: 'cw', vsphere: 'cw', docker: 'cw',
  },
  ...Object.fromEntries(['authenticate', 'insecureSkipVerify'].map((name) => [`spec.registryMirrorConfiguration.${name}`, {
    before: { [`${C}.registryMirrorConfiguration`]: MIRROR },
    change: { [`${C}.registryMirrorConfiguration.${name}`]: true },
    bareMetal: 'cw', vsphere: 'cw', docker: 'cw',
  }])),
  'spec.podIamConfig': controlPlane({ [`${C}.podIamConfig`]: { serviceAccountIssuer: 'https://issuer.example' } }),
  'spec.identityProviderRefs': controlPlane(OIDC),
  'spec.etcdEncryption': {
    change: {
      [`${C}.etcdEncryption`]: [{ providers: [{ kms: { name: 'v', socketListenAddress: 'unix:///v' } }], resources: ['secrets'] }],
    },
    bareMetal: '', vsphere: 'c', docker: '',
  },
  'spec.machineHealthCheck': nobody({ [`${C}.machineHealthCheck`]: CHECK }),
  'spec.packages': nobody({ [`${C}.packages`]: { disable: true } }),
  'spec.licenseToken': nobody({ [`${C}.licenseToken`]: 'aa.bb.cc' }),
  'spec.gitOpsRef': nobody(FLUX),
  'spec.datacenterRef': nobody({ [`${C}.datacenterRef.name`]: 'other' }, {
    'TinkerbellDatacenterConfig/other': { tinkerbellIP: '10.0.0.3', osImageURL: 'http://images.example/ubuntu-1-34-1-35-1-36.gz' },
    'VSphereDatacenterConfig/other': {
      server: 'vcenter.example', datacenter: 'DC1', network: 'VM Network', insecure: false, thumbprint: '',
    },
    'DockerDatacenterConfig/other': {},
  }),
  'spec.managementCluster': nobody({ [`${C}.managementCluster.name`]: 'other' }),
};

const CONTROL_PLANE: Readonly<Record<string, RowSample>> = {
  certSans: controlPlane({ [`${CP}.certSans`]: ['api.example'] }),
  apiServerExtraArgs: controlPlane({ [`${CP}.apiServerExtraArgs`]: { v: '4' } }),
  auditPolicyContent: controlPlane({ [`${CP}.auditPolicyContent`]: 'kind: Policy' }),
  skipAdmissionForSystemResources: controlPlane({ [`${CP}.skipAdmissionForSystemResources`]: true }),
  labels: controlPlane({ [`${CP}.labels`]: { zone: 'a' } }),
  taints: controlPlane({ [`${CP}.taints`]: [{ key: 'x', effect: 'NoSchedule' }] }),
  kubeletConfiguration: controlPlane({ [`${CP}.kubeletConfiguration`]: { kind: 'KubeletConfiguration', maxPods: 50 } }),
  skipLoadBalancerDeployment: { change: { [`${CP}.skipLoadBalancerDeployment`]: true }, bareMetal: 'c', vsphere: '', docker: '' },
  endpoint: controlPlane({ [`${CP}.endpoint`]: { host: '10.0.0.9' } }),
  count: nobody({ [`${CP}.count`]: 3 }),
  machineGroupRef: nobody({ [`${CP}.machineGroupRef.name`]: 'site-twin' }),
  upgradeRolloutStrategy: nobody({ [`${CP}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } } }),
  machineHealthCheck: nobody({ [`${CP}.machineHealthCheck`]: CHECK }),
};

const ETCD: Readonly<Record<string, RowSample>> = {
  count: { change: { [`${C}.externalEtcdConfiguration.count`]: 5 }, vsphere: 'c', docker: 'c' },
  machineGroupRef: { change: { [`${C}.externalEtcdConfiguration.machineGroupRef.name`]: 'site-twin' }, vsphere: '' },
};

const GROUP: Readonly<Record<string, RowSample>> = {
  name: nobody({ [`${A}.name`]: 'c' }),
  kubernetesVersion: oneGroup({ [`${A}.kubernetesVersion`]: '1.35' }, { [`${A}.kubernetesVersion`]: '1.34' }),
  labels: oneGroup({ [`${A}.labels`]: { zone: 'a' } }),
  taints: oneGroup({ [`${A}.taints`]: [{ key: 'x', effect: 'PreferNoSchedule' }] }),
  kubeletConfiguration: oneGroup({ [`${A}.kubeletConfiguration`]: { kind: 'KubeletConfiguration', maxPods: 50 } }),
  failureDomains: { change: { [`${A}.failureDomains`]: ['x'] }, bareMetal: '', vsphere: 'w', docker: '' },
  count: nobody({ [`${A}.count`]: 3 }),
  autoscalingConfiguration: nobody({ [`${A}.autoscalingConfiguration`]: { minCount: 1, maxCount: 5 } }),
  machineGroupRef: nobody({ [`${A}.machineGroupRef.name`]: 'site-twin' }),
  upgradeRolloutStrategy: nobody({
    [`${A}.upgradeRolloutStrategy`]: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } },
  }),
  machineHealthCheck: nobody({ [`${A}.machineHealthCheck`]: CHECK }),
};

const NETWORK: Readonly<Record<string, RowSample>> = {
  'dns': { change: { [`${C}.clusterNetwork.dns`]: { resolvConf: { path: '/etc/r' } } }, bareMetal: 'cw', vsphere: 'cw', docker: 'cw' },
  'nodes': { change: { [`${C}.clusterNetwork.nodes`]: { cidrMaskSize: 25 } }, bareMetal: '', vsphere: 'c', docker: 'c' },
  'pods': nobody({ [`${C}.clusterNetwork.pods.cidrBlocks`]: ['172.20.0.0/16'] }),
  'services': nobody({ [`${C}.clusterNetwork.services.cidrBlocks`]: ['10.112.0.0/12'] }),
  'cni': nobody({ [`${C}.clusterNetwork.cni`]: 'cilium', [`${C}.clusterNetwork.cniConfig`]: undefined }),
  'cniConfig.kindnetd': nobody({ [`${C}.clusterNetwork.cniConfig`]: { kindnetd: {} } }),
  'cniConfig.cilium.policyEnforcementMode': nobody({ [`${CILIUM}.policyEnforcementMode`]: 'always' }),
  'cniConfig.cilium.egressMasqueradeInterfaces': nobody({ [`${CILIUM}.egressMasqueradeInterfaces`]: 'eth1' }),
  'cniConfig.cilium.routingMode': nobody({ [`${CILIUM}.routingMode`]: 'direct', [`${CILIUM}.ipv4NativeRoutingCIDR`]: '192.168.0.0/16' }),
  'cniConfig.cilium.ipv4NativeRoutingCIDR': nobody({ [`${CILIUM}.ipv4NativeRoutingCIDR`]: '192.168.0.0/16' }),
  'cniConfig.cilium.ipv6NativeRoutingCIDR': nobody({ [`${CILIUM}.ipv6NativeRoutingCIDR`]: 'fd00::/48' }),
  'cniConfig.cilium.cniExclusive': nobody({ [`${CILIUM}.cniExclusive`]: false }),
  'cniConfig.cilium.helmValues': nobody({ [`${CILIUM}.helmValues`]: { hubble: { enabled: true } } }),
  'cniConfig.cilium.skipUpgrade': nobody({ [`${CILIUM}.skipUpgrade`]: true }),
};

const IDENTITY: Readonly<Record<string, RowSample>> = {
  ...Object.fromEntries(Object.entries({
    issuerUrl: 'https://other.example', clientId: 'x', usernameClaim: 'email', usernamePrefix: 'x:', groupsClaim: 'groups', groupsPrefix: 'g:',
    requiredClaims: [{ claim: 'a', value: 'b' }],
  }).map(([name, value]) => [`OIDCConfig spec.${name}`, {
    ...controlPlane({ [`OIDCConfig/sso.spec.${name}`]: value }, OIDC), without: { 'Cluster.spec.identityProviderRefs': undefined },
  }])),
  ...Object.fromEntries(Object.entries({
    mapRoles: [{ roleARN: 'arn:aws:iam::111122223333:role/x', username: 'x' }],
    mapUsers: [{ userARN: 'arn:aws:iam::111122223333:user/x', username: 'x' }],
    awsRegion: 'eu-west-1', partition: 'aws-cn', backendMode: ['CRD'],
  }).map(([name, value]) => [`AWSIamConfig spec.${name}`, nobody({ [`AWSIamConfig/iam.spec.${name}`]: value }, IAM)])),
  ...Object.fromEntries(Object.entries({
    branch: 'x', clusterConfigPath: 'x', systemNamespace: 'x', git: { repositoryUrl: 'ssh://git@x/y' }, github: { owner: 'x', repository: 'y' },
  }).map(([name, value]) => [`FluxConfig spec.${name}`, nobody({ [`FluxConfig/flux.spec.${name}`]: value }, FLUX)])),
  'GitOpsConfig spec.flux': nobody({ 'GitOpsConfig/git.spec.flux.github.branch': 'x' }, GIT_OPS),
};

const DATACENTERS: Readonly<Record<string, RowSample>> = {
  'TinkerbellDatacenterConfig spec.osImageURL': {
    change: { [`${BM}.osImageURL`]: 'http://images.example/other-1-34-1-35-1-36.gz' }, bareMetal: 'cw',
    without: {
      ...TEMPLATE, ...Object.fromEntries(['cp', 'a', 'b'].map((name) => [`TinkerbellMachineConfig/site-${name}.spec.templateRef`,
        REF.templateRef])),
    },
  },
  'TinkerbellDatacenterConfig spec.isoBoot': { change: { [`${BM}.isoBoot`]: true }, bareMetal: 'cw' },
  'TinkerbellDatacenterConfig spec.hookIsoURL': {
    before: { [`${BM}.isoBoot`]: true }, change: { [`${BM}.hookIsoURL`]: 'http://images.example/hook.iso' }, bareMetal: 'cw',
    without: { [`${BM}.isoBoot`]: false },
  },
  'TinkerbellDatacenterConfig spec.tinkerbellIP': { change: { [`${BM}.tinkerbellIP`]: '10.0.0.4' }, bareMetal: 'cw' },
  'TinkerbellDatacenterConfig spec.hookImagesURLPath': { change: { [`${BM}.hookImagesURLPath`]: 'http://images.example/new' }, bareMetal: '' },
  'TinkerbellDatacenterConfig spec.skipLoadBalancerDeployment': {
    before: NO_WORKERS, change: { [`${BM}.skipLoadBalancerDeployment`]: true }, bareMetal: 'c',
    without: {
      [`${C}.workerNodeGroupConfigurations`]: [
        { name: 'a', count: 1, machineGroupRef: { kind: 'TinkerbellMachineConfig', name: 'site-a' } },
      ],
    },
  },
  'TinkerbellDatacenterConfig spec.loadBalancerInterface': { change: { [`${BM}.loadBalancerInterface`]: 'eth0' }, bareMetal: '' },
  'TinkerbellTemplateConfig spec.template': {
    before: { ...TEMPLATE, 'TinkerbellMachineConfig/site-a.spec.templateRef': REF.templateRef },
    change: { 'TinkerbellTemplateConfig/own.spec.template.global_timeout': 7000 }, bareMetal: 'w',
    without: { 'TinkerbellMachineConfig/site-a.spec.templateRef': undefined },
  },
  'VSphereDatacenterConfig spec.thumbprint': {
    change: { [`${VS}.thumbprint`]: 'AA:BB' }, vsphere: 'cew', without: { [`${VS}.insecure`]: true },
  },
  'VSphereDatacenterConfig spec.insecure': {
    before: { [`${VS}.thumbprint`]: 'AA:BB' }, change: { [`${VS}.insecure`]: true }, vsphere: 'cew', without: { [`${VS}.thumbprint`]: '' },
  },
  'VSphereDatacenterConfig spec.server': { change: { [`${VS}.server`]: 'other.example' }, vsphere: 'cew' },
  'VSphereDatacenterConfig spec.datacenter': { change: { [`${VS}.datacenter`]: 'DC2' }, vsphere: 'cew' },
  'VSphereDatacenterConfig spec.network': { change: { [`${VS}.network`]: '/DC1/network/other' }, vsphere: 'cew' },
  'VSphereDatacenterConfig spec.failureDomains': {
    change: {
      [`${VS}.failureDomains`]: [
        { name: 'x', computeCluster: 'c', resourcePool: 'r', datastore: 'd', folder: 'f', network: '/DC1/network/n' },
      ],
    },
    vsphere: '',
  },
};

/** Of a machine configuration: changed in that of each role, it replaces the role that is named. */
const machine = (name: string, value: unknown, roles: string, options: Omit<RowSample, 'change'> = {}): RowSample => ({
  change: { [name]: value }, bareMetal: roles, vsphere: roles, ...options,
});

const USERS = (name: string, ...keys: string[]) => [{ name, sshAuthorizedKeys: keys }];
const HOST = 'hostOSConfiguration';
const ON_BOTTLEROCKET = { before: BOTTLEROCKET, without: { osFamily: 'ubuntu' } };

const OF_BOTH_MACHINES: Readonly<Record<string, RowSample>> = {
  'users[0].name': machine('users[0].name', 'someone', 'cew'),
  'users[0].sshAuthorizedKeys[0]': machine('users[0].sshAuthorizedKeys[0]', OTHER_KEY, 'cew'),
  'users': machine('users[1]', USERS('second', OTHER_KEY)[0], ''),
  [`${HOST}.ntpConfiguration`]: machine(`${HOST}.ntpConfiguration`, { servers: ['ntp.example'] }, 'cew'),
  [`${HOST}.certBundles`]: machine(`${HOST}.certBundles`, [{ name: 'x', data: 'y' }], 'cew', ON_BOTTLEROCKET),
  [`${HOST}.bottlerocketConfiguration.kubernetes`]: machine(
    `${HOST}.bottlerocketConfiguration.kubernetes`, { maxPods: 9 }, 'cw', ON_BOTTLEROCKET,
  ),
  [`${HOST}.bottlerocketConfiguration.kernel`]: machine(
    `${HOST}.bottlerocketConfiguration.kernel`, { sysctlSettings: { a: '1' } }, 'cew', ON_BOTTLEROCKET,
  ),
  [`${HOST}.bottlerocketConfiguration.boot`]: machine(
    `${HOST}.bottlerocketConfiguration.boot`, { bootKernelParameters: { a: ['1'] } }, 'cew', ON_BOTTLEROCKET,
  ),
};

const OF_BARE_METAL: Readonly<Record<string, RowSample>> = {
  hardwareSelector: machine('hardwareSelector', { type: 'other' }, 'cew'),
  hardwareAffinity: machine('hardwareAffinity', { required: [{ labelSelector: { matchLabels: { a: 'b' } } }] }, 'cew'),
  osImageURL: machine('osImageURL', 'http://images.example/own-1-35.gz', 'cew', { without: REF }),
  templateRef: machine('templateRef', REF.templateRef, 'cew'),
  osFamily: machine('osFamily', 'redhat', 'cew'),
};

const OF_VSPHERE: Readonly<Record<string, RowSample>> = {
  datastore: machine('datastore', 'x', 'cew'),
  folder: machine('folder', 'x', 'cew'),
  resourcePool: machine('resourcePool', 'x', 'cew'),
  template: machine('template', '/DC1/vm/other', 'cew'),
  cloneMode: machine('cloneMode', 'fullClone', 'cew'),
  memoryMiB: machine('memoryMiB', 16384, 'cew', { without: { memoryMiB: 16384 } }),
  numCPUs: machine('numCPUs', 4, 'cew', { without: { numCPUs: 4 } }),
  diskGiB: machine('diskGiB', 40, 'cew'),
  networks: machine('networks', ['/DC1/network/a', '/DC1/network/b'], 'w'),
  tags: machine('tags', ['urn:x'], 'cew'),
  storagePolicyName: machine('storagePolicyName', 'x', 'cew'),
  osFamily: machine('osFamily', 'redhat', 'cew'),
};

const prefixed = (prefix: string, samples: Readonly<Record<string, RowSample>>) =>
  Object.fromEntries(Object.entries(samples).map(([name, sample]) => [`${prefix}${name}`, sample]));

/** By kind and field. */
export const ROW_SAMPLES: Readonly<Record<string, RowSample>> = {
  ...prefixed('Cluster ', CLUSTER),
  ...prefixed('Cluster spec.controlPlaneConfiguration.', CONTROL_PLANE),
  ...prefixed('Cluster spec.externalEtcdConfiguration.', ETCD),
  'Cluster spec.workerNodeGroupConfigurations': {
    before: { [`${C}.workerNodeGroupConfigurations`]: [] },
    change: { [`${C}.workerNodeGroupConfigurations`]: [{ name: 'a', count: 1 }] },
    bareMetal: 'c', vsphere: '', docker: '',
    without: { [`${C}.workerNodeGroupConfigurations`]: [{ name: 'b', count: 1 }, { name: 'a', count: 1 }] },
  },
  ...prefixed('Cluster spec.workerNodeGroupConfigurations[].', GROUP),
  ...prefixed('Cluster spec.clusterNetwork.', NETWORK),
  ...IDENTITY,
  ...DATACENTERS,
  ...prefixed('TinkerbellMachineConfig spec.', { ...OF_BOTH_MACHINES, ...OF_BARE_METAL }),
  ...prefixed('VSphereMachineConfig spec.', { ...OF_BOTH_MACHINES, ...OF_VSPHERE }),
};
