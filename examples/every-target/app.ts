/**
 * One data plane, five places: EKS, EKS Anywhere, ECS, EC2 and Docker, each with the same options, so that the nodes
 * get the same settings and secrets. `npm run demo -- --from all` runs all five on this machine.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { join } from 'node:path';
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  CloudCluster,
  DockerCluster,
  DockerTarget,
  EcsTarget,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  PlaneSecret,
  ProxyCertificate,
  Trust,
} from 'cdk-hybridge';
import type { GatewayTarget } from 'cdk-hybridge';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  adminCidrs: ['198.51.100.0/24'],
});
const laptop = new DockerCluster(app, 'Laptop', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
});

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
});

// Outside AWS, images come from a registry of the company's.
const imageRepository = 'registry.acme.example/hybridge';
const targets: Readonly<Record<string, GatewayTarget>> = {
  OnEks: EksTarget.cluster(cluster),
  OnEksAnywhere: EksAnywhereTarget.cluster(laptop, { exposure: Exposure.nodePort(), imageRepository }),
  OnEcs: EcsTarget.fargate(cluster.vpc),
  OnEc2: AutoScalingGroupTarget.vpc(cluster.vpc),
  OnDocker: DockerTarget.compose({ imageRepository }),
};
// The key of a partner, which the declarative file names by a reference: it is in no file, template or database.
const partner = Secret.fromSecretNameV2(cloud, 'Partner', 'partners/acme');
const secrets = { 'partner-key': PlaneSecret.fromSecretsManager(partner, { field: 'apiKey' }) };
// One certificate for all names, such as `*.edge.acme.example`: the only kind that every target takes.
const certificate = ProxyCertificate.secretsManager(Secret.fromSecretNameV2(cloud, 'EdgeCertificate', 'gateways/edge'));
for (const [id, target] of Object.entries(targets)) {
  controlPlane.addDataPlane(id, { target, certificate, secrets, labels: { tier: 'edge' }, settings: { KONG_LOG_LEVEL: 'info' } });
}

controlPlane.addDeclarativeConfig('Apis', { file: join(__dirname, 'apis.yaml') });

app.synth();
