import { Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { CapacityType, TaintEffect } from 'aws-cdk-lib/aws-eks-v2';
import { ClusterCompute, EksTarget } from '../../src';
import type { NodeGroup } from '../../src';
import { only, testCluster, testControlPlane, testStack, writtenManifests } from '../gateway/sample';

function clusterWith(...groups: NodeGroup[]): Template {
  const stack = testStack();
  testCluster(stack, { compute: ClusterCompute.nodeGroups(...groups) });
  return Template.fromStack(stack);
}

/** Logical ids that a resource waits for. */
function dependencies(template: Template, type: string, properties: object): string[] {
  const [found] = Object.values(template.findResources(type, { Properties: properties }));
  return found.DependsOn;
}

function addonId(template: Template, name: string): string {
  return Object.keys(template.findResources('AWS::EKS::Addon', { Properties: { AddonName: name } }))[0];
}

describe('a cluster with a node group', () => {
  const template = clusterWith({ name: 'gateways' });

  it('has no part of Auto Mode, and none of the add-ons that EKS installs and never updates', () => {
    template.hasResourceProperties('AWS::EKS::Cluster', {
      BootstrapSelfManagedAddons: false,
      ComputeConfig: { Enabled: false },
      KubernetesNetworkConfig: { IpFamily: 'ipv4', ElasticLoadBalancing: { Enabled: false } },
      StorageConfig: { BlockStorage: { Enabled: false } },
    });
  });

  it('runs Amazon Linux 2023, whatever feature flags say, on instances that are replaced a third at a time', () => {
    template.hasResourceProperties('AWS::EKS::Nodegroup', {
      AmiType: 'AL2023_x86_64_STANDARD',
      InstanceTypes: ['m7i.large'],
      ScalingConfig: { MinSize: 2, DesiredSize: 2, MaxSize: 4 },
      UpdateConfig: { MaxUnavailablePercentage: 33 },
    });
  });

  it('asks for IMDSv2 with one hop, encrypts disks, and measures every minute', () => {
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        Monitoring: { Enabled: true },
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 50, VolumeType: 'gp3' } }],
      },
    });
  });

  it('gives nodes a role without the rights of the network plugin, which has a role of its own', () => {
    const [role] = Object.values(template.findResources('AWS::IAM::Role', { Properties: { Description: 'Nodes of the cluster' } }));
    expect(JSON.stringify(role.Properties.ManagedPolicyArns)).not.toContain('CNI');
    template.hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'vpc-cni',
      ConfigurationValues: '{"enableNetworkPolicy":"true"}',
      PodIdentityAssociations: [{ ServiceAccount: 'aws-node', RoleArn: Match.anyValue() }],
    });
  });

  it.each(['eks-pod-identity-agent', 'vpc-cni', 'kube-proxy'])('has %s before nodes, which would not become ready without it', (name) => {
    expect(dependencies(template, 'AWS::EKS::Nodegroup', { AmiType: 'AL2023_x86_64_STANDARD' })).toContain(addonId(template, name));
  });

  it.each(['coredns', 'aws-ebs-csi-driver', 'aws-secrets-store-csi-driver-provider', 'metrics-server'])(
    'has nodes before %s, which would wait for them',
    (name) => {
      const [group] = Object.keys(template.findResources('AWS::EKS::Nodegroup'));
      expect(dependencies(template, 'AWS::EKS::Addon', { AddonName: name })).toContain(group);
    },
  );

  it('gives add-ons roles only after the agent that carries them', () => {
    for (const name of ['vpc-cni', 'aws-ebs-csi-driver']) {
      expect(dependencies(template, 'AWS::EKS::Addon', { AddonName: name })).toContain(addonId(template, 'eks-pod-identity-agent'));
    }
  });

  it('installs the load balancer controller by its chart and waits for its pods, with nodes and a role there first', () => {
    template.hasResourceProperties('Custom::AWSCDK-EKS-HelmChart', {
      Chart: 'aws-load-balancer-controller',
      Version: '1.17.1',
      Namespace: 'kube-system',
      Wait: true,
      Atomic: Match.absent(),
    });
    const [group] = Object.keys(template.findResources('AWS::EKS::Nodegroup'));
    const [association] = Object.keys(template.findResources('AWS::EKS::PodIdentityAssociation'));
    expect(dependencies(template, 'Custom::AWSCDK-EKS-HelmChart', { Chart: 'aws-load-balancer-controller' })).toEqual(
      expect.arrayContaining([group, association]),
    );
  });

  it('lets the controller change only what carries the tag of the cluster', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements: any[] = policies.flatMap((policy) => policy.Properties.PolicyDocument.Statement);
    const changes = statements.filter(({ Action }) =>
      [Action].flat().some((action: string) => action.startsWith('elasticloadbalancing:') && !action.includes(':Describe')),
    );
    expect(changes.length).toBeGreaterThan(3);
    for (const { Action, Resource, Condition } of changes) {
      expect(JSON.stringify(Resource)).not.toBe('"*"');
      if (!JSON.stringify(Resource).includes('listener/')) expect(JSON.stringify([Action, Condition])).toContain('elbv2.k8s.aws/cluster');
    }
  });
});

