/** From the place in a document to the property that put it there: people change properties, not documents. */

import { BOTTLEROCKET_SETTINGS, KUBELET_SETTINGS, propOfSetting } from './model/node-settings';

/** A pattern of document paths, and the property it stands for: as String.replace takes it. */
export interface PropPath {
  readonly pattern: RegExp;
  readonly prop: string | ((path: string, ...groups: string[]) => string);
}

/** The name of the property; the document's own path when no property sets it. */
export function propOf(path: string, table: readonly PropPath[]): string {
  const row = table.find(({ pattern }) => pattern.test(path));
  if (!row) return path;
  return typeof row.prop === 'string' ? path.replace(row.pattern, row.prop) : path.replace(row.pattern, row.prop);
}

const KUBELET = /^Cluster\.spec\.(controlPlaneConfiguration|workerNodeGroupConfigurations)(\[\d+\])?\.kubeletConfiguration\.([^.[]+)(.*)$/;

function kubeletProp(_path: string, role: string, index = '', field: string, rest: string): string {
  const group = role === 'controlPlaneConfiguration' ? 'controlPlaneNodes' : 'workerNodes';
  return `${group}${index}.kubeletConfiguration.${propOfSetting(KUBELET_SETTINGS, field)}${rest}`;
}

/** Properties that every kind of cluster has; special ones of a kind come before these. */
export const CLUSTER_PROP_PATHS: readonly PropPath[] = [
  { pattern: /^Cluster\.metadata\.name.*$/, prop: 'clusterName' },
  { pattern: /^[A-Za-z]+(?:\/[^.]*)?\.metadata\.namespace$/, prop: 'namespace' },
  { pattern: /^Cluster\.metadata\.(labels|annotations)(.*)$/, prop: 'cluster: $1$2' },
  { pattern: /^Cluster\.spec\.kubernetesVersion.*$/, prop: 'kubernetesVersion' },
  { pattern: /^Cluster\.spec\.licenseToken$/, prop: 'licenseToken' },
  { pattern: /^Cluster\.spec\.eksaVersion$/, prop: 'eksAnywhereVersion' },
  { pattern: /^Cluster\.spec\.controlPlaneConfiguration\.endpoint.*$/, prop: 'endpoint' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.pods.*$/, prop: 'podsCidr' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.services.*$/, prop: 'servicesCidr' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.nodes.*$/, prop: 'nodeCidrMaskSize' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.dns.*$/, prop: 'dnsResolvConf' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.cniConfig\.cilium\.policyEnforcementMode$/, prop: 'cilium.policyMode' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.cniConfig\.cilium\.ipv4NativeRoutingCIDR$/, prop: 'cilium.nativeRoutingCidr' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.cniConfig\.cilium\.ipv6NativeRoutingCIDR$/, prop: 'cilium.ipv6NativeRoutingCidr' },
  { pattern: /^Cluster\.spec\.clusterNetwork\.cniConfig\.cilium(.*)$/, prop: 'cilium$1' },
  { pattern: /^Cluster\.spec\.managementCluster.*$/, prop: 'managementCluster' },
  { pattern: /^Cluster\.spec\.identityProviderRefs(\[\d+\]).*$/, prop: 'identityProviders$1' },
  { pattern: /^(OIDCConfig|AWSIamConfig)\/[^.]*\.spec\.(.*)$/, prop: 'identityProviders: $1 $2' },
  { pattern: /^FluxConfig\/[^.]*\.spec\.(?:git\.|github\.)?(.*)$/, prop: 'gitOps: $1' },
  { pattern: /^Cluster\.spec\.proxyConfiguration(.*)$/, prop: 'proxy$1' },
  { pattern: /^Cluster\.spec\.registryMirrorConfiguration\.ociNamespaces(.*)$/, prop: 'registryMirror.namespaces$1' },
  { pattern: /^Cluster\.spec\.registryMirrorConfiguration(.*)$/, prop: 'registryMirror$1' },
  { pattern: /^Cluster\.spec\.packages\.controller(?:\.resources)?(.*)$/, prop: 'packageController$1' },
  { pattern: /^Cluster\.spec\.packages\.cronjob(.*)$/, prop: 'packageCronJob$1' },
  { pattern: /^Cluster\.spec\.podIamConfig.*$/, prop: 'serviceAccountIssuer' },
  { pattern: /^Cluster\.spec\.machineHealthCheck(.*)$/, prop: 'machineHealthCheck$1' },
  { pattern: /^Cluster\.spec\.externalEtcdConfiguration(.*)$/, prop: 'etcdNodes$1' },
  { pattern: /^Cluster\.spec\.controlPlaneConfiguration\.certSans(.*)$/, prop: 'controlPlaneNodes.certificateNames$1' },
  { pattern: /^Cluster\.spec\.controlPlaneConfiguration\.auditPolicyContent$/, prop: 'controlPlaneNodes.auditPolicy' },
  { pattern: /^Cluster\.spec\.workerNodeGroupConfigurations(\[\d+\])\.autoscalingConfiguration(.*)$/, prop: 'workerNodes$1.autoscaling$2' },
  { pattern: /^Cluster\.spec\.workerNodeGroupConfigurations(\[\d+\])\.failureDomains.*$/, prop: 'workerNodes$1.failureDomain' },
  { pattern: KUBELET, prop: kubeletProp },
  {
    pattern: /^Cluster\.spec\.(?:controlPlaneConfiguration|workerNodeGroupConfigurations\[\d+\])\.upgradeRolloutStrategy\.type$/,
    prop: 'upgradeInPlace',
  },
  { pattern: /^Cluster\.spec\.controlPlaneConfiguration\.upgradeRolloutStrategy\.rollingUpdate\.?(.*)$/, prop: 'controlPlaneNodes.$1' },
  { pattern: /^Cluster\.spec\.controlPlaneConfiguration\.(.*)$/, prop: 'controlPlaneNodes.$1' },
  {
    pattern: /^Cluster\.spec\.workerNodeGroupConfigurations(\[\d+\])\.upgradeRolloutStrategy\.rollingUpdate$/,
    prop: 'workerNodes$1.maxSurge',
  },
  {
    pattern: /^Cluster\.spec\.workerNodeGroupConfigurations(\[\d+\])\.upgradeRolloutStrategy\.rollingUpdate\.(.*)$/,
    prop: 'workerNodes$1.$2',
  },
  { pattern: /^Cluster\.spec\.workerNodeGroupConfigurations(.*)$/, prop: 'workerNodes$1' },
];

/** A group of nodes, by the property that holds it. */
interface MachineGroupProps {
  readonly machineName: string;
  readonly prop: string;
  /** What the group says for itself. */
  readonly group: object | undefined;
}

const BOTTLEROCKET = 'hostOSConfiguration.bottlerocketConfiguration';

/** Fields of a machine configuration → the property of `os`, for `machinePropPaths`. */
export const OS_PROPS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(BOTTLEROCKET_SETTINGS.map(({ field, prop }) => [`${BOTTLEROCKET}.kubernetes.${field}`, `os.kubernetes.${prop}*`])),
  [`${BOTTLEROCKET}.kubernetes`]: 'os.kubernetes.additional*',
  [`${BOTTLEROCKET}.kernel.sysctlSettings`]: 'os.sysctl*',
  [`${BOTTLEROCKET}.boot.bootKernelParameters`]: 'os.bootKernelParameters*',
  'hostOSConfiguration.certBundles': 'os.certificateAuthorities*',
  'hostOSConfiguration': 'os*',
};

