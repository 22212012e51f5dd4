/**
 * A rolling update behind a load balancer always leaves a healthy target: new nodes count when the load balancer sends
 * to them, old ones serve until it sends nothing any more. What is compared are numbers of one template with others of
 * it, and with how long a Network Load Balancer takes.
 */
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  AutoScalingGroupTarget, ClusterCompute, EcsTarget, EksAnywhereTarget, EksTarget, Exposure, GatewayEngine,
} from '../../src';
import type { CloudClusterProps, GatewayTarget } from '../../src';
import { environment, only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';
import type { Manifest } from './sample';

/** For which a load balancer opens connections to a target that was deregistered (containers-roadmap #470). */
const NLB_STOPS_SENDING = 120;

/** Seconds in which requests that run when a node stops are finished. */
const REQUESTS_END = 30;

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';

/** Attributes of the target groups that the controller makes. */
function attributes(service: Pick<Manifest, 'metadata'>): Record<string, string> {
  return Object.fromEntries(service.metadata.annotations![`${PREFIX}target-group-attributes`].split(',').map((pair) => pair.split('=')));
}

/** Seconds after which a load balancer that asks the status API sends nothing to a node that is not ready. */
function checkSeconds({ metadata }: Pick<Manifest, 'metadata'>): number {
  const number = (name: string) => Number(metadata.annotations![`${PREFIX}healthcheck-${name}`]);
  return number('interval') * number('unhealthy-threshold');
}

const NODE_GROUPS = ClusterCompute.nodeGroups({ name: 'gateways' });

describe.each<[string, Partial<CloudClusterProps>, string, string]>([
  ['Auto Mode', {}, 'eks.amazonaws.com/pod-readiness-gate-inject', 'elbv2.k8s.aws/pod-readiness-gate-inject'],
  ['node groups', { compute: NODE_GROUPS }, 'elbv2.k8s.aws/pod-readiness-gate-inject', 'eks.amazonaws.com/pod-readiness-gate-inject'],
])('on EKS with %s', (_title, props, label, foreign) => {
  const stack = testStack();
  const target = EksTarget.cluster(testCluster(stack, props));
  testControlPlane(stack, { target }).addDataPlane('Plane', { target });

  it.each([['plane', ['plane-proxy']], ['control-plane', ['control-plane-cluster', 'control-plane-clustertelemetry']]])(
    'the pods of %s come when the load balancer sends to them, and go when it does not',
    (plane, balanced) => {
      const manifests = writtenManifests(stack, plane);
      const { labels } = only(manifests, 'Namespace').metadata;
      expect(labels[label]).toBe('enabled');
      expect(labels[foreign]).toBeUndefined();
      const deployment = only(manifests, 'Deployment');
      const { strategy, template } = deployment.spec;
      expect(strategy.rollingUpdate).toEqual({ maxSurge: '50%', maxUnavailable: 0 });
      expect(only(manifests, 'PodDisruptionBudget').spec.maxUnavailable).toBe(1);
      const drain = Number((environment(deployment).HYBRIDGE_DRAIN_SECONDS as { value: string }).value);
      for (const name of balanced) {
        const service = only(manifests, 'Service', name);
        const delay = Number(attributes(service)['deregistration_delay.timeout_seconds']);
        expect(delay).toBeGreaterThanOrEqual(NLB_STOPS_SENDING);
        expect(drain).toBeGreaterThan(delay);
        expect(drain).toBeGreaterThan(checkSeconds(service));
      }
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + REQUESTS_END);
    },
  );
});

it('an imported cluster gets the label of its controller, and both where the class is unknown', () => {
  const labelsWith = (loadBalancerClass?: string) => {
    const stack = testStack();
    const { cluster } = testCluster(stack);
    testControlPlane(stack, { target: EksTarget.existingCluster(cluster, { loadBalancerClass }) });
    const { labels } = only(writtenManifests(stack, 'control-plane'), 'Namespace').metadata;
    return Object.keys(labels).filter((name) => name.endsWith('/pod-readiness-gate-inject'));
  };
  expect(labelsWith()).toEqual(['eks.amazonaws.com/pod-readiness-gate-inject']);
  expect(labelsWith('service.k8s.aws/nlb')).toEqual(['elbv2.k8s.aws/pod-readiness-gate-inject']);
  expect(labelsWith('acme.example/nlb').sort()).toEqual([
    'eks.amazonaws.com/pod-readiness-gate-inject', 'elbv2.k8s.aws/pod-readiness-gate-inject',
  ]);
});

