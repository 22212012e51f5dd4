/** Options of a cluster other than its nodes: add-ons, access, roles of pods, networks, versions. */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import type { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ClusterAccess, ClusterCompute } from '../../src';
import type { CloudClusterProps } from '../../src';
import { testCluster, testStack } from '../gateway/sample';

function role(scope: Stack, name: string): iam.IRole {
  return iam.Role.fromRoleArn(scope, name, `arn:aws:iam::111122223333:role/${name}`);
}

describe('add-ons', () => {
  it('take a version, configuration over ours, and roles', () => {
    const stack = testStack();
    const cluster = testCluster(stack, {
      compute: ClusterCompute.nodeGroups({ name: 'gateways' }),
      addons: [{ name: 'vpc-cni', version: 'v1.20.0-eksbuild.1', configuration: { env: { ENABLE_PREFIX_DELEGATION: 'true' } } }],
    });
    expect(cluster.cluster.clusterName).toBeDefined();
    Template.fromStack(stack).hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'vpc-cni',
      AddonVersion: 'v1.20.0-eksbuild.1',
      ConfigurationValues: '{"enableNetworkPolicy":"true","env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
    });
  });

  it('may be others than ours, with roles of their pods', () => {
    const stack = testStack();
    testCluster(stack, { addons: [{ name: 'external-dns', podRoles: { 'external-dns': role(stack, 'dns') } }] });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'external-dns',
      PodIdentityAssociations: [{ ServiceAccount: 'external-dns', RoleArn: 'arn:aws:iam::111122223333:role/dns' }],
    });
    template.resourceCountIs('AWS::EKS::Addon', 3);
  });

  it.each<[CloudClusterProps['addons'], string]>([
    [[{ name: 'vpc-cni' }], 'addons[0].name: got vpc-cni, which is a part of Auto Mode'],
    [
      [{ name: 'metrics-server' }, { name: 'eks-pod-identity-agent' }],
      'addons[1].name: got eks-pod-identity-agent, which is a part of Auto Mode',
    ],
    [[{ name: 'external-dns' }, { name: 'external-dns' }], 'addons[1].name: got external-dns a second time'],
  ])('of Auto Mode, or asked for twice, are refused: %j', (addons, message) => {
    expect(() => testCluster(testStack(), { addons })).toThrow(message);
  });
});

describe('access', () => {
  it('is an entry with a policy, for the cluster or for namespaces', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    cluster.grantAccess('Auditors', role(stack, 'auditors'), ClusterAccess.adminView());
    cluster.grantAccess('ApiTeam', role(stack, 'api-team'), ClusterAccess.edit('apis', 'apis-test'));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EKS::AccessEntry', {
      PrincipalArn: 'arn:aws:iam::111122223333:role/auditors',
      AccessPolicies: [{ AccessScope: { Type: 'cluster' }, PolicyArn: Match.anyValue() }],
    });
    template.hasResourceProperties('AWS::EKS::AccessEntry', {
      PrincipalArn: 'arn:aws:iam::111122223333:role/api-team',
      AccessPolicies: [{ AccessScope: { Type: 'namespace', Namespaces: ['apis', 'apis-test'] } }],
    });
  });

  it('is given once to each role: EKS refuses a second entry', () => {
    const stack = testStack();
    const operators = role(stack, 'operators');
    const cluster = testCluster(stack, { adminRoles: [operators] });
    expect(() => cluster.grantAccess('Again', operators, ClusterAccess.view())).toThrow(
      'role: Cloud/operators has access to Cloud/Cluster already',
    );
  });
});

describe('roles of pods', () => {
  it('come by Pod Identity, without an agent that Auto Mode has anyway', () => {
    const stack = testStack();
    const made = testCluster(stack).addPodRole('Dns', { namespace: 'dns', serviceAccount: 'external-dns' });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
      Namespace: 'dns',
      ServiceAccount: 'external-dns',
      RoleArn: stack.resolve(made.roleArn),
    });
    expect(Object.keys(template.findResources('AWS::EKS::Addon', { Properties: { AddonName: 'eks-pod-identity-agent' } }))).toEqual([]);
  });

  it('are refused for names that Kubernetes has not', () => {
    expect(() => testCluster(testStack()).addPodRole('Dns', { namespace: 'Dns', serviceAccount: 'x' })).toThrow(
      'namespace: got "Dns", expected 1 to 63 lower-case letters',
    );
  });
});

describe('versions', () => {
  it('of kubectl fit when they are a minor version away', () => {
    const stack = testStack();
    expect(() =>
      testCluster(stack, { kubernetesVersion: KubernetesVersion.V1_36, kubectlLayer: new KubectlV35Layer(stack, 'Layer') }),
    ).not.toThrow();
  });

  it.each([KubernetesVersion.V1_33, KubernetesVersion.V1_37])(
    'of kubectl further away are refused with the layer to use',
    (kubernetesVersion) => {
      const stack = testStack();
      const minor = kubernetesVersion.version.split('.')[1];
      expect(() => testCluster(stack, { kubernetesVersion, kubectlLayer: new KubectlV35Layer(stack, 'Layer') })).toThrow(
        `kubectlLayer: got KubectlV35Layer for kubernetesVersion ${kubernetesVersion.version}, expected at most one `
          + `minor version of difference: use KubectlV${minor}Layer`,
      );
    },
  );

  it.each(['1.28', '2.0', 'latest'])('such as %s are refused', (version) => {
    expect(() => testCluster(testStack(), { kubernetesVersion: KubernetesVersion.of(version) })).toThrow(
      `kubernetesVersion: got ${version}, expected 1.29 or later`,
    );
  });
});

