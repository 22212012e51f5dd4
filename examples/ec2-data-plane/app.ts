/**
 * Data planes on machines without Kubernetes: two fleets of EC2 instances in a network of the company's in Ireland, one
 * for consumers on the internet and one for the company's own programs. The control plane is on EKS in Frankfurt.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  CloudCluster,
  ConfigurationCache,
  ConfigurationFallback,
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
const ireland = new Stack(app, 'Ireland', { env: { region: 'eu-west-1' } });

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(new CloudCluster(cloud, 'Cluster', {
    kubernetesVersion: KubernetesVersion.V1_35,
    kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
    adminCidrs: ['198.51.100.0/24'],
  })),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // For new instances while no control plane can be reached.
  configurationFallback: ConfigurationFallback.s3(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
});

// A network of the company's own: any VPC with private subnets in two zones will do.
const flowLogs = new logs.LogGroup(ireland, 'FlowLogs', {
  retention: logs.RetentionDays.THREE_MONTHS,
  removalPolicy: RemovalPolicy.DESTROY,
});
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

// ACM renews the certificate of the public name. The company's authority writes that of the internal one to a secret, which instances
// read at start and every hour.
const zone = HostedZone.fromHostedZoneAttributes(ireland, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
const internal = ProxyCertificate.secretsManager(Secret.fromSecretNameV2(ireland, 'InternalCertificate', 'gateways/internal-apis'));

// Three nodes at least, so that two are left while one is replaced; more as the processors ask for them.
controlPlane.addDataPlane('Public', {
  target: AutoScalingGroupTarget.vpc(network, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 9, cpuPercent: 50 }),
  labels: { region: 'eu-west-1', consumers: 'internet' },
  configurationCache: ConfigurationCache.s3Fallback(),
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
  replicas: 3,
});

controlPlane.addDataPlane('Internal', {
  target: AutoScalingGroupTarget.vpc(network, { instanceType: ec2.InstanceType.of(ec2.InstanceClass.C7I, ec2.InstanceSize.LARGE) }),
  labels: { region: 'eu-west-1', consumers: 'company' },
  configurationCache: ConfigurationCache.s3Fallback(),
  hostname: 'internal-apis.acme.example',
  certificate: internal,
  hostedZone: zone,
});

app.synth();
