/** Fields of the Cluster that concern all nodes, or those that run the API server. */
import type { RegistryMirror } from '../../model/cluster';
import { BOTTLEROCKET, NOT_BOTTLEROCKET } from './host-os';
import type { Inputs, Provider } from './inputs';
import { kubernetesVersionOf } from './inputs';
import type { Landing, Row } from './row';
import { BOTH, CONTROL_PLANE, ETCD, WORKERS, inControlPlane, inEtcd, inKubeadm } from './row';

/** Docker's templates know no proxy. */
const WITH_PROXY: readonly Provider[] = ['bare metal', 'vSphere'];

/** Every component's image comes from the bundle of the release, so another release is another version of everything. */
const IN_EVERY_NODE: readonly Landing[] = [
  { roles: CONTROL_PLANE, template: 'KubeadmControlPlane' },
  { roles: WORKERS, template: 'MachineDeployment' },
  { roles: ETCD, template: 'EtcdadmCluster' },
];

const PUBLIC_REGISTRY = 'public.ecr.aws';

const KEPT_MIRROR = 'Removing it from workers on Bottlerocket replaces none: they keep what they have until something else replaces them.';

export const CLUSTER_WIDE_ROWS: readonly Row[] = [
  {
    kind: 'Cluster',
    field: 'spec.kubernetesVersion',
    lands: IN_EVERY_NODE.map((landing) => ({ ...landing, value: kubernetesVersionOf })),
    note: 'One minor version at a time; worker groups with a version of their own stay.',
  },
  {
    kind: 'Cluster',
    field: 'spec.eksaVersion',
    lands: IN_EVERY_NODE.map((landing) => ({ ...landing, value: releaseOf, keepsRemoved: true })),
    note: 'Another release, patch releases too, is another bundle: another version or image of a component on every node. Without it, the '
      + 'release of the CLI decides.',
  },
  { kind: 'Cluster', field: 'spec.bundlesRef', lands: IN_EVERY_NODE },
  {
    kind: 'Cluster',
    field: 'spec.proxyConfiguration',
    lands: [...inKubeadm({ providers: WITH_PROXY }), ...inEtcd({ providers: WITH_PROXY })],
    refused: [{ by: ['cli'], rule: 'W3' }, { by: ['api'], rule: 'W3', unless: 'the cluster is paused' }],
  },
  ...['endpoint', 'port', 'caCertContent'].map((name): Row => ({
    kind: 'Cluster',
    field: `spec.registryMirrorConfiguration.${name}`,
    reason: 'registryMirrorConfiguration',
    lands: [...inMirrors(), ...inEtcd()],
    note: KEPT_MIRROR,
  })),
  {
    kind: 'Cluster',
    field: 'spec.registryMirrorConfiguration.ociNamespaces',
    reason: 'registryMirrorConfiguration',
    lands: [...inMirrors(namespaces), ...inEtcd({ value: publicNamespace })],
    note: `Machines of etcd know only the mirror of ${PUBLIC_REGISTRY}.`,
  },
  ...['authenticate', 'insecureSkipVerify'].map((name): Row => ({
    kind: 'Cluster',
    field: `spec.registryMirrorConfiguration.${name}`,
    reason: 'registryMirrorConfiguration',
    lands: inKubeadm({ only: NOT_BOTTLEROCKET }),
    elsewhere: name === 'authenticate' ? 'the Secret of the registry\'s credentials' : undefined,
  })),
  { kind: 'Cluster', field: 'spec.podIamConfig', lands: inControlPlane() },
  {
    kind: 'Cluster',
    field: 'spec.identityProviderRefs',
    lands: inControlPlane(),
    refused: [{ by: BOTH, rule: 'W3', when: 'another AWSIamConfig takes the place of one' }],
    note: 'Adding or removing a provider changes the arguments of the API server.',
  },
  {
    kind: 'Cluster',
    field: 'spec.etcdEncryption',
    lands: inControlPlane({ providers: ['vSphere'] }),
    refused: [{ by: ['api'], rule: 'W12', providers: ['bare metal', 'Docker'] }],
  },
];

/** A file on most systems, settings on Bottlerocket; the comparison of settings looks only at what the new ones contain. */
function inMirrors(value?: (inputs: Inputs) => unknown): Landing[] {
  const inWorkers: Landing = { roles: WORKERS, template: 'KubeadmConfigTemplate', value };
  return [
    ...inControlPlane({ value }),
    { ...inWorkers, only: NOT_BOTTLEROCKET },
    { ...inWorkers, only: BOTTLEROCKET, keepsRemoved: true },
  ];
}

/** As one value: an entry less is another list of mirrors. */
function namespaces({ state }: Inputs): string | undefined {
  const mirror: RegistryMirror | undefined = state.cluster.spec?.registryMirrorConfiguration;
  return mirror && JSON.stringify(mirror.ociNamespaces ?? []);
}

function releaseOf({ state }: Inputs): string | undefined {
  return state.cluster.spec?.eksaVersion?.replace(/^v/, '');
}

/** Without any entry, the mirror stands for the public registry as it is; with entries for others alone, for none. */
function publicNamespace({ state }: Inputs): string | undefined {
  const mirror: RegistryMirror | undefined = state.cluster.spec?.registryMirrorConfiguration;
  if (!mirror?.ociNamespaces?.length) return mirror && '';
  return mirror.ociNamespaces.find(({ registry }) => registry === PUBLIC_REGISTRY)?.namespace;
}
