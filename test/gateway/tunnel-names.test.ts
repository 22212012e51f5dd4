/** Names of the user's for the tunnels: in records, certificates and every plane. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayEngine,
  Trust,
} from '../../src';
import type { GatewayControlPlaneProps, TunnelNames } from '../../src';
import { createdBefore, idsOf } from './depends-on';
import { environment, only, testCluster, testControlPlane, testFactory, testStack, topologyEntry, writtenManifests } from './sample';

const VALUE = 'Custom::AWSCDK-EKS-KubernetesObjectValue';
const hostname = 'tunnel.gateways.acme.example';
const imageRepository = 'registry.acme.example/hybridge';

function zone(stack: Stack) {
  return HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789', zoneName: 'gateways.acme.example' });
}

function named(props: Partial<GatewayControlPlaneProps> = {}, names: Partial<TunnelNames> = {}) {
  const stack = testStack();
  const controlPlane = testControlPlane(stack, { tunnel: { hostname, hostedZone: zone(stack), ...names }, ...props });
  return { stack, controlPlane };
}

describe('records in a hosted zone', () => {
  const { stack } = named();
  const template = Template.fromStack(stack);

  it.each([
    [hostname, 'ControlPlaneTunnelHost'],
    [`telemetry.${hostname}`, 'ControlPlaneTelemetryHost'],
  ])('lead %s to its load balancer', (name, host) => {
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: `${name}.`,
      Type: 'A',
      AliasTarget: { DNSName: { 'Fn::GetAtt': [Match.stringLikeRegexp(host), 'Value'] }, HostedZoneId: 'Z3F0SRJ5LGBH90' },
    });
  });

  it('exist before data planes start', () => {
    const other = named();
    other.controlPlane.addDataPlane('Edge', {
      target: EksTarget.cluster(testCluster(new Stack(other.stack.node.root as App, 'Edge', {
        env: { region: 'eu-central-1' },
      }))),
    });
    const resources = Template.fromStack(other.stack);
    const [pods] = idsOf(resources, 'Custom::AWSCDK-EKS-KubernetesResource', 'EdgeWorkload');
    const records = idsOf(resources, 'AWS::Route53::RecordSet');
    expect(records).toHaveLength(2);
    for (const record of records) expect(createdBefore(resources, pods)).toContain(record);
  });
});

describe('names without a zone', () => {
  it('are outputs for people, and data planes wait longer for them', () => {
    const { stack, controlPlane } = named({}, { hostedZone: undefined, telemetryHostname: 'telemetry.acme.example' });
    const { vpc } = testCluster(new Stack(stack.node.root as App, 'Edge', { env: { region: 'eu-central-1' } }));
    controlPlane.addDataPlane('Edge', { target: EcsTarget.fargate(vpc) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    const values = Object.values<any>(template.findOutputs('*')).map(({ Value }) => JSON.stringify(Value));
    expect(values).toContainEqual(expect.stringMatching(/"tunnel\.gateways\.acme\.example CNAME ".*TunnelHost/));
    expect(values).toContainEqual(expect.stringMatching(/"telemetry\.acme\.example CNAME ".*TelemetryHost/));
    template.hasResourceProperties('AWS::ECS::Service', { HealthCheckGracePeriodSeconds: 1800 });
  });
});

describe('the names in planes', () => {
  const { stack, controlPlane } = named();
  const { vpc } = stack.node.findChild('Cluster') as ReturnType<typeof testCluster>;
  const virginia = testStack('us-east-1', stack.node.root as App, 'Virginia');
  controlPlane.addDataPlane('Site', {
    target: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), { imageRepository, exposure: Exposure.nodePort() }),
  });
  controlPlane.addDataPlane('Tasks', { target: EcsTarget.fargate(vpc) });
  controlPlane.addDataPlane('Machines', { target: AutoScalingGroupTarget.vpc(vpc) });
  controlPlane.addDataPlane('Laptop', { target: DockerTarget.compose({ imageRepository }) });
  controlPlane.addDataPlane('Virginia', { target: EksTarget.cluster(testCluster(virginia)) });

  it.each(['site', 'tasks', 'machines', 'laptop', 'virginia'])('of %s are those, and no load balancer is named', (plane) => {
    const { settings } = topologyEntry(stack, plane);
    expect(settings.KONG_CLUSTER_CONTROL_PLANE).toBe(`${hostname}:8005`);
    expect(settings.KONG_CLUSTER_TELEMETRY_ENDPOINT).toBe(`telemetry.${hostname}:8006`);
  });

  it('are text on sites, which need no parameter for them', () => {
    const env = environment(only(writtenManifests(stack, 'site'), 'Deployment'));
    expect(env.KONG_CLUSTER_CONTROL_PLANE).toEqual({ value: `${hostname}:8005` });
    expect(Object.keys(Template.fromStack(stack).findResources('AWS::SSM::Parameter', {
      Properties: { Name: Match.stringLikeRegexp('kong_cluster') },
    }))).toEqual([]);
  });

  it('cross regions as text: nothing refers to the load balancers', () => {
    const text = JSON.stringify(Template.fromStack(virginia).toJSON());
    expect(text).not.toContain('TunnelHost');
    expect(text).not.toContain('cdk/exports');
    expect(text).toContain(`${hostname}:8005`);
    expect(virginia.dependencies).toContain(stack);
  });
});

describe('the names in certificates', () => {
  it.each<[string, () => Trust]>([
    ['cert-manager', () => Trust.certManager({ issuerName: 'gateways' })],
    ['AWS Private CA', () => Trust.privateCa()],
  ])('of %s are beside the one that data planes expect', (_, trust) => {
    const { stack } = named({ trust: trust() });
    expect(only(writtenManifests(stack, 'control-plane'), 'Certificate').spec.dnsNames).toEqual([
      'control-plane.control-plane.hybridge.internal', hostname, `telemetry.${hostname}`,
    ]);
  });

  it('of an existing authority are what data planes expect by default', () => {
    const authority = readFileSync(join(__dirname, '..', '..', 'examples', 'konnect-style', 'authority.pem'), 'utf8');
    const expected = (tunnel?: TunnelNames) => {
      const stack = testStack();
      const secret = (name: string) => Secret.fromSecretNameV2(stack, name, `gateways/${name}`);
      const trust = Trust.existingPki({ authority, controlPlane: secret('control-plane'), dataPlanes: { laptop: secret('laptop') } });
      testControlPlane(stack, { trust, tunnel }).addDataPlane('Laptop', { target: DockerTarget.compose({ imageRepository }) });
      return topologyEntry(stack, 'laptop').settings;
    };
    expect(() => expected()).toThrow('serverName: got none');
    const settings = expected({ hostname });
    expect(settings.KONG_CLUSTER_CONTROL_PLANE).toBe(`${hostname}:8005`);
    expect(settings).not.toHaveProperty('KONG_CLUSTER_SERVER_NAME');
  });
});

describe('another load balancer', () => {
  const hosts = (props: Partial<GatewayControlPlaneProps>) => {
    const stack = testStack();
    testControlPlane(stack, props);
    const found = Template.fromStack(stack).findResources(VALUE, { Properties: { ObjectType: 'service' } });
    return Object.values<any>(found).map(({ Properties: { ObjectName } }) => ObjectName).sort();
  };

  it('is waited for when a tunnel becomes public, instead of what the status of the old one says', () => {
    expect(hosts({})).toEqual(['control-plane-cluster', 'control-plane-clustertelemetry']);
    expect(hosts({ tunnelCidrs: ['198.51.100.0/24'] })).toEqual(['control-plane-cluster-pub', 'control-plane-clustertelemetry-pub']);
  });

  it('has the name that Kong\'s chart gives it', () => {
    const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
    expect(hosts({ engine, tunnelCidrs: ['198.51.100.0/24'] })).toEqual(['control-plane-cluster', 'control-plane-clustertelemetry']);
  });
});

describe('names that cannot be', () => {
  it.each<[Partial<TunnelNames>, string]>([
    [{ hostname: 'Tunnel' }, 'Cloud/ControlPlane: tunnel.hostname: got "Tunnel", expected a full name'],
    [{ hostname: Token.asString({ Ref: 'Name' }) }, 'tunnel.hostname: got a value known only after deployment, expected a literal'],
    [{ telemetryHostname: hostname }, `tunnel.telemetryHostname: got "${hostname}", the same as hostname`],
    [{ telemetryHostname: 'x' }, 'tunnel.telemetryHostname: got "x", expected a full name'],
    [{ hostname: 'tunnel.other.example' }, 'tunnel.hostedZone: got gateways.acme.example, which tunnel.other.example is not in'],
    [{ telemetryHostname: 't.other.example' }, 'tunnel.hostedZone: got gateways.acme.example, which t.other.example is not in'],
  ])('are refused: %j', (names, message) => {
    expect(() => named({}, names)).toThrow(message);
  });
});
