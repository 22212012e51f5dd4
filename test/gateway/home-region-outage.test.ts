/** What examples/multi-region/README.md says about planes whose control plane is in a region that is away, row by row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { parse } from 'yaml';
import {
  AutoScalingGroupTarget, ConfigurationCache, DockerTarget, EcsTarget, EksAnywhereTarget, EksTarget, Exposure, Trust,
} from '../../src';
import type { GatewayTarget } from '../../src';
import { startFile, startScript } from './instance-files';
import { only, testCluster, testControlPlane, testFactory, testStack, writtenManifests } from './sample';

const HOME = 'eu-central-1';
const AWAY = 'us-east-2';
const imageRepository = 'registry.acme.example/hybridge';

/** A plane in another region, whose control plane is at home. */
function plane(target: (ohio: Stack) => GatewayTarget, trust?: Trust, configurationCache?: ConfigurationCache) {
  const cloud = testStack(HOME);
  const ohio = testStack(AWAY, cloud.node.root as App, 'Ohio');
  testControlPlane(cloud, trust && { trust }).addDataPlane('Plane', { target: target(ohio), configurationCache });
  return { cloud, ohio };
}

const ADDONS = [{ name: 'cert-manager' }, { name: 'aws-privateca-connector-for-kubernetes' }];
const onEks = (trust?: Trust, cache?: ConfigurationCache) =>
  plane((ohio) => EksTarget.cluster(testCluster(ohio, { addons: ADDONS })), trust, cache);

function volumes(scope: Stack): any[] {
  return only(writtenManifests(scope, 'plane'), 'Deployment').spec.template.spec.volumes;
}

const resources = (stack: Stack): any[] => Object.values(Template.fromStack(stack).toJSON().Resources);
const ofType = (stack: Stack, type: string): any => resources(stack).find(({ Type }) => Type === type);

