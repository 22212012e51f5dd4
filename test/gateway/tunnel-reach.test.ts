/** Synthesis warns of planes that cannot reach the tunnel by what the app knows. */
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  HybridCredentials,
  HybridNodes,
} from '../../src';
import type { GatewayTarget } from '../../src';
import { testCluster, testControlPlane, testFactory, testStack } from './sample';

const imageRepository = 'registry.acme.example/hybridge';

interface Situation {
  readonly cloud: Stack;
  /** Of another region. */
  readonly far: Stack;
  readonly cluster: ReturnType<typeof testCluster>;
}

type Choose = (situation: Situation) => GatewayTarget;

/** Warnings about the plane, by a program that may make a way between networks. */
function warnings(choose: Choose, tunnelCidrs?: string[], way?: string): readonly string[] {
  const cloud = testStack();
  const far = testStack('us-east-1', cloud.node.root as App, 'Far');
  if (way) new CfnResource(far, 'Way', { type: way });
  const cluster = testCluster(cloud, { remoteNetworks: { nodeCidrs: ['192.168.0.0/20'] } });
  const controlPlane = testControlPlane(cloud, { target: EksTarget.cluster(cluster), tunnelCidrs });
  const plane = controlPlane.addDataPlane('Edge', { target: choose({ cloud, far, cluster }) });
  return Annotations.fromStack(Stack.of(plane)).findWarning('*', Match.stringLikeRegexp('never get a configuration'))
    .map(({ entry }) => String(entry.data));
}

const farVpc = ({ far }: Situation) => new ec2.Vpc(far, 'Vpc', { maxAzs: 2 });
const TARGETS: Readonly<Record<string, Choose>> = {
  'pods in another region': ({ far }) => EksTarget.cluster(testCluster(far)),
  'tasks in another region': (situation) => EcsTarget.fargate(farVpc(situation)),
  'instances in another region': (situation) => AutoScalingGroupTarget.vpc(farVpc(situation)),
  'tasks in another VPC of the region': ({ cloud }) => EcsTarget.fargate(new ec2.Vpc(cloud, 'Other', { maxAzs: 2 })),
  'a site': ({ cloud: { node: { root } } }) =>
    EksAnywhereTarget.cluster(testFactory(root as App), { imageRepository, exposure: Exposure.nodePort() }),
  'a machine with Docker': () => DockerTarget.compose({ imageRepository }),
};

describe('a tunnel with private addresses', () => {
  it.each(Object.entries(TARGETS))('is out of reach of %s', (_, choose) => {
    const [warning, ...others] = warnings(choose);
    expect(warning).toMatch(/^target: got .*, from which nothing in this app leads to the private addresses .* in Cloud\/Cluster\/Vpc/);
    expect(others).toEqual([]);
  });

  it.each(['AWS::EC2::VPCPeeringConnection', 'AWS::EC2::TransitGatewayVpcAttachment', 'AWS::EC2::VPNGateway'])(
    'may be reached by %s that the app makes', (way) => {
      for (const choose of Object.values(TARGETS)) expect(warnings(choose, undefined, way)).toEqual([]);
    },
  );

  it.each<[string, Choose]>([
    ['pods of the cluster', ({ cluster }) => EksTarget.cluster(cluster)],
    ['tasks of the VPC', ({ cluster }) => EcsTarget.fargate(cluster.vpc)],
    ['hybrid nodes of the cluster', ({ cloud, cluster }) =>
      EksTarget.hybridNodes(new HybridNodes(cloud, 'Plant', { cluster, credentials: HybridCredentials.systemsManager() }))],
  ])('is reached by %s', (_, choose) => {
    expect(warnings(choose)).toEqual([]);
  });
});

describe('a tunnel that some networks may open', () => {
  it.each(['pods in another region', 'tasks in another region', 'instances in another region', 'tasks in another VPC of the region'])(
    'is closed to NAT gateways that the app makes: %s', (name) => {
      expect(warnings(TARGETS[name], ['198.51.100.0/24'])).toEqual([
        expect.stringMatching(/^target: got .*, whose NAT gateways connect with addresses that tunnelCidrs \(198\.\S+\) cannot have/),
      ]);
    },
  );

  it('is closed to the cluster of the control plane as well, whose nodes leave through NAT gateways', () => {
    expect(warnings(({ cluster }) => EksTarget.cluster(cluster), ['198.51.100.0/24'])).toHaveLength(1);
  });

  it.each(['a site', 'a machine with Docker'])('may be open to %s', (name) => {
    expect(warnings(TARGETS[name], ['198.51.100.0/24'])).toEqual([]);
  });

  it('may be open to a VPC without NAT gateways of the app', () => {
    const imported: Choose = ({ far }) => AutoScalingGroupTarget.vpc(ec2.Vpc.fromVpcAttributes(far, 'Imported', {
      vpcId: 'vpc-1', availabilityZones: ['us-east-1a', 'us-east-1b'], privateSubnetIds: ['subnet-1', 'subnet-2'],
    }));
    expect(warnings(imported, ['198.51.100.0/24'])).toEqual([]);
  });

  it.each(Object.entries(TARGETS))('is open to %s when it is open to all networks', (_, choose) => {
    expect(warnings(choose, ['0.0.0.0/0'])).toEqual([]);
  });
});
