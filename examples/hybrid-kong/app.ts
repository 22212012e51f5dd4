/**
 * The shape of examples/hybrid with Kong Gateway, by Kong's own Helm chart: a control plane on EKS in Frankfurt, data
 * planes on EKS beside it and on an EKS Anywhere cluster in a factory. With another `engine` the same program deploys
 * the packaged gateway: names, ports, services and settings stay.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges or private.
 */
import { join } from 'node:path';
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { Annotations, App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import {
  CloudCluster,
  DockerCluster,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  ProxyCertificate,
  Trust,
} from 'cdk-hybridge';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  adminCidrs: ['198.51.100.0/24'],
});

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
});

const zone = HostedZone.fromHostedZoneAttributes(cloud, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
controlPlane.addDataPlane('CloudPlane', {
  target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 }),
  labels: { region: 'eu-central-1' },
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
});

// Any cluster of EKS Anywhere; in containers, this one fits on a laptop.
const factory = new DockerCluster(app, 'Factory', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
});
const factoryPlane = controlPlane.addDataPlane('FactoryPlane', {
  target: EksAnywhereTarget.cluster(factory, { exposure: Exposure.nodePort(), imageRepository: 'registry.acme.example/kong' }),
  labels: { site: 'factory' },
  hostname: 'apis.factory.acme.example',
  certificate: ProxyCertificate.certManager({ issuerName: 'acme-internal' }),
});
Annotations.of(factoryPlane).acknowledgeWarning('cdk-hybridge:proxy.kong-renewal', 'a CronJob of the site restarts Kong every month');

controlPlane.addDeclarativeConfig('Apis', { file: join(__dirname, 'apis.yaml') });

app.synth();
