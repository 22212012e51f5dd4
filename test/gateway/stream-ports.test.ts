/** Ports for connections without HTTP, on each place that a data plane runs on; and the memory that its workers need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import { parseAllDocuments } from 'yaml';
import {
  AutoScalingGroupTarget, DockerTarget, EcsTarget, EksAnywhereTarget, EksTarget, Exposure, GatewayEngine, ProxyCertificate, StreamProtocol,
} from '../../src';
import type { GatewayDataPlaneOptions, StreamPort } from '../../src';
import { dataPlaneResources } from '../../src/gateway/private/plane/data-plane-resources';
import { testCluster, testControlPlane, testFactory, testStack } from './sample';

const imageRepository = 'registry.acme.example/hybridge';
const STREAM_PORTS: StreamPort[] = [
  { port: 9000 }, { port: 9443, protocol: StreamProtocol.TLS }, { port: 9053, protocol: StreamProtocol.UDP },
];

function setUp() {
  const stack = testStack();
  const cluster = testCluster(stack);
  return { stack, cluster, controlPlane: testControlPlane(stack, { target: EksTarget.cluster(cluster) }) };
}

describe('streamPorts', () => {
  const { stack, cluster, controlPlane } = setUp();
  const plane = (id: string, options: GatewayDataPlaneOptions) => controlPlane.addDataPlane(id, { streamPorts: STREAM_PORTS, ...options });
  const factory = testFactory(stack.node.root as App);
  plane('eks', { target: EksTarget.cluster(cluster) });
  plane('site', { target: EksAnywhereTarget.cluster(factory, { imageRepository, exposure: Exposure.clusterIp() }) });
  plane('ecs', { target: EcsTarget.fargate(cluster.vpc) });
  plane('machines', { target: AutoScalingGroupTarget.vpc(cluster.vpc) });
  plane('laptop', { target: DockerTarget.compose({ imageRepository }) });
  const folder = join((stack.node.root as App).synth().directory, 'hybridge');
  const template = Template.fromStack(stack);

  it.each(['eks', 'site'])('are ports of containers, Services and network policies on Kubernetes: %s', (name) => {
    const objects = manifests(name);
    const of = (kind: string) => objects.find((object) => (
      object.kind === kind && /(?:^|-)(?:proxy|eks|site)$/.test(object.metadata.name))).spec;
    const service = of('Service').ports.slice(2);
    expect(service).toEqual([
      { name: 'tcp-9000', port: 9000, protocol: 'TCP', targetPort: 'tcp-9000' },
      { name: 'tcp-9443', port: 9443, protocol: 'TCP', targetPort: 'tcp-9443' },
      { name: 'udp-9053', port: 9053, protocol: 'UDP', targetPort: 'udp-9053' },
    ]);
    const [container] = of('Deployment').template.spec.containers;
    expect(container.ports.slice(3).map(({ name: port, containerPort, protocol }: any) => [port, containerPort, protocol])).toEqual([
      ['tcp-9000', 9000, 'TCP'], ['tcp-9443', 9443, 'TCP'], ['udp-9053', 9053, 'UDP'],
    ]);
    expect(container.resources.requests.memory).toBe('384Mi');
    expect(container.env).toContainEqual({ name: 'KONG_STREAM_LISTEN', value: '0.0.0.0:9000, 0.0.0.0:9443 ssl, 0.0.0.0:9053 udp' });
    expect(of('NetworkPolicy').ingress[0].ports.slice(2)).toEqual([
      { protocol: 'TCP', port: 9000 }, { protocol: 'TCP', port: 9443 }, { protocol: 'UDP', port: 9053 },
    ]);
  });

  it('are listeners, target groups and rules of security groups on ECS and EC2', () => {
    for (const [port, protocol] of [[9000, 'TCP'], [9443, 'TCP'], [9053, 'UDP']] as const) {
      template.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::Listener', { Port: port, Protocol: protocol }, 2);
      template.resourcePropertiesCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', {
        Port: port, Protocol: protocol, HealthCheckProtocol: 'HTTP', HealthCheckPort: '8100',
      }, 2);
      const rule = { FromPort: port, ToPort: port, IpProtocol: protocol.toLowerCase() };
      template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', rule, 2);
      template.resourcePropertiesCountIs('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.arrayWith([Match.objectLike(rule)]) }, 2);
    }
  });

  it('are mapped into tasks and containers', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({
        PortMappings: Match.arrayWith([
          { ContainerPort: 9000, Protocol: 'tcp' }, { ContainerPort: 9443, Protocol: 'tcp' }, { ContainerPort: 9053, Protocol: 'udp' },
        ]),
      })],
    });
    expect(JSON.stringify(template.findResources('AWS::EC2::LaunchTemplate'))).toContain('--publish 9053:9053/udp');
    expect(readFileSync(join(folder, 'laptop', 'compose.yaml'), 'utf8')).toMatch(/- 9000:9000\/tcp\n[^]*- 9053:9053\/udp\n/);
  });

  function manifests(name: string): readonly any[] {
    if (name === 'site') {
      return ['1-foundation', '3-plane'].flatMap((file) => (
        parseAllDocuments(readFileSync(join(folder, name, `${file}.k8s.yaml`), 'utf8')).map((each) => each.toJS())));
    }
    return Object.values(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).flatMap(({ Properties }) => (
      JSON.parse(typeof Properties.Manifest === 'string' ? Properties.Manifest
        : Properties.Manifest['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'value').join(''))
    )).filter(({ metadata }) => metadata.namespace === name);
  }
});

describe('streamPorts are refused', () => {
  const twice = [{ port: 9000 }, { port: 9000, protocol: StreamProtocol.UDP }];
  const four = [9000, 9001, 9002, 9003].map((port) => ({ port }));

  it.each<[string, StreamPort[], Partial<GatewayDataPlaneOptions> | 'node-port' | 'ecs' | 'alb', RegExp]>([
    ['below 1024', [{ port: 443 }], {}, /streamPorts\[0\]\.port: got 443/],
    ['above 65535', [{ port: 70_000 }], {}, /streamPorts\[0\]\.port: got 70000, expected at most 65535/],
    ['that nodes use', [{ port: 8443 }], {}, /got 8443, which nodes use themselves/],
    ['twice', twice, {}, /streamPorts\[0\]|streamPorts\[1\]\.port: got 9000 twice/],
    ['beside the setting', [{ port: 9000 }], { settings: { KONG_STREAM_LISTEN: '0.0.0.0:1' } },
      /KONG_STREAM_LISTEN.*the construct sets it/],
    ['on node ports', [{ port: 9000 }], 'node-port', /streamPorts: Exposure\.nodePort\(\)/],
    ['more than three on ECS', four, 'ecs', /streamPorts: got 4, expected at most 3 on ECS/],
    ['behind an Application Load Balancer', [{ port: 9000 }], 'alb',
      /streamPorts: a certificate of ACM makes an Application Load Balancer/],
  ])('%s', (_what, streamPorts, given, message) => {
    const { stack, cluster, controlPlane } = setUp();
    const options = (): GatewayDataPlaneOptions => {
      if (given === 'node-port') {
        return { target: EksAnywhereTarget.cluster(testFactory(stack.node.root), { imageRepository, exposure: Exposure.nodePort() }) };
      }
      if (given === 'ecs') return { target: EcsTarget.fargate(cluster.vpc) };
      if (given !== 'alb') return { target: EksTarget.cluster(cluster), ...given };
      const certificate = acm.Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-central-1:111122223333:certificate/a');
      return { target: EcsTarget.fargate(cluster.vpc), hostname: 'a.acme.example', certificate: ProxyCertificate.acm(certificate) };
    };
    expect(() => controlPlane.addDataPlane('Edge', { ...options(), streamPorts })).toThrow(message);
  });

  it("with Kong's chart", () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const engine = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
    const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster), engine });
    expect(() => controlPlane.addDataPlane('Edge', { target: EksTarget.cluster(cluster), streamPorts: [{ port: 9000 }] }))
      .toThrow(/streamPorts: the engine is kongHelm/);
  });
});

describe('memory of a node', () => {
  it.each<[workers: string | undefined, request: string, limit: string]>([
    [undefined, '384Mi', '1Gi'], ['auto', '384Mi', '1Gi'], ['1', '384Mi', '1Gi'], ['2', '384Mi', '1Gi'], ['3', '512Mi', '1152Mi'],
    ['8', '1Gi', '3Gi'],
  ])('with %s workers: %s to %s', (workers, memoryRequest, memoryLimit) => {
    for (const name of ['KONG_NGINX_WORKER_PROCESSES', 'KONG_NGINX_MAIN_WORKER_PROCESSES']) {
      expect(dataPlaneResources(workers === undefined ? {} : { [name]: workers })).toMatchObject({ memoryRequest, memoryLimit });
    }
  });
});
