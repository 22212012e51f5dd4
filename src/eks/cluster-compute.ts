import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { requireWhole } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireNodeLabels } from './private/node-labels';

/** A managed node group. */
export interface NodeGroup {
  /** Name, unique in the cluster: lower-case letters, digits and '-', at most 40 characters. */
  readonly name: string;

  /**
   * Instance types with the same CPU architecture; EKS uses the first one with capacity.
   *
   * @default - m7i.large
   */
  readonly instanceTypes?: ec2.InstanceType[];

  /**
   * On-demand or Spot instances (`CapacityType.SPOT`). AWS can reclaim Spot instances with two minutes' notice.
   *
   * @default CapacityType.ON_DEMAND
   */
  readonly capacityType?: eks.CapacityType;

  /**
   * Minimum and initial number of instances. Gateways spread over two zones.
   *
   * @default 2
   */
  readonly minSize?: number;

  /**
   * Maximum number of instances. The cluster has no autoscaler by default; updates exceed the maximum by one for a
   * while.
   *
   * @default - twice minSize
   */
  readonly maxSize?: number;

  /**
   * Disk size of each instance in GiB, 20 to 16384 (gp3, encrypted).
   *
   * @default 50
   */
  readonly diskGib?: number;

  /**
   * Subnets of the instances.
   *
   * @default - the cluster's subnets
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Kubernetes labels of the nodes.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Taints, which repel pods that do not tolerate them. Planes tolerate none, so at least one group must have none.
   *
   * @default - none
   */
  readonly taints?: eks.TaintSpec[];

  /**
   * Percentage of nodes that an update may replace at once, 1 to 100.
   *
   * @default 33
   */
  readonly maxUnavailablePercent?: number;
}

const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** What the pods of a cluster run on: instances that EKS chooses (Auto Mode), or managed node groups. */
export class ClusterCompute {
  /**
   * EKS Auto Mode: EKS creates and replaces nodes on demand, with Bottlerocket, and runs the load balancer
   * controller, network policies, volumes and Pod Identity itself, for a surcharge on each instance
   * (docs/decisions/0004-eks-auto-mode.md).
   */
  public static autoMode(): ClusterCompute {
    return new ClusterCompute([]);
  }

  /**
   * Managed node groups with Amazon Linux 2023: launch templates that require IMDSv2 with one hop (pods do not
   * reach the role of the node) and encrypt disks. What Auto Mode provides comes as EKS add-ons (vpc-cni, kube-proxy,
   * coredns, eks-pod-identity-agent, aws-ebs-csi-driver) and, for load balancers, as the Helm chart of the AWS Load
   * Balancer Controller, for which EKS has no add-on.
   *
   * @throws Error for an invalid group, or when no group can run a plane
   */
  public static nodeGroups(...groups: NodeGroup[]): ClusterCompute {
    return atPlace('ClusterCompute.nodeGroups', () => {
      if (groups.length === 0) {
        throw new Error("nodeGroups: got none, expected at least one group: add { name: 'gateways' }, or use ClusterCompute.autoMode()");
      }
      groups.forEach((group, at) => requireGroup(`nodeGroups[${at}]`, group));
      const names = groups.map(({ name }) => name);
      const repeated = names.findIndex((name, at) => names.indexOf(name) !== at);
      if (repeated >= 0) {
        throw new Error(`nodeGroups[${repeated}].name: got ${JSON.stringify(names[repeated])}, which another group has: give each its own`);
      }
      if (!groups.some(carriesPlanes)) {
        throw new Error(
          "nodeGroups: got none for x86-64 without taints, expected one: the gateway's image is for x86-64, and planes tolerate no taint",
        );
      }
      return new ClusterCompute(groups);
    });
  }

  private constructor(
    /**
     * Empty in Auto Mode.
     *
     * @internal
     */
    public readonly _nodeGroups: readonly NodeGroup[],
  ) {}
}

function carriesPlanes({ instanceTypes = [], taints = [] }: NodeGroup): boolean {
  return taints.length === 0 && instanceTypes.every(({ architecture }) => architecture === ec2.InstanceArchitecture.X86_64);
}

function requireGroup(property: string, group: NodeGroup) {
  const { name, minSize = 2, maxSize = minSize * 2, diskGib = 50, maxUnavailablePercent = 33, labels = {}, instanceTypes } = group;
  if (!Token.isUnresolved(name) && !NAME.test(name)) {
    throw new Error(
      `${property}.name: got ${JSON.stringify(name)}, expected 1 to 40 lower-case letters, digits and '-', beginning with a letter`,
    );
  }
  requireWhole(`${property}.minSize`, minSize, { min: 1, max: 450 });
  requireWhole(`${property}.maxSize`, maxSize, { min: 1, max: 450 });
  if (maxSize < minSize) {
    throw new Error(`${property}.maxSize: got ${maxSize}, which is less than minSize, ${minSize}: raise it or lower minSize`);
  }
  requireWhole(`${property}.diskGib`, diskGib, { min: 20, max: 16_384 });
  requireWhole(`${property}.maxUnavailablePercent`, maxUnavailablePercent, { min: 1, max: 100 });
  requireNodeLabels(`${property}.labels`, labels);
  if (!instanceTypes) return;
  if (instanceTypes.length === 0) {
    throw new Error(`${property}.instanceTypes: got an empty list, expected at least one: omit it for m7i.large`);
  }
  const architectures = new Set(instanceTypes.map(({ architecture }) => architecture));
  if (architectures.size > 1) {
    throw new Error(
      `${property}.instanceTypes: got ${instanceTypes.join(', ')}, which have ${[...architectures].join(' and ')}, `
        + 'expected one architecture: make a group for each',
    );
  }
}
