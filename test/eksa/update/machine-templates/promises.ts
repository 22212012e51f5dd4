/** Which row of the table each promise in the documentation of the constructs is about: by file, interface and property. */
import type { Provider } from '../../../../src/eksa/update/machine-templates/inputs';

const ALL: readonly Provider[] = ['bare metal', 'vSphere', 'Docker'];
const MACHINES: readonly Provider[] = ['bare metal', 'vSphere'];
const BARE_METAL: readonly Provider[] = ['bare metal'];
const VSPHERE: readonly Provider[] = ['vSphere'];

interface Promised {
  /** Kind and field of the row. */
  readonly row: string;
  readonly providers: readonly Provider[];
}

function of(kind: string, providers: readonly Provider[], fields: Readonly<Record<string, string>>): Record<string, Promised> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { row: `${kind} ${field}`, providers }]));
}

export const PROMISES: Readonly<Record<string, Promised>> = {
  ...of('Cluster', ALL, {
    'EksAnywhereClusterProps.datacenterConfigName': 'spec.datacenterRef',
    'EksAnywhereClusterProps.licenseToken': 'spec.licenseToken',
    'EksAnywhereClusterProps.podsCidr': 'spec.clusterNetwork.pods',
    'EksAnywhereClusterProps.servicesCidr': 'spec.clusterNetwork.services',
    'EksAnywhereClusterProps.nodeCidrMaskSize': 'spec.clusterNetwork.nodes',
    'EksAnywhereClusterProps.dnsResolvConf': 'spec.clusterNetwork.dns',
    'EksAnywhereClusterProps.cilium': 'spec.clusterNetwork.cniConfig.cilium.helmValues',
    'CiliumOptions': 'spec.clusterNetwork.cniConfig.cilium.policyEnforcementMode',
    'EksAnywhereClusterProps.managementCluster': 'spec.managementCluster',
    'EksAnywhereClusterProps.omitManagementCluster': 'spec.managementCluster',
    'EksAnywhereClusterProps.identityProviders': 'spec.identityProviderRefs',
    'EksAnywhereClusterProps.proxy': 'spec.proxyConfiguration',
    'ProxyOptions': 'spec.proxyConfiguration',
    'EksAnywhereClusterProps.registryMirror': 'spec.registryMirrorConfiguration.endpoint',
    'RegistryMirrorOptions': 'spec.registryMirrorConfiguration.caCertContent',
    'RegistryNamespace': 'spec.registryMirrorConfiguration.ociNamespaces',
    'EksAnywhereClusterProps.serviceAccountIssuer': 'spec.podIamConfig',
    'EksAnywhereClusterProps.curatedPackages': 'spec.packages',
    'EksAnywhereClusterProps.packageController': 'spec.packages',
    'EksAnywhereClusterProps.packageCronJob': 'spec.packages',
    'PackageImageOptions.repository': 'spec.packages',
    'PackageImageOptions.tag': 'spec.packages',
    'PackageImageOptions.digest': 'spec.packages',
    'PackageControllerOptions.environment': 'spec.packages',
    'PackageControllerOptions.requests': 'spec.packages',
    'PackageControllerOptions.limits': 'spec.packages',
    'PackageControllerOptions.disableWebhooks': 'spec.packages',
    'PackageCronJobOptions.disable': 'spec.packages',
    'EksAnywhereClusterProps.machineHealthCheck': 'spec.machineHealthCheck',
    'MachineHealthCheck': 'spec.machineHealthCheck',
    'NodeGroupOptions.labels': 'spec.workerNodeGroupConfigurations[].labels',
    'NodeGroupOptions.taints': 'spec.workerNodeGroupConfigurations[].taints',
    'NodeTaint': 'spec.workerNodeGroupConfigurations[].taints',
    'NodeGroupOptions.maxSurge': 'spec.workerNodeGroupConfigurations[].upgradeRolloutStrategy',
    'NodeSettings': 'spec.workerNodeGroupConfigurations[].kubeletConfiguration',
    'ReservedMemory': 'spec.workerNodeGroupConfigurations[].kubeletConfiguration',
    'KubeletConfiguration': 'spec.workerNodeGroupConfigurations[].kubeletConfiguration',
    'NodeGroupOptions.kubeletConfiguration': 'spec.workerNodeGroupConfigurations[].kubeletConfiguration',
    'NodeGroupOptions.machineHealthCheck': 'spec.workerNodeGroupConfigurations[].machineHealthCheck',
    'ControlPlaneNodeOptions.count': 'spec.controlPlaneConfiguration.count',
    'ControlPlaneNodeOptions.certificateNames': 'spec.controlPlaneConfiguration.certSans',
    'ControlPlaneNodeOptions.auditPolicy': 'spec.controlPlaneConfiguration.auditPolicyContent',
    'ControlPlaneNodeOptions.apiServerExtraArgs': 'spec.controlPlaneConfiguration.apiServerExtraArgs',
    'ControlPlaneNodeOptions.skipLoadBalancer': 'spec.controlPlaneConfiguration.skipLoadBalancerDeployment',
    'ControlPlaneNodeOptions.skipAdmissionForSystemResources': 'spec.controlPlaneConfiguration.skipAdmissionForSystemResources',
    'WorkerNodeGroupOptions.count': 'spec.workerNodeGroupConfigurations[].count',
    'WorkerNodeGroupOptions.maxUnavailable': 'spec.workerNodeGroupConfigurations[].upgradeRolloutStrategy',
    'WorkerNodeGroupOptions.autoscaling': 'spec.workerNodeGroupConfigurations[].autoscalingConfiguration',
    'NodeAutoscaling': 'spec.workerNodeGroupConfigurations[].autoscalingConfiguration',
  }),
  ...of('Cluster', MACHINES, {
    'MachineClusterProps.endpoint': 'spec.controlPlaneConfiguration.endpoint',
    'MachineGroupOptions.machineConfigName': 'spec.workerNodeGroupConfigurations[].machineGroupRef',
  }),
  ...of('Cluster', BARE_METAL, { 'BareMetalClusterProps.upgradeInPlace': 'spec.controlPlaneConfiguration.upgradeRolloutStrategy' }),
  ...of('Cluster', VSPHERE, {
    'VSphereClusterProps.etcdEncryption': 'spec.etcdEncryption',
    'EtcdEncryption': 'spec.etcdEncryption',
    'VSphereClusterProps.upgradeInPlace': 'spec.controlPlaneConfiguration.upgradeRolloutStrategy',
    'VSphereWorkerNodes.failureDomain': 'spec.workerNodeGroupConfigurations[].failureDomains',
  }),
  ...of('TinkerbellDatacenterConfig', BARE_METAL, {
    'BareMetalClusterProps.tinkerbellIp': 'spec.tinkerbellIP',
    'BareMetalClusterProps.hookImagesUrl': 'spec.hookImagesURLPath',
    'BareMetalClusterProps.isoBoot': 'spec.isoBoot',
    'BareMetalClusterProps.isoUrl': 'spec.hookIsoURL',
    'BareMetalClusterProps.skipServiceLoadBalancer': 'spec.skipLoadBalancerDeployment',
    'BareMetalClusterProps.loadBalancerInterface': 'spec.loadBalancerInterface',
    'OperatingSystemOptions.imageUrl': 'spec.osImageURL',
  }),
  ...of('TinkerbellMachineConfig', BARE_METAL, {
    'BareMetalMachineOptions.select': 'spec.hardwareSelector',
    'BareMetalMachineOptions.affinity': 'spec.hardwareAffinity',
    'HardwareAffinity': 'spec.hardwareAffinity',
    'HardwareTerm': 'spec.hardwareAffinity',
    'PreferredHardwareTerm': 'spec.hardwareAffinity',
    'LabelExpression': 'spec.hardwareAffinity',
    'BareMetalMachineOptions.imageUrl': 'spec.osImageURL',
    'MachineClusterProps.timeServers': 'spec.hostOSConfiguration.ntpConfiguration',
    'MachineGroupOptions.timeServers': 'spec.hostOSConfiguration.ntpConfiguration',
    'BottlerocketKubernetesSettings': 'spec.hostOSConfiguration.bottlerocketConfiguration.kubernetes',
    'BottlerocketOptions': 'spec.hostOSConfiguration.bottlerocketConfiguration.kernel',
  }),
  ...of('TinkerbellTemplateConfig', BARE_METAL, Object.fromEntries([
    'BareMetalMachineOptions.installationTemplate', ...['InstallationTemplate', 'TemplateAction', 'TemplatePartition', 'StreamImage',
      'WriteFile', 'WriteNetwork', 'CloudInit', 'RunCommand', 'Kexec', 'CustomAction'].map((name) => `${name}Options`),
  ].map((name) => [name, 'spec.template']))),
  ...of('VSphereDatacenterConfig', VSPHERE, {
    'VSphereClusterProps.server': 'spec.server',
    'VSphereClusterProps.datacenter': 'spec.datacenter',
    'VSphereClusterProps.network': 'spec.network',
    'VSphereClusterProps.thumbprint': 'spec.thumbprint',
    'VSphereClusterProps.insecure': 'spec.insecure',
    'VSphereClusterProps.failureDomains': 'spec.failureDomains',
    'VSphereFailureDomain': 'spec.failureDomains',
  }),
  ...of('VSphereMachineConfig', VSPHERE, {
    ...Object.fromEntries(['VSphereClusterProps', 'VirtualMachineOptions'].flatMap((owner) => [
      ...['datastore', 'folder', 'resourcePool', 'template', 'tags'].map((name) => [`${owner}.${name}`, `spec.${name}`]),
      [`${owner}.linkedClones`, 'spec.cloneMode'], [`${owner}.storagePolicy`, 'spec.storagePolicyName'],
    ])),
    'VSphereWorkerNodes.networks': 'spec.networks',
    'VirtualMachineSize': 'spec.memoryMiB',
  }),
  ...of('AWSIamConfig', ALL, {
    'IamMapping': 'spec.mapRoles',
    'AwsIamProviderOptions.region': 'spec.awsRegion',
    'AwsIamProviderOptions.roles': 'spec.mapRoles',
    'AwsIamProviderOptions.users': 'spec.mapUsers',
    'AwsIamProviderOptions.backends': 'spec.backendMode',
    'AwsIamProviderOptions.partition': 'spec.partition',
  }),
};

