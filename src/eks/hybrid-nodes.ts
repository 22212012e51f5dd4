import { Stack, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { writeFilesAtSynthesis } from '../private/output-files';
import { PolicyPack } from '../private/policy/policy-pack';
import type { CloudCluster } from './cloud-cluster';
import type { HybridCredentials } from './hybrid-credentials';
import { ciliumValues, nodeConfig } from './private/node-config';
import { requireNodeLabels } from './private/node-labels';

/** Properties of `HybridNodes`. */
export interface HybridNodesProps {
  /** The cluster that the machines join. It needs `remoteNetworks`. */
  readonly cluster: CloudCluster;

  /** How the machines authenticate to AWS; the same for all of them. */
  readonly credentials: HybridCredentials;

  /**
   * Kubernetes labels of the nodes, such as `{ site: 'plant-7' }`.
   *
   * @default - only the label of EKS: `eks.amazonaws.com/compute-type: hybrid`
   */
  readonly labels?: { [key: string]: string };
}

/**
 * Machines outside AWS that are nodes of an Amazon EKS cluster (EKS Hybrid Nodes): the cluster's control plane is
 * in AWS, pods run on site.
 *
 * Creates the role of the machines, which may join, pull images and pass roles to their pods; its access entry of type
 * HYBRID_LINUX; and with certificates a trust anchor and a profile. Writes to `cdk.out/hybridge/<cluster>/<id>/`:
 * `nodeconfig.yaml` for nodeadm, with placeholders for what is secret or known after deployment, and
 * `cilium-values.yaml` for the pods' network when the cluster has `podCidrs`.
 *
 * You provide the network: a VPN or Direct Connect, routes of the VPC to the remote networks and back, and port 10250
 * of the machines open to the VPC.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-networking.html
 *
 * @example
 * const plant = new HybridNodes(stack, 'Plant', { cluster, credentials: HybridCredentials.systemsManager() });
 * controlPlane.addDataPlane('PlantPlane', { target: EksTarget.hybridNodes(plant) });
 */
export class HybridNodes extends Construct {
  /** IAM role of the machines. */
  public readonly role: iam.IRole;

  /** @internal */
  public readonly _cluster: CloudCluster;

  /** @throws Error when the cluster has no remote networks, or for a label that nodes may not set on themselves */
  constructor(scope: Construct, id: string, props: HybridNodesProps) {
    super(scope, id);
    requireStack(this);
    PolicyPack.watch(this);
    const { cluster, labels = {} } = props;
    this._cluster = cluster;
    const networks = cluster._remoteNetworks;
    if (!networks) {
      throw new Error(
        `${this.node.path}: cluster: ${cluster.node.path} has no remoteNetworks, expected the networks of the `
          + 'machines: give CloudCluster remoteNetworks: { nodeCidrs: [...] }',
      );
    }
    atPlace(this, () => requireNodeLabels('labels', labels));
    const credentials = props.credentials._bind(this, cluster.cluster);
    this.role = credentials.role;
    new eks.AccessEntry(this, 'Access', {
      cluster: cluster.cluster, principal: this.role.roleArn, accessEntryType: eks.AccessEntryType.HYBRID_LINUX, accessPolicies: [],
    });
    const literal = (value: string, placeholder: string) => Token.isUnresolved(value) ? `\${${placeholder}}` : value;
    const files = {
      [`${id}/nodeconfig.yaml`]: nodeConfig({
        clusterName: literal(cluster._clusterName ?? cluster.cluster.clusterName, 'CLUSTER_NAME'),
        region: literal(Stack.of(cluster).region, 'AWS_REGION'),
        kubernetesVersion: cluster._kubernetesVersion,
        credentials,
        labels,
      }),
      ...networks.podCidrs && { [`${id}/cilium-values.yaml`]: ciliumValues(networks.podCidrs) },
    };
    cluster._addFiles(...Object.keys(files));
    writeFilesAtSynthesis(this, cluster._folder, () => files);
  }
}
