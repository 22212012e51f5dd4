/** Each defect of a first deployment in a small template, found; the same without it, accepted. */
import type { TemplateResource } from '../../projenrc/checks/rehearsal/world/assembly';
import { World } from '../../projenrc/checks/rehearsal/world/world';
import { CLUSTER, NAMESPACE, att, balancer, creating, job, look, manifest, object, pods, ref, stack } from './rehearsal/small-templates';
import type { Resources } from './rehearsal/small-templates';

interface Case {
  readonly rule: string;
  readonly broken: Resources;
  /** What is added or replaced. */
  readonly fix: Resources;
}

const policy = (role: string): TemplateResource => ({ Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'P', Roles: [ref(role)] } });
const role: TemplateResource = { Type: 'AWS::IAM::Role', Properties: {} };
const handler = (more: object = {}, dependsOn: readonly string[] = []): TemplateResource => ({
  Type: 'AWS::Lambda::Function', Properties: { Role: att('Role'), ...more } as never, DependsOn: dependsOn,
});
const custom = (more: object = {}, dependsOn: readonly string[] = []): TemplateResource => ({
  Type: 'Custom::Thing', Properties: { ServiceToken: att('Handler'), ...more } as never, DependsOn: dependsOn,
});

const NETWORK: Resources = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: {} },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc') } },
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
  Association: { Type: 'AWS::EC2::SubnetRouteTableAssociation', Properties: { SubnetId: ref('Subnet'), RouteTableId: ref('Table') } },
  Nat: { Type: 'AWS::EC2::NatGateway', Properties: {} },
  Route: {
    Type: 'AWS::EC2::Route', Properties: { RouteTableId: ref('Table'), DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: ref('Nat') },
  },
};
const WAY_OUT = ['Route', 'Association'];

const group = (dependsOn: readonly string[] = []): TemplateResource => ({
  Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { VPCZoneIdentifier: [ref('Subnet')] }, DependsOn: dependsOn,
});

const DATABASE: Resources = {
  Database: { Type: 'AWS::RDS::DBCluster', Properties: {} },
  Writer: { Type: 'AWS::RDS::DBInstance', Properties: { DBClusterIdentifier: ref('Database') } },
};
const endpoint = { host: att('Database', 'Endpoint.Address') };
const PG = { KONG_PG_HOST: '<host>' };

const CONTROL_PLANE: Resources = {
  ...CLUSTER,
  Space: manifest([NAMESPACE, balancer('tunnel')]),
  Planes: manifest([pods('control')], { DependsOn: ['Space'] }),
  Host: look('service', 'tunnel', '.status.loadBalancer.ingress[0].hostname', { DependsOn: ['Space'] }),
};
const ADDRESS = { 'Fn::Join': ['', [att('Host', 'Value'), ':8005']] };

const task = (Value: object | string): TemplateResource => ({
  Type: 'AWS::ECS::TaskDefinition', Properties: {
    ContainerDefinitions: [{
      Environment: [{
        Name: 'KONG_CLUSTER_CONTROL_PLANE',
        Value,
      }],
    }],
  } as never,
});
const service = (more: object = {}, dependsOn: readonly string[] = []): TemplateResource => ({
  Type: 'AWS::ECS::Service',
  Properties: {
    TaskDefinition: ref('Task'), LoadBalancers: [{ TargetGroupArn: ref('Targets') }], HealthCheckGracePeriodSeconds: 60,
    DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true } }, ...more,
  } as never,
  DependsOn: ['Listener', ...dependsOn],
});
const BALANCED: Resources = {
  Targets: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { HealthCheckIntervalSeconds: 10, UnhealthyThresholdCount: 2 } },
  Listener: { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { DefaultActions: [{ TargetGroupArn: ref('Targets') }] } },
};

const script = (seconds: number) => ({
  'Fn::Base64': {
    'Fn::Join': [
      '',
      [
        '#!/bin/bash\nKONG_CLUSTER_CONTROL_PLANE=',
        ADDRESS,
        `\ntimeout ${seconds} bash -c 'until curl --fail localhost; do sleep 2; done'\n`,
      ],
    ],
  },
});
const machines = (seconds: number): Resources => ({
  Template: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { UserData: script(seconds) } } as never },
  Machines: {
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: { LaunchTemplate: { LaunchTemplateId: ref('Template') } },
    CreationPolicy: { ResourceSignal: { Timeout: 'PT50M' } },
  },
});