/** By the first words of a row. */
const ROWS: Readonly<Record<string, () => void>> = {
  'EKS with `Trust.privateCa()` and a persistent volume, as here': () => {
    const { cloud } = onEks(Trust.privateCa(), ConfigurationCache.persistentVolume());
    const { template: { spec }, volumeClaimTemplates } = only(writtenManifests(cloud, 'plane'), 'StatefulSet').spec;
    expect(spec.volumes.filter(({ secret }: any) => secret).map(({ name }: any) => name)).toEqual(['tunnel']);
    expect(spec.volumes.filter(({ csi }: any) => csi)).toEqual([]);
    // A claim of each pod's own: a rescheduled pod gets its volume again, an additional one gets an empty one.
    expect(volumeClaimTemplates.map(({ metadata }: any) => metadata.name)).toEqual(['prefix']);
    expect(spec.volumes.filter(({ name }: any) => name === 'prefix')).toEqual([]);
  },
  'EKS without a volume': () => {
    const { cloud } = onEks(Trust.privateCa());
    // Gone with the pod, not with a container: a new pod begins without a configuration.
    expect(volumes(cloud).find(({ name }) => name === 'prefix')).toEqual({ name: 'prefix', emptyDir: expect.anything() });
  },
  'EKS with certificates in Secrets Manager': () => {
    const { cloud } = onEks();
    expect(volumes(cloud).find(({ name }) => name === 'tunnel').csi.driver).toBe('secrets-store.csi.k8s.io');
    expect(only(writtenManifests(cloud, 'plane'), 'SecretProviderClass').spec.parameters.region).toBe(HOME);
    expect(volumes(cloud).find(({ name }) => name === 'prefix').emptyDir).toBeDefined();
  },
  'EKS Anywhere with External Secrets': () => {
    const { cloud } = plane((ohio) =>
      EksAnywhereTarget.cluster(testFactory(ohio.node.root as App), { exposure: Exposure.nodePort(), imageRepository }));
    const { target } = only(writtenManifests(cloud, 'plane'), 'ExternalSecret', 'plane-tunnel').spec;
    // The operator owns the Secret and keeps it while it cannot read.
    expect(target).toMatchObject({ name: 'plane-tunnel', creationPolicy: 'Owner' });
    expect(target.deletionPolicy ?? 'Retain').toBe('Retain');
    expect(volumes(cloud).find(({ name }) => name === 'tunnel').secret.secretName).toBe('plane-tunnel');
    expect(volumes(cloud).find(({ name }) => name === 'prefix').emptyDir).toBeDefined();
  },
  'ECS': () => {
    const { cloud, ohio } = plane((stack) => EcsTarget.fargate(new ec2.Vpc(stack, 'Vpc')));
    const [{ Secrets }] = ofType(ohio, 'AWS::ECS::TaskDefinition').Properties.ContainerDefinitions;
    expect(Secrets.length).toBeGreaterThan(0);
    // The ARN of the secret at home, which no replica stands in for; a task that cannot read it does not start.
    for (const { ValueFrom } of Secrets) expect(JSON.stringify(ValueFrom)).toMatch(/TunnelSecret/i);
    const { Properties } = ofType(cloud, 'AWS::SecretsManager::Secret');
    expect(Properties.ReplicaRegions).toBeUndefined();
  },
  'EC2': () => {
    const { ohio } = plane((stack) => AutoScalingGroupTarget.vpc(new ec2.Vpc(stack, 'Vpc')));
    const script = startScript(Template.fromStack(ohio));
    const unit = startFile(script, '/etc/systemd/system/hybridge.service');
    expect(startFile(script, '/usr/local/sbin/hybridge-secrets')).toContain(`["tunnel","${HOME}",`);
    // Both on the volume of the machine, which a stop and a reboot leave; instance-secrets.test.ts runs the program in an outage.
    expect(unit).toContain('--volume /var/lib/hybridge-secrets/tunnel:/etc/hybridge/cluster:ro');
    expect(unit).toContain('--volume /var/lib/hybridge:/var/lib/hybridge');
    expect(unit).not.toContain('--volume /run/');
    const { BlockDeviceMappings: [{ Ebs }] } = ofType(ohio, 'AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;
    expect(Ebs).toMatchObject({ Encrypted: true });
  },
  'Docker': () => {
    const { cloud } = plane(() => DockerTarget.compose({ imageRepository }));
    const { directory } = (cloud.node.root as App).synth();
    const { gateway } = parse(readFileSync(join(directory, 'hybridge', 'plane', 'compose.yaml'), 'utf8')).services;
    expect(gateway).toMatchObject({ restart: 'unless-stopped', pull_policy: 'missing' });
    expect(gateway.volumes.map((volume: any) => volume.source ?? volume)).toEqual(['./state:/var/lib/hybridge', './secrets/tunnel']);
  },
};

const readme = readFileSync(join(__dirname, '..', '..', 'examples', 'multi-region', 'README.md'), 'utf8');
const [, section] = readme.split('### When Frankfurt is away\n');
const rows = [...section.split('\n## ')[0].matchAll(/^\| ([^|]+) \|/gm)].map(([, first]) => first).slice(1);

it('is tested for every row of the README', () => {
  expect(rows).toEqual(Object.keys(ROWS));
});

it.each(Object.entries(ROWS))('holds for %s', (_, check) => check());

it.each(['eks', 'ecs', 'ec2'])('the image of %s is in the registry of its own region', (where) => {
  const targets: Readonly<Record<string, (stack: Stack) => GatewayTarget>> = {
    eks: (stack) => EksTarget.cluster(testCluster(stack)),
    ecs: (stack) => EcsTarget.fargate(new ec2.Vpc(stack, 'Vpc')),
    ec2: (stack) => AutoScalingGroupTarget.vpc(new ec2.Vpc(stack, 'Vpc')),
  };
  const { ohio } = plane(targets[where]);
  const images = JSON.stringify(Template.fromStack(ohio).toJSON()).match(/dkr\.ecr\.[a-z0-9-]+/g)!;
  expect([...new Set(images)]).toEqual([`dkr.ecr.${AWAY}`]);
});
