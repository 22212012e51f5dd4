import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { NodeGroup } from '../cluster-compute';

/** What the root disk is called in Amazon Linux 2023. */
const ROOT_DEVICE = '/dev/xvda';

const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

interface NodeGroupsProps {
  readonly cluster: eks.ICluster;
  readonly groups: readonly NodeGroup[];
  /** Of the cluster, for groups that name none. */
  readonly subnets: ec2.SubnetSelection;
  readonly kubernetesVersion: string;
}

/** Managed node groups with one role: it may run pods and pull images, and nothing else. */
export class NodeGroups extends Construct {
  readonly groups: readonly eks.Nodegroup[];

  constructor(scope: Construct, id: string, private readonly props: NodeGroupsProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'Nodes of the cluster',
      managedPolicies: NODE_POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    this.groups = props.groups.map((group) => this.group(group, role));
  }

  private group(group: NodeGroup, nodeRole: iam.IRole): eks.Nodegroup {
    const { name, instanceTypes = [new ec2.InstanceType('m7i.large')], minSize = 2, maxSize = minSize * 2 } = group;
    const template = this.launchTemplate(group);
    const nodes = new eks.Nodegroup(this, name, {
      cluster: this.props.cluster,
      nodeRole,
      instanceTypes,
      // Explicit: the construct of CDK takes Amazon Linux 2 unless a feature flag says otherwise, and EKS has none for 1.33 and later.
      amiType:
        instanceTypes[0].architecture === ec2.InstanceArchitecture.ARM_64
          ? eks.NodegroupAmiType.AL2023_ARM_64_STANDARD
          : eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
      launchTemplateSpec: { id: template.launchTemplateId!, version: template.latestVersionNumber },
      capacityType: group.capacityType,
      minSize,
      maxSize,
      desiredSize: minSize,
      subnets: group.subnets ?? this.props.subnets,
      labels: group.labels,
      taints: group.taints,
      maxUnavailablePercentage: group.maxUnavailablePercent ?? 33,
    });
    // Without it a group keeps the version that the cluster had when it was made; the construct of CDK has no property for it.
    (nodes.node.defaultChild as CfnNodegroup).addPropertyOverride('Version', this.props.kubernetesVersion);
    return nodes;
  }

  private launchTemplate({ name, diskGib = 50 }: NodeGroup): ec2.LaunchTemplate {
    return new ec2.LaunchTemplate(this, `${name}-template`, {
      requireImdsv2: true,
      // Pods are one hop further away than the node: they do not get its role.
      httpPutResponseHopLimit: 1,
      httpEndpoint: true,
      // One measurement per minute: five minutes are too late for scaling.
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: ROOT_DEVICE,
          volume: ec2.BlockDeviceVolume.ebs(diskGib, { encrypted: true, volumeType: ec2.EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
  }
}
