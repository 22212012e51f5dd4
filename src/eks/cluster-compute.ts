import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import { requireWhole } from '../private/input/numbers';
import { within } from '../private/input/place';
import { requireNodeLabels } from './private/node-labels';

/** Instances that EKS keeps as one group. */
export interface NodeGroup {
  /** Name, unique in the cluster: lower-case letters, digits and '-', at most 40 characters. */
  readonly name: string;

  /**
   * Kinds of instances, all with the same processor architecture; EKS takes the first that is to be had.
   *
   * @default - m7i.large
   */
  readonly instanceTypes?: ec2.InstanceType[];

  /**
   * Whether instances are bought by the second, or taken from what others do not need (`CapacityType.SPOT`), which can be taken away with two minutes' notice.
   *
   * @default CapacityType.ON_DEMAND
   */
  readonly capacityType?: eks.CapacityType;

  /**
   * How many instances at least, and at the beginning. Gateways spread over two zones.
   *
   * @default 2
   */
  readonly minSize?: number;

  /**
   * How many instances at most. Nothing in the cluster changes the number by itself; updates go one above it for a while.
   *
   * @default - twice minSize
   */
  readonly maxSize?: number;

  /**
   * Disk of each instance, in GiB, 20 to 16384: gp3, encrypted.
   *
   * @default 50
   */
  readonly diskGib?: number;

  /**
   * Where the instances run.
   *
   * @default - the cluster's subnets
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * Labels of the nodes in Kubernetes.
   *
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Taints, which keep pods away that do not tolerate them. At least one group needs to have none: planes tolerate none.
   *
   * @default - none
   */
  readonly taints?: eks.TaintSpec[];

  /**
   * How many of a hundred nodes an update may replace at once, 1 to 100.
   *
   * @default 33
   */
  readonly maxUnavailablePercent?: number;
}

const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** What the pods of a cluster run on: instances that EKS chooses (Auto Mode), or groups of instances of yours. */
export class ClusterCompute {
  /**
   * EKS Auto Mode: EKS makes and replaces nodes as pods ask for them, with Bottlerocket, and runs the load balancer controller, network policies, volumes and Pod
   * Identity itself. Costs a surcharge on each instance (docs/decisions/0004-eks-auto-mode.md).
   */
  public static autoMode(): ClusterCompute {
    return new ClusterCompute([]);
  }

  /**
   * Managed node groups with Amazon Linux 2023: launch templates that ask for IMDSv2 with one hop (pods do not reach the role of the node) and encrypt disks. What Auto
   * Mode carries comes as add-ons of EKS (vpc-cni, kube-proxy, coredns, eks-pod-identity-agent, aws-ebs-csi-driver) and, for load balancers, as the Helm chart of the AWS
   * Load Balancer Controller, which EKS has no add-on for.
   *
   * @throws Error when a group is wrong in itself, or none can carry a plane
   */
  public static nodeGroups(...groups: NodeGroup[]): ClusterCompute {
    return within('ClusterCompute.nodeGroups', () => {
      if (groups.length === 0) throw new Error('nodeGroups: got none, expected at least one group: add { name: \'gateways\' }, or use ClusterCompute.autoMode()');
      groups.forEach((group, at) => requireGroup(`nodeGroups[${at}]`, group));
      const names = groups.map(({ name }) => name);
      const repeated = names.findIndex((name, at) => names.indexOf(name) !== at);
      if (repeated >= 0) throw new Error(`nodeGroups[${repeated}].name: got ${JSON.stringify(names[repeated])}, which another group has: give each its own`);
      if (!groups.some(carriesPlanes)) {
        throw new Error('nodeGroups: got none for x86-64 without taints, expected one: the gateway\'s image is for x86-64, and planes tolerate no taint');
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
    throw new Error(`${property}.name: got ${JSON.stringify(name)}, expected 1 to 40 lower-case letters, digits and '-', beginning with a letter`);
  }
  requireWhole(`${property}.minSize`, minSize, { least: 1, most: 450 });
  requireWhole(`${property}.maxSize`, maxSize, { least: 1, most: 450 });
  if (maxSize < minSize) throw new Error(`${property}.maxSize: got ${maxSize}, which is less than minSize, ${minSize}: raise it or lower minSize`);
  requireWhole(`${property}.diskGib`, diskGib, { least: 20, most: 16_384 });
  requireWhole(`${property}.maxUnavailablePercent`, maxUnavailablePercent, { least: 1, most: 100 });
  requireNodeLabels(`${property}.labels`, labels);
  if (!instanceTypes) return;
  if (instanceTypes.length === 0) throw new Error(`${property}.instanceTypes: got an empty list, expected at least one: leave it out for m7i.large`);
  const architectures = new Set(instanceTypes.map(({ architecture }) => architecture));
  if (architectures.size > 1) {
    throw new Error(`${property}.instanceTypes: got ${instanceTypes.join(', ')}, which have ${[...architectures].join(' and ')}, expected one architecture: make a group for each`);
  }
}
