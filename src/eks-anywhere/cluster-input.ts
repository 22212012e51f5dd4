import type { ClusterInput } from '../eksa/documents/cluster';
import { companion } from '../eksa/documents/identity';
import type { MachineConfigInput } from '../eksa/documents/machine-config';
import type { ControlPlaneInput, NodeGroupInput, WorkerGroupInput } from '../eksa/documents/node-groups';
import type { Cilium, ClusterSpec, HealthCheck, RegistryMirror } from '../eksa/model/cluster';
import type { Document } from '../eksa/model/document';
import type { HostOs } from '../eksa/model/machines';
import { KUBELET_SETTINGS } from '../eksa/model/node-settings';
import { defaultSshUser } from '../eksa/model/os-family';
import { formatDuration } from '../eksa/syntax/duration';
import { holdsPassword } from '../eksa/syntax/url';
import { shown } from '../private/input/place';
import type { CiliumOptions } from './cilium';
import type { EksAnywhereClusterProps, MachineClusterProps } from './eks-anywhere-cluster';
import type { MachineGroupOptions } from './machine-group';
import type { MachineHealthCheck } from './machine-health-check';
import type { ControlPlaneNodeOptions, NodeGroupOptions, WorkerNodeGroupOptions } from './node-groups';
import type { OperatingSystem } from './operating-system';
import { packageSwitches } from './packages/package-switches';
import { settingFields } from './private/node-settings';
import type { ProxyOptions, RegistryMirrorOptions } from './site-network';

/** The part of the documents' input that all kinds of clusters have; each kind adds its groups. */
export function clusterInput(clusterName: string, props: EksAnywhereClusterProps): Omit<ClusterInput, 'controlPlaneNodes' | 'workerNodes'> {
  const identities = (props.identityProviders ?? []).map((provider) =>
    companion(provider._kind, provider._configName ?? clusterName, provider._spec),
  );
  const flux = props.gitOps && companion(props.gitOps._kind, props.gitOps._options.configName ?? clusterName, props.gitOps._spec);
  const extra: Partial<ClusterSpec> = {
    eksaVersion: props.pinEksAnywhereVersion ? props.eksAnywhereVersion : undefined,
    licenseToken: props.licenseToken?._placeholder,
    identityProviderRefs: identities.length > 0 ? identities.map(({ ref }) => ref) : undefined,
    gitOpsRef: flux?.ref,
    proxyConfiguration: props.proxy && proxy(props.proxy),
    registryMirrorConfiguration: props.registryMirror && registryMirror(props.registryMirror),
    podIamConfig: props.serviceAccountIssuer === undefined ? undefined : { serviceAccountIssuer: props.serviceAccountIssuer },
    packages: packageSwitches(props),
    machineHealthCheck: props.machineHealthCheck && healthCheck(props.machineHealthCheck),
  };
  return {
    clusterName,
    metadata: { namespace: props.namespace, labels: props.clusterLabels, annotations: props.clusterAnnotations },
    datacenterConfigName: props.datacenterConfigName,
    kubernetesVersion: props.kubernetesVersion.version,
    podsCidr: props.podsCidr,
    servicesCidr: props.servicesCidr,
    nodeCidrMaskSize: props.nodeCidrMaskSize,
    dnsResolvConf: props.dnsResolvConf,
    cilium: props.cilium && cilium(props.cilium),
    managementClusterName: props.managementCluster?.clusterName ?? (props.omitManagementCluster ? undefined : clusterName),
    extra,
    furtherDocuments: props.furtherDocuments && furtherDocuments(props.furtherDocuments),
    companions: [...identities.map(({ document }) => document), ...flux ? [flux.document] : []],
  };
}

/** Rejects Secrets, because synthesized files are in cdk.out, which is kept and uploaded. */
function furtherDocuments(documents: { [key: string]: any }[]): readonly Document[] {
  for (const [index, { kind }] of documents.entries()) {
    if (typeof kind !== 'string' || kind === '') {
      throw new Error(`furtherDocuments[${index}].kind: got ${shown(kind)}, expected the kind of a Kubernetes object`);
    }
    if (kind === 'Secret') {
      throw new Error(
        `furtherDocuments[${index}]: got a Secret, whose content would be written to cdk.out, expected no Secrets: keep it in `
          + 'a file of its own',
      );
    }
  }
  return documents as Document[];
}

export function controlPlaneInput<Options extends ControlPlaneNodeOptions>(
  options: Options,
): Omit<Options, 'kubeletConfiguration'> & ControlPlaneInput {
  return { ...options, ...groupInput(options, 'controlPlaneNodes') };
}

/** @param index of the group among the workers */
export function workerInput<Options extends WorkerNodeGroupOptions>(
  options: Options,
  index: number,
): Omit<Options, 'kubernetesVersion' | 'kubeletConfiguration'> & WorkerGroupInput {
  return { ...options, ...groupInput(options, `workerNodes[${index}]`), kubernetesVersion: options.kubernetesVersion?.version };
}

