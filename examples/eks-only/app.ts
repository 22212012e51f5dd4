/**
 * Everything on one EKS cluster in one region: a gateway control plane and a data plane on instances of one's own choice.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import {
  CloudCluster,
  ClusterCompute,
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
  compute: ClusterCompute.nodeGroups({ name: 'gateways', instanceTypes: [new InstanceType('m7i.large')], minSize: 2, maxSize: 6 }),
  adminCidrs: ['198.51.100.0/24'],
});

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  // Replaced every 90 days, without a break.
  trust: Trust.generated({ rotateEvery: Duration.days(90) }),
});

const zone = HostedZone.fromHostedZoneAttributes(cloud, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
controlPlane.addDataPlane('Plane', {
  target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 }),
  labels: { region: 'eu-central-1' },
  hostname: 'apis.acme.example',
  // ACM makes and renews it; the load balancer ends TLS with it.
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
});

app.synth();