it('pods of Kong drain as long, before Kong quits', () => {
  const stack = testStack();
  const target = EksTarget.cluster(testCluster(stack));
  testControlPlane(stack, { target, engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }) }).addDataPlane('Plane', { target });
  const charts = Object.values<any>(Template.fromStack(stack).findResources('Custom::AWSCDK-EKS-HelmChart'));
  const plane = charts.map(({ Properties: { Values } }) => Values).find((values) => JSON.stringify(values).includes('data_plane'));
  const values = JSON.parse(plane['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'x').join(''));
  const [, , wait, timeout] = values.lifecycle.preStop.exec.command;
  const drain = Number(/^--wait=(\d+)$/.exec(wait)![1]);
  expect(drain).toBeGreaterThan(Number(attributes({ metadata: values.proxy })['deregistration_delay.timeout_seconds']));
  expect(values.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + Number(/^--timeout=(\d+)$/.exec(timeout)![1]));
  expect(values.updateStrategy.rollingUpdate).toEqual({ maxSurge: '50%', maxUnavailable: 0 });
  const { labels } = only(writtenManifests(stack, 'plane'), 'Namespace').metadata;
  expect(labels['eks.amazonaws.com/pod-readiness-gate-inject']).toBe('enabled');
});

it('without a Network Load Balancer pods neither wait for one nor drain for it', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const target = EksTarget.cluster(cluster, { exposure: Exposure.clusterIp() });
  testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('Plane', { target });
  const manifests = writtenManifests(stack, 'plane');
  expect(Object.keys(only(manifests, 'Namespace').metadata.labels).filter((name) => name.includes('readiness'))).toEqual([]);
  expect(environment(only(manifests, 'Deployment')).HYBRIDGE_DRAIN_SECONDS).toEqual({ value: '15' });
  expect(only(manifests, 'Deployment').spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
});

/** A data plane on machines or tasks of a VPC. */
function inVpc(make: (stack: Stack, vpc: Vpc) => GatewayTarget): Template {
  const stack = testStack();
  const cluster = testCluster(stack);
  testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('Plane', { target: make(stack, cluster.vpc as Vpc) });
  return Template.fromStack(stack);
}

function properties(template: Template, type: string): any[] {
  return Object.values<any>(template.findResources(type)).map((resource) => resource.Properties);
}

/** Deregistration delays of the target groups, in seconds. */
function delays(template: Template): readonly number[] {
  return properties(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').map(({ TargetGroupAttributes }) =>
    Number(TargetGroupAttributes.find(({ Key }: any) => Key === 'deregistration_delay.timeout_seconds').Value));
}

describe('on ECS', () => {
  it('tasks end when the load balancer sends nothing any more, and no task fewer serves', () => {
    const template = inVpc((_, vpc) => EcsTarget.fargate(vpc));
    const [{ ContainerDefinitions: [container] }] = properties(template, 'AWS::ECS::TaskDefinition');
    const drain = Number(container.Environment.find(({ Name }: any) => Name === 'HYBRIDGE_DRAIN_SECONDS').Value);
    expect(delays(template)).toHaveLength(2);
    for (const delay of delays(template)) {
      expect(delay).toBeGreaterThanOrEqual(NLB_STOPS_SENDING);
      expect(container.StopTimeout).toBeGreaterThanOrEqual(delay);
    }
    expect(container.StopTimeout).toBeGreaterThanOrEqual(drain + REQUESTS_END);
    // More is refused on Fargate.
    expect(container.StopTimeout).toBeLessThanOrEqual(120);
    const [service] = properties(template, 'AWS::ECS::Service');
    expect(service.DeploymentConfiguration).toMatchObject({ MinimumHealthyPercent: 100, MaximumPercent: 200 });
  });

  it('an Application Load Balancer lets requests end that nodes would finish', () => {
    const arn = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b2c3d-0000-4000-8000-000000000000';
    const template = inVpc((stack, vpc) =>
      EcsTarget.fargate(vpc, { certificate: Certificate.fromCertificateArn(stack, 'Certificate', arn) }));
    const [{ ContainerDefinitions: [container] }] = properties(template, 'AWS::ECS::TaskDefinition');
    const [delay] = delays(template);
    expect(delay).toBeGreaterThanOrEqual(REQUESTS_END);
    expect(container.StopTimeout).toBeGreaterThanOrEqual(delay);
  });
});