const association = (more: Partial<TemplateResource> = {}): TemplateResource => ({
  Type: 'AWS::EKS::PodIdentityAssociation',
  Properties: { ClusterName: ref('Cluster'), Namespace: 'plane', ServiceAccount: 'plane', RoleArn: att('Role') } as never,
  ...more,
});
const account = object('ServiceAccount', 'v1', 'plane');
const withAccount = { serviceAccountName: 'plane' };
const mounting = { volumes: [{ csi: { driver: 'secrets-store.csi.k8s.io', volumeAttributes: { secretProviderClass: 'tunnel' } } }] };
const secretClass = object(
  'SecretProviderClass',
  'secrets-store.csi.x-k8s.io/v1',
  'tunnel',
  { spec: { parameters: { objects: '["hybridge/tunnel"]' } } },
);
const driver: TemplateResource = {
  Type: 'AWS::EKS::Addon', Properties: { ClusterName: ref('Cluster'), AddonName: 'aws-secrets-store-csi-driver-provider' },
};
const networkPolicy = object(
  'NetworkPolicy',
  'networking.k8s.io/v1',
  'plane',
  { spec: { podSelector: { matchLabels: { app: 'plane' } } } },
);
const scaler = object('HorizontalPodAutoscaler', 'autoscaling/v2', 'plane');
const chart = (Chart: string, more: object = {}, dependsOn: readonly string[] = []): TemplateResource => ({
  Type: 'Custom::AWSCDK-EKS-HelmChart',
  Properties: {
    ServiceToken: att('Kubectl'),
    ClusterName: ref('Cluster'),
    Chart,
    Release: 'release',
    Namespace: 'kube-system',
    ...more,
  } as never,
  DependsOn: dependsOn,
});

