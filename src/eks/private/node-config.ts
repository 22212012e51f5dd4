/** Configuration that makes machines outside AWS nodes of a cluster: the NodeConfig of nodeadm, and values of Cilium's chart. */
import type * as iam from 'aws-cdk-lib/aws-iam';
import { toYaml } from '../../eksa/yaml/emit';

/** How machines prove who they are, as nodeadm has it. */
export interface NodeCredentials {
  readonly role: iam.IRole;
  readonly provider: 'ssm' | 'iam-ra';
  /** Of the NodeConfig; values known after deployment only, and secrets, are placeholders. */
  readonly hybrid: Readonly<Record<string, object>>;
}

interface NodeConfigInput {
  readonly clusterName: string;
  readonly region: string;
  readonly kubernetesVersion: string;
  readonly credentials: Pick<NodeCredentials, 'provider' | 'hybrid'>;
  readonly labels: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-nodeadm.html */
export function nodeConfig({ clusterName, region, kubernetesVersion, credentials, labels }: NodeConfigInput): string {
  const nodeLabels = Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',');
  const document = toYaml([{
    apiVersion: 'node.eks.aws/v1alpha1',
    kind: 'NodeConfig',
    spec: {
      cluster: { name: clusterName, region },
      ...nodeLabels && { kubelet: { flags: [`--node-labels=${nodeLabels}`] } },
      // The agent of Pod Identity reads the machine's credentials from a file: there is no metadata service.
      hybrid: { enableCredentialsFile: true, ...credentials.hybrid },
    },
  }]);
  const names = [...document.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
  return [
    '# On each machine, as root:',
    `#   nodeadm install ${kubernetesVersion} --credential-provider ${credentials.provider}`,
    `#   export ${names.map((name) => `${name}=...`).join(' ')}`,
    '#   umask 077; envsubst < nodeconfig.yaml > /root/nodeconfig.yaml',
    '#   nodeadm init --config-source file:///root/nodeconfig.yaml',
    document,
  ].join('\n');
}

/** On machines outside AWS only: nodes in AWS have the network plugin of the VPC. */
const ON_HYBRID_NODES = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/compute-type', operator: 'In', values: ['hybrid'] }] }],
    },
  },
};

/** https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-cni.html */
export function ciliumValues(podCidrs: readonly string[]): string {
  return [
    '# helm install cilium oci://public.ecr.aws/eks/cilium/cilium --version <1.17 or later> --namespace '
      + 'kube-system --values cilium-values.yaml',
    toYaml([
      {
        affinity: ON_HYBRID_NODES,
        ipam: { mode: 'cluster-pool', operator: { clusterPoolIPv4MaskSize: 25, clusterPoolIPv4PodCIDRList: podCidrs } },
        loadBalancer: { serviceTopology: true },
        operator: { affinity: ON_HYBRID_NODES, unmanagedPodWatcher: { restart: false } },
        envoy: { enabled: false },
        kubeProxyReplacement: 'false',
      },
    ]),
  ].join('\n');
}