/** Promises that the table cannot hold, and why. */
export const OTHER_PROMISES: Readonly<Record<string, readonly string[]>> = {
  'names of documents, which the table leaves out': [
    'EksAnywhereClusterProps.clusterName', 'EksAnywhereClusterProps.namespace', 'EksAnywhereClusterProps.clusterLabels',
    'EksAnywhereClusterProps.clusterAnnotations', 'EksAnywhereClusterProps.furtherDocuments',
    'BareMetalMachineOptions.installationTemplateName', 'FluxOptions.configName', 'OidcProviderOptions.configName',
    'AwsIamProviderOptions.configName',
  ],
  'more than one sentence: the family and the image, users and keys, a provider on both kinds of clusters': [
    'BareMetalClusterProps.os', 'VSphereClusterProps.os', 'VirtualMachineOptions.os', 'NodeLogin.user', 'NodeLogin.keys',
    'NodeLogin.furtherUsers', 'MachineGroupOptions.login', 'MachineClusterProps.sshKey', 'MachineClusterProps.sshUser',
    'OidcProviderOptions', 'VirtualMachineOptions',
  ],
  'numbers of nodes, and whether there are any': [
    'BareMetalClusterProps.controlPlaneNodes', 'DockerClusterProps.controlPlaneNodes', 'DockerClusterProps.etcdCount',
    'VSphereClusterProps.controlPlaneNodes', 'VSphereClusterProps.etcdNodes', 'VSphereEtcdNodes', 'DockerClusterProps.kindnetd',
  ],
  'Flux, which is fixed once it is set': [
    'EksAnywhereClusterProps.gitOps', 'FluxOptions', 'FluxOptions.secretStore', 'FluxGithubOptions', 'FluxGitOptions',
  ],
  'machines and their controllers, which are not in documents of the cluster': [
    'BmcConnection', 'HardwareMachine', 'BmcEnvironmentVariables',
  ],
  'packages, which the cluster runs': [
    'AnyPackageOptions.name', 'AnyPackageOptions.packageVersion', 'AnyPackageOptions.targetNamespace', 'HarborOptions.secretKey',
    'PackageOptions.name', 'PackageOptions.packageVersion', 'PackageOptions.targetNamespace',
  ],
};