it('accepts node groups that differ in instance type, size, subnets and taints', () => {
  const template = clusterWith(
    { name: 'gateways', minSize: 3, maxSize: 9, labels: { for: 'gateways' }, maxUnavailablePercent: 50 },
    {
      name: 'arm',
      instanceTypes: [new InstanceType('m7g.large'), new InstanceType('m6g.large')],
      diskGib: 100,
      capacityType: CapacityType.SPOT,
      taints: [{ key: 'only', value: 'arm', effect: TaintEffect.NO_SCHEDULE }],
    },
  );
  template.hasResourceProperties('AWS::EKS::Nodegroup', {
    ScalingConfig: { MinSize: 3, DesiredSize: 3, MaxSize: 9 }, Labels: { for: 'gateways' }, UpdateConfig: { MaxUnavailablePercentage: 50 },
  });
  template.hasResourceProperties('AWS::EKS::Nodegroup', {
    AmiType: 'AL2023_ARM_64_STANDARD',
    InstanceTypes: ['m7g.large', 'm6g.large'],
    CapacityType: 'SPOT',
    Taints: [{ Key: 'only', Value: 'arm', Effect: 'NO_SCHEDULE' }],
  });
  template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
    LaunchTemplateData: { BlockDeviceMappings: [{ Ebs: { VolumeSize: 100 } }] },
  });
});

it('makes load balancers of planes by the controller of the cluster', () => {
  const stack = testStack();
  testControlPlane(stack, { target: EksTarget.cluster(testCluster(stack, { compute: ClusterCompute.nodeGroups({ name: 'gateways' }) })) });
  expect(only(writtenManifests(stack, 'control-plane'), 'Service', 'control-plane-cluster').spec.loadBalancerClass).toBe(
    'service.k8s.aws/nlb',
  );
});

const ARM = new InstanceType('m7g.large');
const X86 = new InstanceType('m7i.large');

it.each<[NodeGroup[], string]>([
  [[], 'nodeGroups: got none, expected at least one group'],
  [[{ name: 'Gateways' }], 'nodeGroups[0].name: got "Gateways", expected 1 to 40 lower-case letters'],
  [[{ name: 'a' }, { name: 'b' }, { name: 'a' }], 'nodeGroups[2].name: got "a", which another group has'],
  [[{ name: 'a', minSize: 0 }], 'nodeGroups[0].minSize: got 0, expected a whole number, 1 to 450'],
  [[{ name: 'a', minSize: 3, maxSize: 2 }], 'nodeGroups[0].maxSize: got 2, which is less than minSize, 3'],
  [[{ name: 'a', diskGib: 10 }], 'nodeGroups[0].diskGib: got 10, expected a whole number, 20 to 16384'],
  [[{ name: 'a', maxUnavailablePercent: 0 }], 'nodeGroups[0].maxUnavailablePercent: got 0'],
  [[{ name: 'a', instanceTypes: [] }], 'nodeGroups[0].instanceTypes: got an empty list'],
  [
    [{ name: 'a', instanceTypes: [ARM, X86] }],
    'nodeGroups[0].instanceTypes: got m7g.large, m7i.large, which have arm64 and x86_64, expected one architecture',
  ],
  [[{ name: 'a', instanceTypes: [ARM] }], 'nodeGroups: got none for x86-64 without taints, expected one'],
  [[{ name: 'a', taints: [{ key: 'only', effect: TaintEffect.NO_SCHEDULE }] }], 'nodeGroups: got none for x86-64 without taints'],
])('refuses node groups %j', (groups, message) => {
  expect(() => ClusterCompute.nodeGroups(...groups)).toThrow(message);
});
