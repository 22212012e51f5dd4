/**
 * Data planes without Kubernetes: on ECS Fargate beside the control plane in Frankfurt, on EC2 instances of an Auto Scaling group in Ireland, and with Docker on a box in a shop.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as logs from 'aws-cdk-lib/aws-logs';
import {
  AutoScalingGroupTarget, CloudCluster, CognitoIdentity, DockerTarget, EcsTarget, EksTarget, Exposure, GatewayControlPlane, GatewayDatabase, GatewayEngine, Trust,
} from 'cdk-hybridge';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' }, crossRegionReferences: true });
const ireland = new Stack(app, 'Ireland', { env: { region: 'eu-west-1' }, crossRegionReferences: true });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  adminCidrs: ['198.51.100.0/24'],
});
const identity = new CognitoIdentity(cloud, 'Identity');

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
});

controlPlane.addDataPlane('Containers', {
  target: EcsTarget.fargate(cluster.vpc, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 }),
  labels: { region: 'eu-central-1' },
  hostname: 'apis.acme.example',
  identity,
});

// A network of the company's own: any VPC with private subnets in two zones will do.
const flowLogs = new logs.LogGroup(ireland, 'FlowLogs', { retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.DESTROY });
const network = new ec2.Vpc(ireland, 'Network', {
  maxAzs: 2,
  natGateways: 1,
  restrictDefaultSecurityGroup: true,
  flowLogs: { All: { destination: ec2.FlowLogDestination.toCloudWatchLogs(flowLogs) } },
  subnetConfiguration: [
    { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
    { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
  ],
});
controlPlane.addDataPlane('Machines', {
  target: AutoScalingGroupTarget.vpc(network),
  labels: { region: 'eu-west-1' },
});

controlPlane.addDataPlane('Shop', {
  target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge', httpPort: 80, httpsPort: 443 }),
  labels: { site: 'shop' },
});

app.synth();
