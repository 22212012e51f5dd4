import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AdminExposure,
  AutoScalingGroupTarget,
  CognitoIdentity,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
} from '../../src';
import { testCluster, testControlPlane, testFactory, testStack } from './sample';

const stack = testStack();
const cluster = testCluster(stack, { addons: [{ name: 'amazon-cloudwatch-observability' }] });
const certificate = Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-central-1:111122223333:certificate/0b1c');
const controlPlane = testControlPlane(stack, {
  target: EksTarget.cluster(cluster),
  adminExposure: AdminExposure.internalLoadBalancer({
    hostname: 'admin.acme.example',
    certificate,
    identity: new CognitoIdentity(stack, 'Administrators'),
    cidrs: ['10.20.0.0/16'],
  }),
});
const planes = {
  pods: controlPlane.addDataPlane('Pods', { target: EksTarget.cluster(cluster) }),
  inside: controlPlane.addDataPlane('Inside', { target: EksTarget.cluster(cluster, { exposure: Exposure.clusterIp() }) }),
  tasks: controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(cluster.vpc) }),
  shop: controlPlane.addDataPlane('Shop', { target: EcsTarget.fargate(cluster.vpc, { certificate }) }),
  machines: controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc) }),
  docker: controlPlane.addDataPlane('Docker', { target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' }) }),
  factory: controlPlane.addDataPlane('FactoryPlane', {
    target: EksAnywhereTarget.cluster(testFactory(stack), {
      imageRepository: 'registry.acme.example/hybridge',
      exposure: Exposure.nodePort(),
    }),
  }),
};

const METHODS = {
  running: 'metricRunningNodes',
  healthy: 'metricHealthyNodes',
  cpu: 'metricCpuUtilization',
  memory: 'metricMemoryUtilization',
  connections: 'metricConnections',
  requests: 'metricRequestCount',
  errors: 'metricServerErrorCount',
  latency: 'metricLatency',
} as const;

const named = ({ namespace, metricName, statistic, period }: Metric) => `${namespace} ${metricName} ${statistic} ${period.toSeconds()}`;

/** What CloudWatch has about a plane, by what its owner asks for; and why it has not. */
function answers(plane: keyof typeof planes) {
  return Object.fromEntries(Object.entries(METHODS).map(([name, method]) => {
    try {
      return [name, named(planes[plane][method]())];
    } catch (error) {
      return [name, (error as Error).message];
    }
  }));
}

const COUNTED = (method: string) =>
  expect.stringMatching(
    new RegExp(
      `^${method}: a Network Load Balancer counts no requests, expected an Application Load Balancer `
        + '\\(ECS and EC2 with certificate: ProxyCertificate.acm\\(\\)\\)',
    ),
  );
const NO_REQUESTS = { requests: COUNTED(METHODS.requests), errors: COUNTED(METHODS.errors), latency: COUNTED(METHODS.latency) };

describe('metrics of a data plane', () => {
  it.each<[keyof typeof planes, object]>([
    ['pods', {
      running: 'ContainerInsights namespace_number_of_running_pods Average 60',
      healthy: expect.stringContaining('metricHealthyNodes: the controller of the cluster creates the target groups'),
      cpu: 'ContainerInsights pod_cpu_utilization_over_pod_limit Average 60',
      memory: 'ContainerInsights pod_memory_utilization_over_pod_limit Average 60',
      connections: 'AWS/NetworkELB ActiveFlowCount Maximum 60',
      ...NO_REQUESTS,
    }],
    ['tasks', {
      running: 'AWS/ECS CPUUtilization SampleCount 60',
      healthy: 'AWS/NetworkELB HealthyHostCount Minimum 60',
      cpu: 'AWS/ECS CPUUtilization Average 60',
      memory: 'AWS/ECS MemoryUtilization Average 60',
      connections: 'AWS/NetworkELB ActiveFlowCount Maximum 60',
      ...NO_REQUESTS,
    }],
    ['shop', {
      running: 'AWS/ECS CPUUtilization SampleCount 60',
      healthy: 'AWS/ApplicationELB HealthyHostCount Minimum 60',
      cpu: 'AWS/ECS CPUUtilization Average 60',
      memory: 'AWS/ECS MemoryUtilization Average 60',
      connections: 'AWS/ApplicationELB ActiveConnectionCount Sum 60',
      requests: 'AWS/ApplicationELB RequestCount Sum 60',
      errors: 'AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum 60',
      latency: 'AWS/ApplicationELB TargetResponseTime p99 60',
    }],
    ['machines', {
      running: 'AWS/AutoScaling GroupInServiceInstances Average 60',
      healthy: 'AWS/NetworkELB HealthyHostCount Minimum 60',
      cpu: 'AWS/EC2 CPUUtilization Average 60',
      memory: expect.stringContaining('metricMemoryUtilization: Amazon EC2 does not measure the memory of instances'),
      connections: 'AWS/NetworkELB ActiveFlowCount Maximum 60',
      ...NO_REQUESTS,
    }],
  ])('are those that AWS publishes where it runs: %s', (plane, expected) => {
    expect(answers(plane)).toEqual(expected);
  });

  it.each<keyof typeof planes>(['docker', 'factory'])('are none outside AWS, and the error says where to look: %s', (plane) => {
    for (const answer of Object.values(answers(plane))) {
      expect(answer).toMatch(
        /CloudWatch measures nothing of a plane outside AWS: look at it with Prometheus, for which GatewayObservability/,
      );
    }
  });

  it('know a load balancer of the cluster\'s controller by name and id in its host', () => {
    const { Value: host } = { Value: stack.resolve(planes.pods.metricConnections().dimensions!.LoadBalancer) };
    const waiting = Template.fromStack(stack).findResources('Custom::AWSCDK-EKS-KubernetesObjectValue', {
      Properties: { ObjectName: 'pods-proxy' },
    });
    expect(Object.keys(waiting)).toHaveLength(1);
    const label = (hostname: string) => evaluate(host, { [Object.keys(waiting)[0]]: hostname });
    expect(label('k8s-pods-podsprox-0123456789-abcdef0123456789.elb.eu-central-1.amazonaws.com')).toBe(
      'net/k8s-pods-podsprox-0123456789/abcdef0123456789',
    );
  });

  it('say what is missing where the proxy has no load balancer', () => {
    expect(answers('inside').connections).toContain('metricConnections: the proxy has no load balancer');
  });

  it('take other statistics, periods and labels', () => {
    const metric = planes.tasks.metricCpuUtilization({ statistic: 'Maximum', period: Duration.minutes(5), label: 'busy' });
    expect(named(metric)).toBe('AWS/ECS CPUUtilization Maximum 300');
    expect(metric.label).toBe('busy');
  });

  it('are those of its own region, wherever they are shown', () => {
    expect(planes.machines.metricCpuUtilization().region).toBe('eu-central-1');
  });
});

describe('metrics of a control plane', () => {
  it('count connected data planes by their tunnels, whatever else is measured', () => {
    const plain = testControlPlane(testStack());
    expect(named(plain.metricConnectedDataPlanes())).toBe('AWS/NetworkELB ActiveFlowCount Maximum 60');
    for (const method of ['metricRunningNodes', 'metricCpuUtilization', 'metricMemoryUtilization'] as const) {
      expect(() => plain[method]()).toThrow(
        `${method}: nothing measures the pods of Cloud/Cluster, expected Container Insights: add { name: `
          + '\'amazon-cloudwatch-observability\' } to the addons of the cluster',
      );
    }
    expect(() => plain.metricHealthyNodes()).toThrow('metricHealthyNodes: the controller of the cluster creates the target groups');
  });

  it('are those of its pods, and of the load balancer of administrators', () => {
    const metrics = [
      controlPlane.metricRunningNodes(),
      controlPlane.metricCpuUtilization(),
      controlPlane.metricMemoryUtilization(),
      controlPlane.metricHealthyNodes(),
    ];
    expect(metrics.map(({ metricName }) => metricName)).toEqual([
      'namespace_number_of_running_pods', 'pod_cpu_utilization_over_pod_limit', 'pod_memory_utilization_over_pod_limit', 'HealthyHostCount',
    ]);
    expect(metrics[0].dimensions).toEqual({ ClusterName: cluster.cluster.clusterName, Namespace: 'control-plane' });
  });
});

it('gives the agent that measures pods its role', () => {
  const template = Template.fromStack(stack);
  const [{ Properties }] = Object.values<any>(
    template.findResources('AWS::EKS::Addon', { Properties: { AddonName: 'amazon-cloudwatch-observability' } }),
  );
  expect(Properties.PodIdentityAssociations).toMatchObject([{ ServiceAccount: 'cloudwatch-agent' }]);
  const role = template.toJSON().Resources[Properties.PodIdentityAssociations[0].RoleArn['Fn::GetAtt'][0]];
  expect(JSON.stringify(role.Properties.ManagedPolicyArns)).toContain('CloudWatchAgentServerPolicy');
});

/** What CloudFormation makes of an expression, given what resources answer. */
function evaluate(expression: any, answersOf: Readonly<Record<string, string>>): any {
  if (typeof expression !== 'object') return expression;
  const [[name, argument]] = Object.entries<any>(expression);
  switch (name) {
    case 'Fn::GetAtt': return answersOf[argument[0]];
    case 'Fn::Split': return evaluate(argument[1], answersOf).split(argument[0]);
    case 'Fn::Select': return evaluate(argument[1], answersOf)[argument[0]];
    case 'Fn::Join': return argument[1].map((part: any) => evaluate(part, answersOf)).join(argument[0]);
    default: throw new Error(name);
  }
}
