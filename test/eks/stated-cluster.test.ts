/** What synthesis cannot see of an existing cluster is asked: planes depend on it. */
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import {
  AutoScalingGroupTarget, CloudCluster, EcsTarget, EksTarget, Exposure, GatewayEngine, OpenSearchLogs, ValkeyCache,
} from '../../src';
import type { ExistingEksTargetOptions, GatewayTarget } from '../../src';
import { environment, kubectlLayer, only, testCluster, testControlPlane, testStack, writtenManifests } from '../gateway/sample';

const INTERNET = Exposure.internetLoadBalancer('0.0.0.0/0');

const STATEMENTS = ['network-policies', 'node-security-groups', 'subnet-tags', 'controllers'];

function network(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
}

function existing(stack: Stack, options: ExistingEksTargetOptions = {}): EksTarget {
  const vpc = network(stack);
  const attributes = { clusterName: 'company', vpc, clusterSecurityGroupId: 'sg-cluster' };
  const cluster = eks.Cluster.fromClusterAttributes(stack, 'Existing', attributes);
  return EksTarget.existingCluster(cluster, { kubectlLayer: kubectlLayer(stack), ...options });
}

function warnings(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('cdk-hybridge:cluster\\.'))
    .map(({ entry }) => /cdk-hybridge:cluster\.([a-z-]+)/.exec(String(entry.data))![1]);
}

describe('what is not stated', () => {
  it('is warned of, each once for all planes of the cluster', () => {
    const stack = testStack();
    const target = existing(stack);
    testControlPlane(stack, { target }).addDataPlane('Plane', { target });
    expect([...warnings(stack)].sort()).toEqual([...STATEMENTS].sort());
  });

  it.each<[string, ExistingEksTargetOptions]>([
    ['network-policies', { networkPoliciesEnforced: false }],
    ['node-security-groups', { nodeSecurityGroups: [] }],
    ['subnet-tags', { subnetsTagged: true }],
    ['controllers', { controllersInstalled: true }],
  ])('is answered one by one: %s', (id, options) => {
    const stack = testStack();
    testControlPlane(stack, { target: existing(stack, options) });
    expect([...warnings(stack)].sort()).toEqual(STATEMENTS.filter((other) => other !== id).sort());
  });

  it('does not concern clusters of ours', () => {
    const stack = testStack();
    testControlPlane(stack, { target: EksTarget.cluster(testCluster(stack)) });
    expect(warnings(stack)).toEqual([]);
  });
});

describe('security groups of nodes', () => {
  it('are admitted by the database, the cache and the logs, beside that of the cluster', () => {
    const stack = testStack();
    const nodes = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Nodes', 'sg-nodes');
    const target = existing(stack, { nodeSecurityGroups: [nodes] });
    const { vpc } = target._cluster;
    const logs = new OpenSearchLogs(stack, 'Logs', { vpc });
    const cache = new ValkeyCache(stack, 'Cache', { vpc });
    testControlPlane(stack, { target }).addDataPlane('Plane', { target, logs, cache });
    const found = Template.fromStack(stack).findResources('AWS::EC2::SecurityGroupIngress');
    const rules = Object.values<any>(found).map(({ Properties }) => Properties);
    for (const what of ['gateway control plane control-plane', 'logs of gateways', 'what gateways share']) {
      const sources = rules.filter(({ Description }) => Description === what).map(({ SourceSecurityGroupId }) => SourceSecurityGroupId);
      expect([what, sources]).toEqual([what, expect.arrayContaining(['sg-cluster', 'sg-nodes'])]);
    }
  });
});

