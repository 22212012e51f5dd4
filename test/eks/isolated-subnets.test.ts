/** Clusters whose nodes have no way to the internet. */
import type { App } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { ClusterCompute, EksTarget } from '../../src';
import { KUBECTL_NEEDS, NODE_NEEDS } from '../../src/eks/private/isolated-subnets';
import { kubectlLayer, testCluster, testStack } from '../gateway/sample';

const ISOLATED = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
const { InterfaceVpcEndpointAwsService: services } = ec2;

function isolatedVpc(stack: Stack): ec2.Vpc {
  return new ec2.Vpc(stack, 'Vpc', {
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    subnetConfiguration: [{ name: 'Nodes', ...ISOLATED }],
  });
}

function addEndpoints(vpc: ec2.Vpc) {
  vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
  Object.entries({
    Eks: services.EKS,
    EksAuth: services.EKS_AUTH,
    Sts: services.STS,
    Lambda: services.LAMBDA,
    Ec2: services.EC2,
    Ecr: services.ECR,
    EcrDocker: services.ECR_DOCKER,
    Secrets: services.SECRETS_MANAGER,
  }).forEach(([id, service]) => vpc.addInterfaceEndpoint(id, { service }));
}

function synthesize(stack: Stack) {
  return (stack.node.root as App).synth();
}

it('are refused when the VPC has no endpoints, with all that are missing, what needs them, and the subnets', () => {
  const stack = testStack();
  testCluster(stack, { vpc: isolatedVpc(stack), subnets: ISOLATED });
  expect(() => synthesize(stack)).toThrow(
    new RegExp(
      'subnets: Cloud/Vpc/NodesSubnet1, Cloud/Vpc/NodesSubnet2 have no way to the internet, and the VPC has no endpoints for eks \\(.*sts' +
        '.*lambda.*s3.*ec2.*ecr\\.api.*ecr\\.dkr.*eks-auth.*secretsmanager \\(secrets of pods\\): add them with vpc\\.addInterfaceEndpoint',
    ),
  );
});

it('are refused for the one endpoint that is missing, whenever the others were added', () => {
  const stack = testStack();
  const vpc = isolatedVpc(stack);
  testCluster(stack, { vpc, subnets: ISOLATED });
  addEndpoints(vpc);
  vpc.node.tryRemoveChild('EcrDocker');
  expect(() => synthesize(stack)).toThrow('the VPC has no endpoints for ecr.dkr (images): add them');
});

it.each([['a region', 'eu-central-1'], ['no region', undefined]])('are accepted with endpoints, in a stack with %s', (_, region) => {
  const stack = new Stack(testStack().node.root, 'Other', region ? { env: { region } } : {});
  const vpc = isolatedVpc(stack);
  addEndpoints(vpc);
  testCluster(stack, { vpc, subnets: ISOLATED });
  Template.fromStack(stack).hasResourceProperties('AWS::EKS::Cluster', {
    ResourcesVpcConfig: { SubnetIds: vpc.isolatedSubnets.map(({ subnetId }) => stack.resolve(subnetId)), EndpointPublicAccess: false },
  });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

it('do not take endpoints of another VPC for their own', () => {
  const stack = testStack();
  addEndpoints(new ec2.Vpc(stack, 'Neighbour', { availabilityZones: ['eu-central-1a'] }));
  testCluster(stack, { vpc: isolatedVpc(stack), subnets: ISOLATED });
  expect(() => synthesize(stack)).toThrow('the VPC has no endpoints for eks');
});

it('are warned of in an imported VPC, whose endpoints may be made elsewhere', () => {
  const stack = testStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a', 'b'],
    isolatedSubnetIds: ['subnet-1', 'subnet-2'],
  });
  testCluster(stack, { vpc, subnets: ISOLATED });
  Annotations.fromStack(stack).hasWarning(
    '/Cloud/Cluster',
    Match.stringLikeRegexp('no endpoints for eks .*acknowledge cdk-hybridge:vpc.endpoints'),
  );
});

it('carry no node groups, whose load balancer controller comes from the internet', () => {
  const stack = testStack();
  expect(() => testCluster(stack, { vpc: isolatedVpc(stack), subnets: ISOLATED, compute: ClusterCompute.nodeGroups({ name: 'gateways' }) }))
    .toThrow('compute: got node groups in isolated subnets, expected Auto Mode there');
});

it('of an imported cluster are looked at for the functions that apply manifests', () => {
  const stack = testStack();
  const cluster = eks.Cluster.fromClusterAttributes(stack, 'Existing', {
    clusterName: 'company',
    vpc: isolatedVpc(stack),
    clusterSecurityGroupId: 'sg-1',
  });
  EksTarget.existingCluster(cluster, { kubectlLayer: kubectlLayer(stack) });
  expect(() => synthesize(stack)).toThrow(
    'kubectlLayer: Cloud/Vpc/NodesSubnet1, Cloud/Vpc/NodesSubnet2 have no way to the internet, and the VPC has no endpoints for eks',
  );
});

it('need what AWS asks of private clusters', () => {
  expect(Object.keys({ ...KUBECTL_NEEDS, ...NODE_NEEDS }).sort()).toEqual([
    'ec2',
    'ecr.api',
    'ecr.dkr',
    'eks',
    'eks-auth',
    'lambda',
    's3',
    'secretsmanager',
    'sts',
  ]);
});