/** Properties of a cluster that a group calls otherwise. */
const CALLED_BY_GROUPS: Readonly<Record<string, string>> = { sshKey: 'login', sshUser: 'login' };

/**
 * Rows for the machine configuration of each group: names that start with a dot lie under the group's own, others do
 * where the group says them for itself, and `*` keeps the rest of the path.
 */
export function machinePropPaths(kind: string, groups: readonly MachineGroupProps[], fields: Readonly<Record<string, string>>): PropPath[] {
  // Of two groups with one name the later is the one to rename.
  return [...groups].reverse().flatMap(({ machineName, prop, group }) => [
    ...Object.entries(fields).map(([field, name]) => ({
      pattern: new RegExp(`^${escaped(`${kind}/${machineName}.spec.${field}`)}(\\..*|\\[.*)?$`),
      prop: propOfGroup(name, prop, group).replace('*', '$1'),
    })),
    {
      pattern: new RegExp(`^${escaped(`${kind}/${machineName}.metadata.name`)}$`),
      prop: `${prop}.${says(group, 'machineConfigName') ? 'machineConfigName' : 'name'}`,
    },
  ]);
}

function propOfGroup(name: string, prop: string, group: object | undefined): string {
  if (name.startsWith('.')) return `${prop}${name}`;
  const own = CALLED_BY_GROUPS[name] ?? name;
  return says(group, own.replace(/\W.*$/, '')) ? `${prop}.${own}` : name;
}

function says(group: object | undefined, name: string): boolean {
  return (group as Readonly<Record<string, unknown>> | undefined)?.[name] !== undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
