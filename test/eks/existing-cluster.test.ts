/** Planes on clusters that this library did not make. */
import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { EksTarget, Exposure, HybridCredentials, HybridNodes, OpenSearchLogs } from '../../src';
import { kubectlLayer, only, testCluster, testControlPlane, testStack, writtenManifests } from '../gateway/sample';

function network(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Network', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
}

function imported(stack: Stack, attributes: Partial<eks.ClusterAttributes> = {}): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(stack, 'Existing', { clusterName: 'company', ...attributes });
}

describe('an imported cluster with network and security group', () => {
  const stack = testStack();
  const cluster = imported(stack, { vpc: network(stack), clusterSecurityGroupId: 'sg-1' });
  const layer = kubectlLayer(stack);
  const target = EksTarget.existingCluster(cluster, { kubectlLayer: layer });
  const controlPlane = testControlPlane(stack, { target });
  controlPlane.addDataPlane('Plane', {
    target: EksTarget.existingCluster(cluster, { kubectlLayer: layer, loadBalancerClass: 'service.k8s.aws/nlb' }),
  });
  const template = Template.fromStack(stack);

  it('gets functions that apply manifests, once for all planes, in its private subnets and security group', () => {
    const handlers = template.findResources('AWS::Lambda::Function', { Properties: { Layers: Match.anyValue() } });
    expect(Object.values(handlers).map(({ Properties: { VpcConfig: place } }) => place)).toEqual([
      { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
    ]);
  });

  it('lets the functions in before the first manifest', () => {
    const [entry] = Object.keys(template.findResources('AWS::EKS::AccessEntry', { Properties: { ClusterName: 'company' } }));
    const manifests = template.findResources('Custom::AWSCDK-EKS-KubernetesResource', { Properties: { ClusterName: 'company' } });
    expect(Object.values(manifests).filter(({ DependsOn }) => [DependsOn].flat().includes(entry)).length).toBeGreaterThanOrEqual(2);
  });

  it('keeps the plane\'s database in its network, open to its pods', () => {
    template.hasResourceProperties('AWS::RDS::DBSubnetGroup', { SubnetIds: ['subnet-1', 'subnet-2'] });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { SourceSecurityGroupId: 'sg-1', FromPort: 5432 });
  });

  it('makes load balancers by the controller that it has', () => {
    expect(only(writtenManifests(stack, 'plane'), 'Service', 'plane-proxy').spec.loadBalancerClass).toBe('service.k8s.aws/nlb');
  });
});

describe('an imported cluster that lacks something', () => {
  it('is refused for a control plane with everything that is missing at once', () => {
    const stack = testStack();
    expect(() => testControlPlane(stack, { target: EksTarget.existingCluster(imported(stack)) })).toThrow(
      'target: the cluster Cloud/Existing has no vpc (the database lives in it), clusterSecurityGroupId (the '
        + 'database lets it in), kubectlProvider (manifests are applied through it):' +
        ' give them to Cluster.fromClusterAttributes(); for kubectlProvider it is enough to give kubectlLayer to '
          + 'EksTarget.existingCluster()',
    );
  });

  it('is refused for a data plane with logs when the logs cannot let it in', () => {
    const stack = testStack();
    const controlPlane = testControlPlane(stack);
    const kubectlProvider = eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Provider', {
      serviceToken: 'arn:aws:lambda:eu-central-1:111122223333:function:kubectl',
    });
    const target = EksTarget.existingCluster(imported(stack, { kubectlProvider }));
    const logs = new OpenSearchLogs(stack, 'Logs', { vpc: new ec2.Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b'] }) });
    expect(() => controlPlane.addDataPlane('Logged', { target, logs })).toThrow(
      'has no vpc (logs and cache are reached in it), clusterSecurityGroupId (logs and cache let it in): give them',
    );
    expect(() => controlPlane.addDataPlane('Silent', { target })).not.toThrow();
  });

  it('is refused for functions that could not reach it, and functions for a cluster that has some', () => {
    const stack = testStack();
    expect(() => EksTarget.existingCluster(imported(stack), { kubectlLayer: kubectlLayer(stack) })).toThrow(
      'has no vpc (the functions that apply manifests run in it)',
    );
    const own = testCluster(new Stack(stack, 'Own')).cluster;
    expect(() => EksTarget.existingCluster(own, { kubectlLayer: kubectlLayer(new Stack(stack, 'Layers')) })).toThrow(
      'kubectlLayer: the cluster Cloud/Own/Cluster/Resource has a kubectl provider already',
    );
  });

  it('is refused when it was made with CDK, without functions', () => {
    const stack = testStack();
    const cluster = new eks.Cluster(stack, 'Bare', { version: eks.KubernetesVersion.V1_35 });
    expect(() => testControlPlane(stack, { target: EksTarget.existingCluster(cluster) })).toThrow(
      'target: the cluster Cloud/Bare has no kubectlProvider',
    );
  });
});

describe('hybrid nodes', () => {
  function site(stack: Stack) {
    const cluster = testCluster(stack, { remoteNetworks: { nodeCidrs: ['10.80.0.0/16'], podCidrs: ['10.85.0.0/16'] } });
    return { cluster, nodes: new HybridNodes(stack, 'Plant', { cluster, credentials: HybridCredentials.systemsManager() }) };
  }

  it('carry the pods of their planes, and only they, reached by ports of the machines', () => {
    const stack = testStack();
    const { cluster, nodes } = site(stack);
    const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
    controlPlane.addDataPlane('PlantPlane', { target: EksTarget.hybridNodes(nodes) });
    const manifests = writtenManifests(stack, 'plant-plane');
    expect(only(manifests, 'Deployment').spec.template.spec.nodeSelector).toMatchObject({
      'eks.amazonaws.com/compute-type': 'hybrid',
      'kubernetes.io/os': 'linux',
    });
    const { spec } = only(manifests, 'Service', 'plant-plane-proxy');
    expect(spec.type).toBe('NodePort');
    expect(spec.ports.map(({ nodePort }: { nodePort: number }) => nodePort)).toEqual([30080, 30443]);
    expect(only(writtenManifests(stack, 'control-plane'), 'Deployment').spec.template.spec.nodeSelector).not.toHaveProperty([
      'eks.amazonaws.com/compute-type',
    ]);
  });

  it('have no load balancers of AWS: neither for consumers nor for tunnels', () => {
    const stack = testStack();
    const { cluster, nodes } = site(stack);
    const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
    const target = EksTarget.hybridNodes(nodes, { exposure: Exposure.internalLoadBalancer() });
    expect(() => controlPlane.addDataPlane('PlantPlane', { target })).toThrow(
      'exposure: got network-load-balancer, expected clusterIp or nodePort, which hybrid nodes have',
    );
    expect(() => controlPlane.addDataPlane('CloudPlane', { target: EksTarget.cluster(cluster, { exposure: Exposure.nodePort() }) }))
      .toThrow('exposure: got node-port, expected clusterIp, internalLoadBalancer or internetLoadBalancer, which EKS has');
  });
});
