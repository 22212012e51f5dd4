import { execFileSync } from 'node:child_process';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AutoScalingGroupTarget, CognitoIdentity, EksTarget, Exposure, OpenSearchLogs } from '../../src';
import type { AutoScalingGroupTargetOptions, GatewayDataPlaneOptions } from '../../src';
import { startFile, startScript } from './instance-files';
import { testCluster, testControlPlane, testStack, topologyEntry } from './sample';

function topology(options: AutoScalingGroupTargetOptions = {}, plane: Partial<GatewayDataPlaneOptions> = {}) {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  const identity = new CognitoIdentity(cloud, 'Identity');
  testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Machines', {
    target: AutoScalingGroupTarget.vpc(cluster.vpc, options),
    identity,
    hostname: 'apis.acme.example',
    ...plane,
  });
  return { cloud, template: Template.fromStack(cloud) };
}

describe('on instances', () => {
  const { cloud, template } = topology();
  const script = startScript(template);
  const unit = startFile(script, '/etc/systemd/system/hybridge.service');

  it('has the settings of any plane in a file', () => {
    const written = Object.fromEntries(
      startFile(script, '/etc/hybridge/plane.env')
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/, 2)),
    );
    expect(Object.keys(written)).toEqual(Object.keys(topologyEntry(cloud, 'machines').settings));
    expect(written).toMatchObject({
      KONG_ROLE: 'data_plane',
      KONG_CLUSTER_CERT: '/etc/hybridge/cluster/tls.crt',
      KONG_CLUSTER_CONTROL_PLANE: expect.stringMatching(/^<ControlPlaneTunnelHost.*>:8005$/),
    });
  });

  it('runs the image from the registry of the account, unprivileged, away from the role of the machine', () => {
    for (const option of ['--read-only', '--cap-drop ALL', '--security-opt no-new-privileges', '--user 10001:10001', '--pull never']) {
      expect(unit).toContain(option);
    }
    expect(unit).not.toMatch(/--network|--privileged|docker\.sock/);
    expect(unit).toContain('--volume /var/lib/hybridge-secrets/tunnel:/etc/hybridge/cluster:ro');
    expect(unit).toMatch(/<\$\{AWS::AccountId\}\.dkr\.ecr\..*>\nExecStop=\/usr\/bin\/docker stop --time 45 gateway\n/);
    template.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        BlockDeviceMappings: [{ Ebs: { Encrypted: true, VolumeType: 'gp3' } }],
        KeyName: Match.absent(),
      },
    });
  });

  it('consists of scripts that bash can read, below the limit of EC2', () => {
    for (const text of [script, startFile(script, '/usr/local/sbin/hybridge-image')]) execFileSync('bash', ['-n'], { input: text });
    expect(script.length).toBeLessThan(16_384);
  });

  it('may read its secrets, pull the image, write its log and be reached by Session Manager', () => {
    const [, policy] = Object.entries<any>(template.findResources('AWS::IAM::Policy')).find(([id]) => id.includes('MachinesRole'))!;
    const wide = policy.Properties.PolicyDocument.Statement.filter(({ Resource }: any) => Resource === '*').flatMap(
      ({ Action }: any) => Action,
    );
    expect(wide).toEqual([
      'ecr:GetAuthorizationToken',
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
      'elasticloadbalancing:DescribeTargetHealth',
    ]);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({ Statement: [Match.objectLike({ Principal: { Service: 'ec2.amazonaws.com' } })] }),
      ManagedPolicyArns: Match.absent(),
    });
  });

  it('is replaced one by one, each when its node is ready', () => {
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      Properties: {
        MinSize: '2',
        MaxSize: '4',
        DesiredCapacity: Match.absent(),
        HealthCheckType: 'ELB',
        TargetGroupARNs: [Match.anyValue(), Match.anyValue()],
      },
      CreationPolicy: { ResourceSignal: { Count: 2 } },
      UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 2, MaxBatchSize: 1, WaitOnResourceSignals: true } },
      DependsOn: Match.arrayWith(
        [Match.stringLikeRegexp('IdentityWebClientSecretSecretCopy'), Match.stringLikeRegexp('MachinesRoleDefaultPolicy')].reverse(),
      ),
    });
    const [id] = Object.keys(template.findResources('AWS::AutoScaling::AutoScalingGroup'));
    expect(script).toContain(`cfn-signal --stack Cloud --resource ${id} --region eu-central-1 -e $exitCode`);
    expect(script).toMatch(/until curl .* http:\/\/127\.0\.0\.1:8100\/status\/ready; do/);
  });

  it('is reached through a Network Load Balancer that asks for readiness', () => {
    for (const port of [8000, 8443]) {
      template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
        Port: port,
        Protocol: 'TCP',
        TargetType: 'instance',
        HealthCheckPort: '8100',
        HealthCheckPath: '/status/ready',
      });
    }
  });

  it('is in the topology', () => {
    expect(topologyEntry(cloud, 'machines')).toMatchObject({
      target: 'auto-scaling-group',
      region: 'eu-central-1',
      controlPlane: 'control-plane',
      manifests: [],
    });
  });
});

it('reads the secrets where they are from another region', () => {
  const cloud = testStack();
  const ohio = testStack('us-east-2', cloud.node.root as App, 'Ohio');
  const added = testControlPlane(cloud).addDataPlane('Ohio', { target: AutoScalingGroupTarget.vpc(new ec2.Vpc(ohio, 'Vpc')) });
  expect(Stack.of(added)).toBe(ohio);
  const template = Template.fromStack(ohio);
  expect(startScript(template)).toContain(
    '["tunnel","eu-central-1","hybridge/Cloud/control-plane/tunnel",{"tls.crt":"certificate","tls.key":"privateKey"}],',
  );
  expect(startScript(template)).toContain("get-login-password --region 'us-east-2'");
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain(':secret:hybridge/Cloud/control-plane/tunnel-??????');
});

describe('wrong properties', () => {
  it.each<[AutoScalingGroupTargetOptions, string]>([
    [{ maxReplicas: 2 }, 'maxReplicas: got 2, expected a whole number, at least 3, one more than the replicas of the plane'],
    [{ cpuPercent: 5 }, 'cpuPercent: got 5, expected a percentage from 10 to 90'],
    [{ instanceType: new ec2.InstanceType('c7g.large') }, 'instanceType: got c7g.large, which has an Arm processor, expected an x86 one'],
    [
      { exposure: Exposure.clusterIp() },
      'exposure: got cluster, expected internalLoadBalancer or internetLoadBalancer, which an Auto Scaling group has',
    ],
  ])('are refused: %j', (options, message) => {
    expect(() => topology(options)).toThrow(message);
  });

  it('are refused: a setting over two lines', () => {
    expect(() => topology({}, { settings: { KONG_NGINX_HTTP_INCLUDE: 'a\nb' } })).toThrow(
      'settings["KONG_NGINX_HTTP_INCLUDE"]: contains a line break, expected one line',
    );
  });

  it('are refused: logs', () => {
    const stack = testStack();
    const logs = new OpenSearchLogs(stack, 'Logs', { vpc: new ec2.Vpc(stack, 'Vpc') });
    expect(() => topology({}, { logs })).toThrow(
      'logs: the nodes cannot reach the role of their instance, expected logs with an ingest, which takes a token: set ingest: true',
    );
  });
});