describe('on instances', () => {
  const template = inVpc((_, vpc) => AutoScalingGroupTarget.vpc(vpc));
  const [group] = properties(template, 'AWS::AutoScaling::AutoScalingGroup');
  const [[id, { Properties: launch }]] = Object.entries<any>(template.findResources('AWS::EC2::LaunchTemplate'));
  const script = launch.LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'][1]
    .map((part: any) => typeof part === 'string' ? part : `<${part.Ref ?? 'value'}>`).join('');

  it('the old one ends when the load balancer sends to the new one in all its target groups', () => {
    expect(id).toBeDefined();
    const groups = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'));
    expect(groups).toHaveLength(2);
    const signal = script.indexOf('cfn-signal', script.indexOf('systemctl daemon-reload'));
    for (const name of groups) {
      const wait = script.indexOf(`aws elbv2 wait target-in-service --region 'eu-central-1' --target-group-arn '<${name}>'`);
      expect(wait).toBeGreaterThan(script.indexOf('/status/ready'));
      expect(signal === -1 || wait < signal).toBe(true);
    }
  });

  it('starts after the listeners: a target group without one calls no instance healthy', () => {
    const [resource] = Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    const listeners = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::Listener'));
    expect(resource.DependsOn).toEqual(expect.arrayContaining(listeners));
  });

  it('whatever replaces an instance starts the new one first', () => {
    expect(group.InstanceMaintenancePolicy).toEqual({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
    const [resource] = Object.values<any>(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(resource.UpdatePolicy.AutoScalingRollingUpdate.MinInstancesInService).toBe(Number(group.MinSize));
    expect(Number(group.MaxSize)).toBeGreaterThan(Number(group.MinSize));
  });

  it('is deregistered for as long as the load balancer still sends to it, before it stops', () => {
    for (const delay of delays(template)) expect(delay).toBeGreaterThanOrEqual(NLB_STOPS_SENDING);
    const [, seconds] = /docker stop --time (\d+) gateway/.exec(script)!;
    const [, drain] = /HYBRIDGE_DRAIN_SECONDS=(\d+)/.exec(script)!;
    expect(Number(seconds)).toBeGreaterThanOrEqual(Number(drain) + REQUESTS_END);
  });
});

describe('client addresses', () => {
  it('reach pods behind the proxy\'s load balancer, and nothing but the proxy\'s', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const target = EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('203.0.113.0/24') });
    testControlPlane(stack, { target: EksTarget.cluster(cluster) }).addDataPlane('Plane', { target });
    const proxy = only(writtenManifests(stack, 'plane'), 'Service');
    expect(attributes(proxy)['preserve_client_ip.enabled']).toBe('true');
    // The controller's security groups admit these and no others, whatever address packets carry.
    expect(proxy.spec.loadBalancerSourceRanges).toEqual(['203.0.113.0/24']);
    const policy = only(writtenManifests(stack, 'plane'), 'NetworkPolicy');
    const admitted = policy.spec.ingress.find(({ ports }: any) => ports.some(({ port }: any) => port === 8000));
    expect(admitted.from).toContainEqual({ ipBlock: { cidr: '0.0.0.0/0' } });
    // Data planes of the same cluster connect to it from the same machines: with their addresses they would be lost there.
    for (const name of ['control-plane-cluster', 'control-plane-clustertelemetry']) {
      expect(attributes(only(writtenManifests(stack, 'control-plane'), 'Service', name))['preserve_client_ip.enabled']).toBe('false');
    }
    // Headers that say otherwise are a consumer's own words.
    expect(environment(only(writtenManifests(stack, 'plane'), 'Deployment')).KONG_TRUSTED_IPS).toBeUndefined();
  });

  it('are given up on request, for pods that call the load balancer of their own cluster', () => {
    const stack = testStack();
    const target = EksTarget.cluster(testCluster(stack), { preserveClientAddresses: false });
    testControlPlane(stack, { target }).addDataPlane('Plane', { target });
    expect(attributes(only(writtenManifests(stack, 'plane'), 'Service'))['preserve_client_ip.enabled']).toBe('false');
  });

  it.each([
    ['ECS', (_: Stack, vpc: Vpc) => EcsTarget.fargate(vpc)],
    ['instances', (_: Stack, vpc: Vpc) => AutoScalingGroupTarget.vpc(vpc)],
  ])('reach %s', (_title, make) => {
    const groups = properties(inVpc(make), 'AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(groups).toHaveLength(2);
    for (const { TargetGroupAttributes } of groups) {
      expect(TargetGroupAttributes).toContainEqual({ Key: 'preserve_client_ip.enabled', Value: 'true' });
    }
  });

  it.each([
    ['nodePort', Exposure.nodePort(), undefined, 'Local'],
    ['metalLb', Exposure.metalLb('10.20.0.100-10.20.0.120'), undefined, 'Local'],
    ['metalLb, where they are not wanted', Exposure.metalLb('10.20.0.100-10.20.0.120'), false, 'Cluster'],
    // The sample has workers; kube-vip runs on the machines of the control plane, which have no pods of the plane.
    ['kubeVip', Exposure.kubeVip('10.20.0.12'), undefined, 'Cluster'],
  ])('on a site with %s', (_title, exposure, preserveClientAddresses, policy) => {
    const stack = testStack();
    const target = EksAnywhereTarget.cluster(testFactory(stack.node.root as never), {
      exposure, preserveClientAddresses, imageRepository: 'registry.acme.example/hybridge',
    });
    testControlPlane(stack).addDataPlane('Site', { target });
    expect(only(writtenManifests(stack, 'site'), 'Service').spec.externalTrafficPolicy).toBe(policy);
  });
});