const CASES: readonly Case[] = [
  {
    rule: 'policy-before-call',
    broken: { Role: role, Policy: policy('Role'), Handler: handler(), Thing: custom() },
    fix: { Handler: handler({}, ['Policy']) },
  },
  {
    rule: 'network-before-call',
    broken: { ...NETWORK, Role: role, Handler: handler({ VpcConfig: { SubnetIds: [ref('Subnet')] } }), Thing: custom() },
    fix: { Thing: custom({}, WAY_OUT) },
  },
  {
    rule: 'door-before-call',
    broken: {
      Role: role,
      Handler: handler({ VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: [att('Client', 'GroupId')] } }),
      Client: { Type: 'AWS::EC2::SecurityGroup', Properties: {} },
      Server: { Type: 'AWS::EC2::SecurityGroup', Properties: {} },
      Door: {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { GroupId: att('Server', 'GroupId'), SourceSecurityGroupId: att('Client', 'GroupId') } as never,
      },
      Domain: {
        Type: 'AWS::OpenSearchService::Domain',
        Properties: { VPCOptions: { SecurityGroupIds: [att('Server', 'GroupId')] } } as never,
      },
      Thing: custom({ Endpoint: att('Domain', 'DomainEndpoint') }),
    },
    fix: { Thing: custom({ Endpoint: att('Domain', 'DomainEndpoint') }, ['Door']) },
  },
  {
    rule: 'access-before-kubectl',
    broken: {
      ...CLUSTER,
      Access: { Type: 'AWS::EKS::AccessEntry', Properties: { ClusterName: ref('Cluster'), PrincipalArn: att('KubectlRole') } as never },
      Space: manifest([NAMESPACE]),
    },
    fix: { Space: manifest([NAMESPACE], { DependsOn: 'Access' }) },
  },
  { rule: 'network-before-start', broken: { ...NETWORK, Group: group() }, fix: { Group: group(WAY_OUT) } },
  {
    rule: 'network-before-start',
    broken: { Vpc: NETWORK.Vpc!, Subnet: NETWORK.Subnet!, Group: group() },
    fix: { Endpoint: { Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcId: ref('Vpc') } }, Group: group(['Endpoint']) },
  },
  {
    rule: 'policy-before-use',
    broken: {
      Role: role,
      Policy: policy('Role'),
      Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { ExecutionRoleArn: att('Role') } as never },
      Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: ref('Task') } },
    },
    fix: { Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: ref('Task') }, DependsOn: ['Policy'] } },
  },
  {
    rule: 'namespace-first',
    broken: { ...CLUSTER, Pods: manifest([pods('plane'), NAMESPACE]) },
    fix: { Pods: manifest([NAMESPACE, pods('plane')]) },
  },
  {
    rule: 'namespace-first',
    broken: { ...CLUSTER, Space: manifest([NAMESPACE]), Pods: manifest([pods('plane')]) },
    fix: { Pods: manifest([pods('plane')], { DependsOn: 'Space' }) },
  },
  {
    rule: 'nodes-for-pods',
    broken: {
      ...CLUSTER,
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: {} },
      Pods: manifest([NAMESPACE, pods('plane')]),
    },
    fix: { Nodes: { Type: 'AWS::EKS::Nodegroup', Properties: { ClusterName: ref('Cluster') } } },
  },
  {
    rule: 'identity-before-pods',
    broken: { ...CLUSTER, Role: role, Identity: association(), Pods: manifest([NAMESPACE, account, pods('plane', {}, withAccount)]) },
    fix: { Pods: manifest([NAMESPACE, account, pods('plane', {}, withAccount)], { DependsOn: 'Identity' }) },
  },
  {
    rule: 'identity-agent',
    broken: {
      ...CLUSTER,
      Role: role,
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: {} },
      Nodes: { Type: 'AWS::EKS::Nodegroup', Properties: { ClusterName: ref('Cluster') } },
      Identity: association(),
      Pods: manifest([NAMESPACE, account, pods('plane', {}, withAccount)], { DependsOn: 'Identity' }),
    },
    fix: { Agent: { Type: 'AWS::EKS::Addon', Properties: { ClusterName: ref('Cluster'), AddonName: 'eks-pod-identity-agent' } } },
  },
  {
    rule: 'account-before-pods',
    broken: { ...CLUSTER, Pods: manifest([NAMESPACE, pods('plane', {}, withAccount)]) },
    fix: { Pods: manifest([NAMESPACE, account, pods('plane', {}, withAccount)]) },
  },
  {
    rule: 'volume-for-pods',
    broken: { ...CLUSTER, Driver: driver, Pods: manifest([NAMESPACE, pods('plane', {}, mounting)], { DependsOn: 'Driver' }) },
    fix: { Pods: manifest([NAMESPACE, secretClass, pods('plane', {}, mounting)], { DependsOn: 'Driver' }) },
  },
  {
    rule: 'kind-known',
    broken: { ...CLUSTER, Driver: driver, Pods: manifest([NAMESPACE, secretClass]) },
    fix: { Pods: manifest([NAMESPACE, secretClass], { DependsOn: 'Driver' }) },
  },
  {
    rule: 'policy-before-pods',
    broken: { ...CLUSTER, Pods: manifest([NAMESPACE, pods('plane'), networkPolicy]) },
    fix: { Pods: manifest([NAMESPACE, networkPolicy, pods('plane')]) },
  },
  {
    rule: 'metrics-for-scaling',
    broken: { ...CLUSTER, Pods: manifest([NAMESPACE, pods('plane'), scaler]) },
    fix: { Metrics: { Type: 'AWS::EKS::Addon', Properties: { ClusterName: ref('Cluster'), AddonName: 'metrics-server' } } },
  },
  {
    rule: 'database-before-clients',
    // The cluster of databases is complete before any of its instances answers.
    broken: {
      ...CLUSTER,
      ...DATABASE,
      Space: manifest([NAMESPACE]),
      Pods: manifest([pods('control', PG)], { DependsOn: ['Space'] }, endpoint),
    },
    fix: { Pods: manifest([pods('control', PG)], { DependsOn: ['Space', 'Writer'] }, endpoint) },
  },
  {
    rule: 'door-to-database',
    broken: {
      ...CLUSTER,
      Group: { Type: 'AWS::EC2::SecurityGroup', Properties: {} },
      Door: {
        Type: 'AWS::EC2::SecurityGroupIngress',
        Properties: { GroupId: att('Group', 'GroupId'), SourceSecurityGroupId: att('Cluster', 'ClusterSecurityGroupId') } as never,
      },
      Database: { Type: 'AWS::RDS::DBInstance', Properties: { VPCSecurityGroups: [att('Group', 'GroupId')] } as never },
      Pods: manifest([NAMESPACE, pods('control', PG)], { DependsOn: ['Database'] }, endpoint),
    },
    fix: { Pods: manifest([NAMESPACE, pods('control', PG)], { DependsOn: ['Database', 'Door'] }, endpoint) },
  },
  {
    rule: 'migrations-before-planes',
    broken: {
      ...CLUSTER,
      ...DATABASE,
      Space: manifest([NAMESPACE], { DependsOn: 'Writer' }),
      Job: manifest([job('up', PG)], { DependsOn: 'Space' }, endpoint),
      Pods: manifest([pods('control', PG)], { DependsOn: ['Job'] }, endpoint),
    },
    fix: {
      Migrated: look('job', 'up', '.status.succeeded', { DependsOn: 'Job' }),
      Pods: manifest([pods('control', PG)], { DependsOn: ['Migrated'] }, endpoint),
    },
  },
  {
    rule: 'wait-covers',
    broken: {
      ...CLUSTER,
      Space: manifest([NAMESPACE, job('up')]),
      Migrated: look('job', 'up', '.status.succeeded', { DependsOn: 'Space' }, 120),
    },
    fix: { Migrated: look('job', 'up', '.status.succeeded', { DependsOn: 'Space' }, 780) },
  },
  {
    rule: 'job-in-time',
    broken: { ...CLUSTER, Space: manifest([NAMESPACE, job('up', {}, { activeDeadlineSeconds: 120 })]) },
    fix: { Space: manifest([NAMESPACE, job('up', {}, { activeDeadlineSeconds: 900 })]) },
  },
  {
    rule: 'control-plane-before-planes',
    broken: { ...CONTROL_PLANE, ...BALANCED, Task: task(ADDRESS), Service: service() },
    fix: {
      Ready: look('deployment', 'control', '.status.conditions[?(@.reason=="NewReplicaSetAvailable")].status', { DependsOn: 'Planes' }),
      Service: service({ HealthCheckGracePeriodSeconds: 600 }, ['Ready']),
    },
  },
  {
    // Pods that are ready are not behind a healthy load balancer yet: the grace period has to cover the rest.
    rule: 'control-plane-before-planes',
    broken: {
      ...CONTROL_PLANE,
      ...BALANCED,
      Task: task(ADDRESS),
      Ready: look('deployment', 'control', '.status.conditions[?(@.reason=="NewReplicaSetAvailable")].status', { DependsOn: 'Planes' }),
      Service: service({ HealthCheckGracePeriodSeconds: 0 }, ['Ready']),
    },
    fix: { Service: service({ HealthCheckGracePeriodSeconds: 600 }, ['Ready']) },
  },
  {
    rule: 'control-plane-before-planes',
    broken: { ...CONTROL_PLANE, ...machines(60) },
    fix: machines(2000),
  },
  {
    rule: 'steady-in-time',
    broken: {
      ...CONTROL_PLANE,
      ...machines(2000),
      Machines: { ...machines(2000).Machines!, CreationPolicy: { ResourceSignal: { Timeout: 'PT5M' } } },
    },
    fix: machines(2000),
  },
  {
    rule: 'release-in-time',
    broken: {
      ...CLUSTER,
      Space: manifest([NAMESPACE]),
      Release: chart('kong', { Wait: true, Timeout: '60s', Namespace: 'plane' }, ['Space']),
    },
    fix: { Release: chart('kong', { Wait: true, Timeout: '780s', Namespace: 'plane' }, ['Space']) },
  },
  {
    rule: 'value-of-secret',
    broken: {
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'hybridge/tunnel' } },
      Role: role,
      Handler: handler(),
      Writer: custom({ SecretArn: ref('Secret') }),
      Task: {
        Type: 'AWS::ECS::TaskDefinition',
        Properties: { ContainerDefinitions: [{ Secrets: [{ Name: 'KEY', ValueFrom: ref('Secret') }] }] } as never,
      },
      Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: ref('Task') } },
    },
    fix: { Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: ref('Task') }, DependsOn: ['Writer'] } },
  },
  {
    rule: 'permission-before-rotation',
    broken: {
      Role: role,
      Handler: handler(),
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
      Permission: {
        Type: 'AWS::Lambda::Permission', Properties: { FunctionName: att('Handler'), Principal: 'secretsmanager.amazonaws.com' } as never,
      },
      Rotation: {
        Type: 'AWS::SecretsManager::RotationSchedule',
        Properties: { SecretId: ref('Secret'), RotationLambdaARN: att('Handler') } as never,
      },
    },
    fix: {
      Rotation: {
        Type: 'AWS::SecretsManager::RotationSchedule',
        Properties: { SecretId: ref('Secret'), RotationLambdaARN: att('Handler') } as never,
        DependsOn: 'Permission',
      },
    },
  },
  {
    rule: 'permission-for-caller',
    broken: {
      Role: role,
      Handler: handler(),
      Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: att('Handler') }] } as never },
    },
    fix: {
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { FunctionName: att('Handler'), Principal: 'events.amazonaws.com' } as never,
      },
    },
  },
  {
    rule: 'listener-before-service',
    broken: { ...BALANCED, Task: task('cp.example:8005'), Service: { ...service(), DependsOn: [] } },
    fix: { Service: service() },
  },
  {
    rule: 'capacity-before-service',
    broken: {
      Company: { Type: 'AWS::ECS::Cluster', Properties: {} },
      Capacity: { Type: 'AWS::ECS::CapacityProvider', Properties: {} },
      Providers: {
        Type: 'AWS::ECS::ClusterCapacityProviderAssociations',
        Properties: { Cluster: ref('Company'), CapacityProviders: [ref('Capacity')] },
      },
      Task: task('cp.example:8005'),
      Service: service({ LoadBalancers: [], Cluster: ref('Company'), CapacityProviderStrategy: [{ CapacityProvider: ref('Capacity') }] }),
    },
    fix: {
      Listener: BALANCED.Listener!,
      Targets: BALANCED.Targets!,
      Service: service(
        { LoadBalancers: [], Cluster: ref('Company'), CapacityProviderStrategy: [{ CapacityProvider: ref('Capacity') }] },
        ['Providers'],
      ),
    },
  },
  {
    rule: 'nodes-of-controller',
    broken: {
      ...CLUSTER,
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: {} },
      Nodes: { Type: 'AWS::EKS::Nodegroup', Properties: { ClusterName: ref('Cluster') } },
      Controller: chart('aws-load-balancer-controller'),
    },
    fix: { Controller: chart('aws-load-balancer-controller', {}, ['Nodes']) },
  },
  {
    rule: 'controller-of-balancers',
    broken: {
      ...CLUSTER,
      Cluster: { Type: 'AWS::EKS::Cluster', Properties: {} },
      Nodes: { Type: 'AWS::EKS::Nodegroup', Properties: { ClusterName: ref('Cluster') } },
      Controller: chart('aws-load-balancer-controller', {}, ['Nodes']),
      Space: manifest([
        NAMESPACE,
        object(
          'Service',
          'v1',
          'proxy',
          { spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'plane' } } },
        ),
        pods('plane'),
      ]),
    },
    fix: {
      Space: manifest(
        [
          NAMESPACE,
          object(
            'Service',
            'v1',
            'proxy',
            { spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'plane' } } },
          ),
          pods('plane'),
        ],
        { DependsOn: 'Controller' },
      ),
    },
  },
  {
    rule: 'network-of-balancers',
    broken: {
      ...CLUSTER,
      ...NETWORK,
      Cluster: { ...CLUSTER.Cluster!, Properties: { ...CLUSTER.Cluster!.Properties, ResourcesVpcConfig: { SubnetIds: [ref('Subnet')] } } },
      Gateway: { Type: 'AWS::EC2::VPCGatewayAttachment', Properties: { VpcId: ref('Vpc') } },
      Space: manifest([NAMESPACE, balancer('proxy'), pods('plane')]),
    },
    fix: { Space: manifest([NAMESPACE, balancer('proxy'), pods('plane')], { DependsOn: 'Gateway' }) },
  },
];