function groupInput(options: NodeGroupOptions, prop: string): Pick<NodeGroupInput, 'healthCheck' | 'kubeletConfiguration'> {
  const { machineHealthCheck, kubeletConfiguration: kubelet } = options;
  return {
    healthCheck: machineHealthCheck && healthCheck(machineHealthCheck),
    kubeletConfiguration: kubelet && settingFields(KUBELET_SETTINGS, kubelet, `${prop}.kubeletConfiguration`),
  };
}

/** A group and the property that contains it. */
interface NamedGroup {
  readonly prop: string;
  readonly group: MachineGroupOptions & { readonly os?: OperatingSystem };
}

/** The machine configuration of a group; the cluster's properties are the defaults. */
export function machineConfigInput(
  kind: 'TinkerbellMachineConfig' | 'VSphereMachineConfig',
  props: MachineClusterProps & { readonly os: OperatingSystem },
  { group, prop }: NamedGroup,
): MachineConfigInput {
  if (group.login && !group.login.keys[0]) {
    const got = group.login.keys.length > 0 ? 'an empty text' : 'none';
    throw new Error(`${prop}.login.keys: got ${got}, expected a public key such as 'ssh-ed25519 AAAA... ops'`);
  }
  const os = group.os ?? props.os;
  const {
    user: name = props.sshUser ?? defaultSshUser(kind, os.family),
    keys,
    furtherUsers = {},
  } = group.login ?? { keys: [props.sshKey] };
  return {
    machineConfigName: group.machineConfigName,
    osFamily: os.family,
    hostOs: hostOs(os, group.timeServers ?? props.timeServers),
    users: [
      { name, sshAuthorizedKeys: keys },
      ...Object.entries(furtherUsers).map(([user, theirs]) => ({ name: user, sshAuthorizedKeys: theirs })),
    ],
  };
}

/** The configuration of the nodes' operating system; undefined when nothing is said about it. */
function hostOs(os: OperatingSystem, timeServers: string[] | undefined): HostOs | undefined {
  const configuration: HostOs = { ...os._hostOs, ntpConfiguration: timeServers && { servers: timeServers } };
  return Object.values(configuration).some((part) => part !== undefined) ? configuration : undefined;
}

function healthCheck({ maxUnhealthy, nodeStartupTimeout, unhealthyMachineTimeout }: MachineHealthCheck): HealthCheck {
  return {
    maxUnhealthy: maxUnhealthy !== undefined && /^-?\d+$/.test(maxUnhealthy) ? Number(maxUnhealthy) : maxUnhealthy,
    nodeStartupTimeout: nodeStartupTimeout && formatDuration(nodeStartupTimeout.toSeconds()),
    unhealthyMachineTimeout: unhealthyMachineTimeout && formatDuration(unhealthyMachineTimeout.toSeconds()),
  };
}

function cilium({ helmValues, ...options }: CiliumOptions): Cilium {
  const ignored = Object.entries(options).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (helmValues && ignored.length > 0) {
    throw new Error(
      `cilium.helmValues: got values together with ${ignored.join(', ')}, which EKS Anywhere then ignores, expected helmValues alone: `
        + 'set everything there',
    );
  }
  return {
    policyEnforcementMode: options.policyMode,
    routingMode: options.routingMode ?? (options.nativeRoutingCidr === undefined ? undefined : 'direct'),
    ipv4NativeRoutingCIDR: options.nativeRoutingCidr,
    ipv6NativeRoutingCIDR: options.ipv6NativeRoutingCidr,
    egressMasqueradeInterfaces: options.egressMasqueradeInterfaces,
    skipUpgrade: options.skipUpgrade,
    cniExclusive: options.exclusive,
    helmValues,
  };
}

function proxy({ httpProxy, httpsProxy, noProxy }: ProxyOptions): ClusterSpec['proxyConfiguration'] {
  for (const [prop, url] of Object.entries({ httpProxy, httpsProxy })) {
    // The files are in cdk.out, which is kept and uploaded. The message does not repeat the value.
    if (holdsPassword(url)) {
      throw new Error(`proxy.${prop}: got a password, which would be written to cdk.out, expected a proxy without login`);
    }
  }
  return { httpProxy, httpsProxy, noProxy };
}

function registryMirror(options: RegistryMirrorOptions): RegistryMirror {
  return {
    endpoint: options.endpoint,
    port: String(options.port ?? 443),
    ociNamespaces: options.namespaces?.map(({ registry, namespace }) => ({ registry, namespace })),
    caCertContent: options.caCertificate,
    authenticate: options.authenticate,
    insecureSkipVerify: options.insecureSkipVerify,
  };
}
