/**
 * One EKS cluster with nodes in AWS and nodes in a plant: the gateway control plane runs in AWS, its data plane on the
 * plant's machines, joined by a VPN.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges or private.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudCluster,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  HybridCredentials,
  HybridNodes,
  ProxyCertificate,
  Trust,
} from 'cdk-hybridge';

const machines = '10.80.0.0/24';
const pods = '10.85.0.0/16';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });

// A network of the company's own with a VPN to the plant: a transit gateway or Direct Connect would do as well.
const flowLogs = new logs.LogGroup(cloud, 'FlowLogs', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
const network = new ec2.Vpc(cloud, 'Network', {
  maxAzs: 2,
  natGateways: 1,
  restrictDefaultSecurityGroup: true,
  flowLogs: { All: { destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs) } },
  subnetConfiguration: [
    { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
    { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  ],
  vpnConnections: { Plant: { ip: '203.0.113.10', staticRoutes: [machines, pods] } },
  vpnRoutePropagation: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
});

const cluster = new CloudCluster(cloud, 'Cluster', {
  clusterName: 'plants',
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  vpc: network,
  remoteNetworks: { nodeCidrs: [machines], podCidrs: [pods] },
});
const plant = new HybridNodes(cloud, 'Plant', {
  cluster,
  credentials: HybridCredentials.systemsManager({ registrationLimit: 4 }),
  labels: { site: 'plant' },
});

// The tunnel's load balancers have private addresses: the plant reaches them through the VPN.
const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
});

controlPlane.addDataPlane('PlantPlane', {
  target: EksTarget.hybridNodes(plant, { exposure: Exposure.nodePort() }),
  labels: { site: 'plant' },
  hostname: 'apis.plant.acme.example',
  // No load balancer of AWS is in front of the plant: TLS ends in the nodes.
  certificate: ProxyCertificate.secretsManager(Secret.fromSecretNameV2(cloud, 'PlantCertificate', 'gateways/plant-apis')),
});

app.synth();