describe('networks', () => {
  it('have the addresses that are asked for', () => {
    const stack = testStack();
    testCluster(stack, { vpcCidr: '10.8.0.0/16', servicesCidr: '172.24.0.0/16', clusterName: 'gateways' });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.8.0.0/16' });
    template.hasResourceProperties('AWS::EKS::Cluster', {
      Name: 'gateways',
      KubernetesNetworkConfig: { ServiceIpv4Cidr: '172.24.0.0/16' },
    });
  });

  it.each<[string, (stack: Stack) => Partial<CloudClusterProps>]>([
    ['vpcCidr: got "10.8.0.1/16", expected an IPv4 network', () => ({ vpcCidr: '10.8.0.1/16' })],
    ['vpcCidr: got 10.8.0.0/24, expected a network of /16 to /18', () => ({ vpcCidr: '10.8.0.0/24' })],
    ['servicesCidr: got 10.96.0.0/11, expected a network of /12 to /24', () => ({ servicesCidr: '10.96.0.0/11' })],
    ['subnets: got a selection without vpc', () => ({ subnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } })],
    [
      'vpcCidr: got 10.8.0.0/16 together with vpc',
      (stack) => ({ vpcCidr: '10.8.0.0/16', vpc: new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b'] }) }),
    ],
    [
      'subnets: got public ones',
      (stack) => ({ subnets: { subnetType: ec2.SubnetType.PUBLIC }, vpc: new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b'] }) }),
    ],
    [
      'subnets: are in 1 availability zone, expected at least 2',
      (stack) => ({
        subnets: { availabilityZones: ['a'], subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        vpc: new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b'] }),
      }),
    ],
  ])('are refused: %s', (message, props) => {
    const stack = testStack();
    expect(() => testCluster(stack, props(stack))).toThrow(message);
  });
});

describe('networks outside AWS', () => {
  it('are remote networks of the EKS cluster, and may reach its private endpoint', () => {
    const stack = testStack();
    testCluster(stack, { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['10.85.0.0/16'] } });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EKS::Cluster', {
      RemoteNetworkConfig: { RemoteNodeNetworks: [{ Cidrs: ['10.80.0.0/16'] }], RemotePodNetworks: [{ Cidrs: ['10.85.0.0/16'] }] },
      ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: false },
      KubernetesNetworkConfig: { IpFamily: 'ipv4' },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: ['10.80.0.0/16', '10.85.0.0/16'].map((CidrIp) => Match.objectLike({ CidrIp, FromPort: 443, ToPort: 443 })),
    });
  });

  it('add the add-ons that Auto Mode runs on its own nodes only', () => {
    const stack = testStack();
    testCluster(stack, { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'] } });
    const template = Template.fromStack(stack);
    for (const AddonName of ['kube-proxy', 'coredns']) template.hasResourceProperties('AWS::EKS::Addon', { AddonName });
    template.hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'eks-pod-identity-agent',
      ConfigurationValues: '{"daemonsets":{"hybrid":{"create":true}}}',
    });
  });

  it.each<[string, Partial<CloudClusterProps>]>([
    [
      'adminCidrs: got networks together with remoteNetworks',
      { adminCidrs: ['198.51.100.0/24'], remoteNetworks: { nodeCidrs: ['10.80.0.0/16'] } },
    ],
    ['remoteNetworks.nodeCidrs: got an empty list', { remoteNetworks: { nodeCidrs: [] } }],
    ['remoteNetworks.nodeCidrs[0]: got "10.80.0.7/16", expected an IPv4 network', { remoteNetworks: { nodeCidrs: ['10.80.0.7/16'] } }],
    [
      'remoteNetworks.podCidrs[0]: got 203.0.113.0/24, expected a part of 10.0.0.0/8',
      { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['203.0.113.0/24'] } },
    ],
    [
      'remoteNetworks.podCidrs[0]: got 10.80.4.0/24, which overlaps 10.80.0.0/16 of remoteNetworks.nodeCidrs[0]',
      { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['10.80.4.0/24'] } },
    ],
    [
      'remoteNetworks.nodeCidrs[1]: got 10.0.4.0/24, which overlaps 10.0.0.0/16 of the VPC',
      { remoteNetworks: { nodeCidrs: ['10.80.0.0/16', '10.0.4.0/24'] } },
    ],
    [
      'remoteNetworks.nodeCidrs[0]: got 172.16.0.0/12, which overlaps 172.20.0.0/16 of servicesCidr (chosen by EKS unless you do)',
      { remoteNetworks: { nodeCidrs: ['172.16.0.0/12'] } },
    ],
    [
      'which overlaps 192.168.0.0/16 of servicesCidr,',
      { servicesCidr: '192.168.0.0/16', remoteNetworks: { nodeCidrs: ['192.168.7.0/24'] } },
    ],
    [
      'remoteNetworks.nodeCidrs: got 16 networks, expected at most 15',
      { remoteNetworks: { nodeCidrs: Array.from({ length: 16 }, (_, at) => `10.${80 + at}.0.0/16`) } },
    ],
  ])('are refused: %s', (message, props) => {
    expect(() => testCluster(testStack(), props)).toThrow(message);
  });

  it('are compared with an imported VPC, too', () => {
    const stack = testStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1', vpcCidrBlock: '10.80.0.0/20', availabilityZones: ['a', 'b'], privateSubnetIds: ['subnet-1', 'subnet-2'],
    });
    expect(() => testCluster(stack, { vpc, remoteNetworks: { nodeCidrs: ['10.80.0.0/16'] } })).toThrow('overlaps 10.80.0.0/20 of the VPC');
  });
});