describe('a first deployment', () => {
  it.each(CASES.map(
    (entry, at) => [entry.rule, at, entry] as const,
  ))('finds %s (case %i), and accepts the fixed template', (rule, _, { broken, fix }) => {
    expect(creating(broken)).toContain(rule);
    expect(creating({ ...broken, ...fix })).toEqual([]);
  });

  it('finds what waits for something that comes only after it', () => {
    const resources: Resources = {
      ...CLUSTER,
      Space: manifest([NAMESPACE]),
      // Helm waits for pods, whose ConfigMap is applied when Helm is done.
      Release: chart('kong', { Wait: true, Timeout: '780s', Namespace: 'plane' }, ['Space']),
      Applied: look('deployment', 'late', '.status.readyReplicas', { DependsOn: 'Space' }),
      Late: manifest([pods('late')], { DependsOn: ['Applied'] }),
    };
    expect(creating(resources)).toEqual(['wait-covers']);
  });

  it('takes the stack before as complete, and its pods as perhaps not ready', () => {
    const before = stack('Before', {
      ...CLUSTER, Space: manifest([NAMESPACE, balancer('tunnel'), pods('control')]),
      Host: look('service', 'tunnel', '.status.loadBalancer.ingress[0].hostname', { DependsOn: ['Space'] }),
    }, { Outputs: { Host: { Value: att('Host', 'Value'), Export: { Name: 'Before:Host' } } } });
    const after = (seconds: number) => stack('After', {
      ...BALANCED,
      Task: task({ 'Fn::ImportValue': 'Before:Host' }),
      Service: service({ HealthCheckGracePeriodSeconds: seconds }),
    }, { after: ['Before'] });
    expect(creating(new World([before, after(30)]))).toEqual(['control-plane-before-planes']);
    expect(creating(new World([before, after(600)]))).toEqual([]);
  });
});
