import { App } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import {
  AutoScalingGroupTarget,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDataPlane,
  Trust,
} from '../../src';
import type { GatewayControlPlaneAttributes, GatewayTarget } from '../../src';
import { testCluster, testFactory, testStack, topologyEntry } from './sample';

const imageRepository = 'registry.acme.example/hybridge';

function attributes(more: Partial<GatewayControlPlaneAttributes> = {}): GatewayControlPlaneAttributes {
  return {
    tunnelEndpoint: 'a1b2c3.eu.cp.gateways.example:443',
    telemetryEndpoint: 'a1b2c3.eu.tp.gateways.example:443',
    trust: Trust.generated(),
    ...more,
  };
}

describe('a control plane that runs elsewhere', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const controlPlane = GatewayControlPlane.fromAttributes(
    stack,
    'Elsewhere',
    attributes({ serverName: 'cp.gateways.example', telemetryServerName: 'tp.gateways.example' }),
  );
  const targets: Readonly<Record<string, GatewayTarget>> = {
    eks: EksTarget.cluster(cluster),
    site: EksAnywhereTarget.cluster(testFactory(stack.node.root as App), { imageRepository, exposure: Exposure.nodePort() }),
    ecs: EcsTarget.fargate(cluster.vpc),
    machines: AutoScalingGroupTarget.vpc(cluster.vpc),
    laptop: DockerTarget.compose({ imageRepository }),
  };
  for (const [id, target] of Object.entries(targets)) controlPlane.addDataPlane(id, { target });

  it.each(Object.keys(targets))('gets data planes on every target: %s', (id) => {
    const { settings, controlPlane: name } = topologyEntry(stack, id);
    expect(name).toBe('elsewhere');
    expect(settings).toMatchObject({
      KONG_ROLE: 'data_plane',
      KONG_CLUSTER_CONTROL_PLANE: 'a1b2c3.eu.cp.gateways.example:443',
      KONG_CLUSTER_SERVER_NAME: 'cp.gateways.example',
      KONG_CLUSTER_TELEMETRY_ENDPOINT: 'a1b2c3.eu.tp.gateways.example:443',
      KONG_CLUSTER_TELEMETRY_SERVER_NAME: 'tp.gateways.example',
    });
  });

  it('is shown in the topology without anything that is made for it', () => {
    expect(topologyEntry(stack, 'elsewhere')).toMatchObject({ role: 'control_plane', target: 'external', manifests: [] });
  });

  it('accepts data planes created on their own, as a control plane of this app does', () => {
    const plane = new GatewayDataPlane(stack, 'Alone', { controlPlane, target: EcsTarget.fargate(cluster.vpc) });
    expect(plane.planeName).toBe('alone');
  });
});

it.each([
  [{ tunnelEndpoint: 'https://cp.gateways.example' }, 'tunnelEndpoint: got "https://cp.gateways.example", expected host:port'],
  [{ tunnelEndpoint: 'cp.gateways.example' }, 'tunnelEndpoint: got "cp.gateways.example", expected host:port'],
  [{ telemetryEndpoint: 'tp.gateways.example:70000' }, 'telemetryEndpoint: got "tp.gateways.example:70000", expected host:port'],
  [{ serverName: 'cp.gateways.example:443' }, 'serverName: got "cp.gateways.example:443", expected the name in a certificate'],
])('wrong attributes are refused: %j', (more, message) => {
  expect(() => GatewayControlPlane.fromAttributes(testStack(), 'Elsewhere', attributes(more))).toThrow(message);
});

describe('a certificate that this app makes', () => {
  const warnings = (trust: Trust) => GatewayControlPlane.fromAttributes(testStack(), 'Elsewhere', attributes({ trust })).node.metadata
    .filter(({ type }) => type === ArtifactMetadataEntryType.WARN)
    .map(({ data }) => String(data));

  it('is warned about: the control plane elsewhere does not have it', () => {
    expect(warnings(Trust.generated())).toEqual([
      expect.stringMatching(/^trust: Trust.generated\(\) makes a certificate in this app.*cdk-hybridge:trust.generated-elsewhere/),
    ]);
  });

  it('is not meant by certificates of others', () => {
    expect(warnings(Trust.existing(Secret.fromSecretNameV2(testStack(), 'Shared', 'gateways/tunnel')))).toEqual([]);
  });
});
