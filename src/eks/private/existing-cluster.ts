/** Clusters that this library did not make: what they have to have, and how manifests reach them. */
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import { Topology } from '../../private/topology/topology';
import { KUBECTL_NEEDS, NODE_NEEDS, watchEndpoints } from './isolated-subnets';

/** What an import may have left out → what needs it, for people. */
export type ClusterNeeds = Readonly<Partial<Record<ClusterPart, string>>>;

type ClusterPart = 'vpc' | 'clusterSecurityGroup' | 'kubectlProvider';

const GIVEN_AS: Readonly<Record<ClusterPart, string>> = {
  vpc: 'vpc',
  clusterSecurityGroup: 'clusterSecurityGroupId',
  kubectlProvider: 'kubectlProvider',
};

/** @throws Error that names every part that is missing, what needs it, and where to give it */
export function requireParts(cluster: eks.ICluster, needs: ClusterNeeds): void {
  const missing = (Object.keys(needs) as ClusterPart[]).filter((part) => !has(cluster, part));
  if (missing.length === 0) return;
  const reasons = missing.map((part) => `${GIVEN_AS[part]} (${needs[part]})`).join(', ');
  const kubectl = missing.includes('kubectlProvider')
    ? '; for kubectlProvider it is enough to give kubectlLayer to EksTarget.existingCluster()'
    : '';
  throw new Error(
    `target: the cluster ${cluster.node.path} has no ${reasons}: give ${missing.length === 1 ? 'it' : 'them'} to `
      + `Cluster.fromClusterAttributes()${kubectl}`,
  );
}

/** Network of a cluster; none if the import does not name it. */
export function vpcOf(cluster: eks.ICluster): ec2.IVpc | undefined {
  return has(cluster, 'vpc') ? cluster.vpc : undefined;
}

/** Getters of imported clusters throw for what they were not told. */
function has(cluster: eks.ICluster, part: ClusterPart): boolean {
  try {
    return cluster[part] !== undefined;
  } catch {
    return false;
  }
}

/** Pods of a VPC that has nothing but isolated subnets are in those; where they are in any other, only the owner of the cluster knows. */
export function watchNodes(scope: Construct, cluster: eks.ICluster): void {
  if (!has(cluster, 'vpc')) return;
  const { vpc } = cluster;
  if (vpc.privateSubnets.length + vpc.publicSubnets.length > 0) return;
  watchEndpoints(scope, { property: 'target', vpc, subnets: vpc.isolatedSubnets, needs: NODE_NEEDS });
}

const ID = 'HybridgeKubectl';

/**
 * Functions that apply manifests to a cluster which has none: in its VPC's private subnets, with an access entry of
 * their own. One for each cluster. The construct of CDK ignores `kubectlProviderOptions` of imports.
 */
export class KubectlAccess extends Construct {
  /** @throws Error when the cluster has functions already, or lacks what they need */
  public static to(cluster: eks.ICluster, kubectlLayer: lambda.ILayerVersion): KubectlAccess {
    const found = cluster.node.tryFindChild(ID) as KubectlAccess | undefined;
    if (found) return found;
    if (has(cluster, 'kubectlProvider')) {
      throw new Error(`kubectlLayer: the cluster ${cluster.node.path} has a kubectl provider already: leave kubectlLayer out`);
    }
    requireParts(cluster, {
      vpc: 'the functions that apply manifests run in it',
      clusterSecurityGroup: 'the API of the cluster lets it in',
    });
    return new KubectlAccess(cluster, kubectlLayer);
  }

  /** The same cluster, with the functions. */
  readonly cluster: eks.ICluster;
  /** What has to exist before manifests. */
  readonly ready: readonly IDependable[];

  private constructor(cluster: eks.ICluster, kubectlLayer: lambda.ILayerVersion) {
    // Whatever implements ICluster is a construct.
    super(cluster as unknown as Construct, ID);
    Topology.of(this).addCluster(cluster, () => ({ name: cluster.node.path, kind: 'eks', files: [] }));
    const { vpc } = cluster;
    const subnets = vpc.privateSubnets.length > 0 ? vpc.privateSubnets : vpc.isolatedSubnets;
    watchEndpoints(this, { property: 'kubectlLayer', vpc, subnets, needs: KUBECTL_NEEDS });
    const kubectlProvider = new eks.KubectlProvider(this, 'Provider', {
      cluster,
      kubectlLayer,
      ...(subnets.length > 0 && { privateSubnets: subnets }),
    });
    const access = new eks.AccessEntry(this, 'Access', {
      cluster,
      principal: kubectlProvider.role!.roleArn,
      accessPolicies: [
        eks.AccessPolicy.fromAccessPolicyName('AmazonEKSClusterAdminPolicy', { accessScopeType: eks.AccessScopeType.CLUSTER }),
      ],
    });
    // The functions reach the cluster's API by routes or endpoints of the network.
    this.ready = [access, vpc];
    this.cluster = eks.Cluster.fromClusterAttributes(this, 'Cluster', {
      clusterName: cluster.clusterName, vpc, clusterSecurityGroupId: cluster.clusterSecurityGroupId, kubectlProvider, prune: cluster.prune,
    });
  }
}