describe('the Admin API of a control plane', () => {
  const listen = (stack: Stack) => {
    const { KONG_ADMIN_LISTEN: setting } = environment(only(writtenManifests(stack, 'control-plane'), 'Deployment'));
    return (setting as { value: string }).value;
  };

  it.each([[undefined, '127.0.0.1:8001'], [false, '127.0.0.1:8001'], [true, '0.0.0.0:8001']])(
    'where network policies are enforced: %s', (networkPoliciesEnforced, expected) => {
      const stack = testStack();
      testControlPlane(stack, { target: existing(stack, { networkPoliciesEnforced }) });
      expect(listen(stack)).toBe(expected);
    },
  );

  it('is reached through the network of pods in clusters of ours, which enforce them', () => {
    const stack = testStack();
    testControlPlane(stack);
    expect(listen(stack)).toBe('0.0.0.0:8001');
  });

  it.each([[undefined, ['127.0.0.1']], [true, undefined]])('of Kong, where they are enforced: %s', (networkPoliciesEnforced, addresses) => {
    const stack = testStack();
    const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
    testControlPlane(stack, { target: existing(stack, { networkPoliciesEnforced }), engine });
    const [chart] = Object.values<any>(Template.fromStack(stack).findResources('Custom::AWSCDK-EKS-HelmChart'));
    const { Values } = chart.Properties;
    const text = typeof Values === 'string'
      ? Values
      : Values['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join('');
    expect(JSON.parse(text).admin.addresses).toEqual(addresses);
    expect(JSON.parse(text).admin.enabled).toBe(true);
  });

  it('takes no declarative file then: its Job is a pod like any other', () => {
    const stack = testStack();
    const controlPlane = testControlPlane(stack, { target: existing(stack) });
    expect(() => controlPlane.addDeclarativeConfig('Apis', { text: '_format_version: "3.0"\n' } as never)).toThrow(
      'its Job calls the Admin API over the network of pods, expected a cluster that enforces NetworkPolicy objects',
    );
  });
});

describe('a load balancer on the internet without a public subnet', () => {
  const PRIVATE = [{ name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }];
  const withoutPublic = (stack: Stack) => {
    // Subnets with a way out through another network: a transit gateway, say.
    return new ec2.Vpc(stack, 'Own', { maxAzs: 2, natGateways: 0, subnetConfiguration: PRIVATE });
  };
  const message = 'asks for a load balancer on the internet, and the VPC Cloud/Own has no public subnets';

  it.each<[string, (stack: Stack, vpc: ec2.IVpc) => GatewayTarget]>([
    ['EKS', (stack, vpc) => {
      const kubectl = stack.node.findChild('Kubectl') as ILayerVersion;
      const cluster = new CloudCluster(stack, 'Second', { kubernetesVersion: eks.KubernetesVersion.V1_35, kubectlLayer: kubectl, vpc });
      return EksTarget.cluster(cluster, { exposure: INTERNET });
    }],
    ['ECS', (_, vpc) => EcsTarget.fargate(vpc, { exposure: INTERNET })],
    ['instances', (_, vpc) => AutoScalingGroupTarget.vpc(vpc, { exposure: INTERNET })],
  ])('is refused on %s', (_title, make) => {
    const stack = testStack();
    const controlPlane = testControlPlane(stack);
    expect(() => controlPlane.addDataPlane('Plane', { target: make(stack, withoutPublic(stack)) })).toThrow(`exposure: ${message}`);
  });

  it('is refused for the tunnel', () => {
    const stack = testStack();
    const target = EksTarget.cluster(testCluster(stack, { vpc: withoutPublic(stack) }));
    expect(() => testControlPlane(stack, { target, tunnelCidrs: ['0.0.0.0/0'] })).toThrow(`tunnelCidrs: ${message}`);
  });

  it('is warned of in an imported VPC, which may have one', () => {
    const stack = testStack();
    testControlPlane(stack, { target: existing(stack), tunnelCidrs: ['0.0.0.0/0'] });
    const text = 'the VPC Cloud/Network has no public subnets.*cdk-hybridge:vpc.public-subnets';
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp(text));
  });
});

it('says which imported subnets of a cluster of ours CDK cannot tag', () => {
  const stack = testStack();
  testCluster(stack, { vpc: network(stack) });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('kubernetes.io/role/internal-elb'));
});

it('refuses a security group of nodes without an id', () => {
  expect(() => existing(testStack(), { nodeSecurityGroups: [{} as ec2.ISecurityGroup] })).toThrow(
    'EksTarget.existingCluster: nodeSecurityGroups: got 1 of which one has no id, expected security groups',
  );
});

it('refuses a cluster with IPv6, whose pods have no address that planes listen on', () => {
  const stack = testStack();
  expect(() => existing(stack, { ipFamily: eks.IpFamily.IP_V6 })).toThrow(
    'EksTarget.existingCluster: ipFamily: got "ipv6", expected ipv4: planes listen on IPv4 addresses',
  );
});
