/**
 * Data planes on Amazon ECS: public APIs on Fargate behind a load balancer that ends TLS and counts requests, internal
 * APIs on instances of an ECS cluster that the company runs anyway. The control plane is on EKS in the same network.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  CloudCluster,
  CognitoIdentity,
  EcsTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  ProxyCertificate,
  StreamProtocol,
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
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
});

// The company's ECS cluster, with instances of its own: a stand-in for one that exists.
const { vpc } = cluster;
const company = new ecs.Cluster(cloud, 'Company', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
const launchTemplate = new ec2.LaunchTemplate(cloud, 'Instances', {
  machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
  instanceType: ec2.InstanceType.of(ec2.InstanceClass.M6I, ec2.InstanceSize.LARGE),
  securityGroup: new ec2.SecurityGroup(cloud, 'InstancesGroup', { vpc, description: 'Instances of the ECS cluster' }),
  // The policy that AWS keeps for the agent, and nothing that CDK would add to it.
  role: new iam.Role(cloud, 'InstancesRole', {
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEC2ContainerServiceforEC2Role')],
  }).withoutPolicyUpdates(),
  userData: ec2.UserData.forLinux(),
  requireImdsv2: true,
  // Containers do not get at the role of their machine.
  httpPutResponseHopLimit: 1,
  detailedMonitoring: true,
  blockDevices: [
    { deviceName: '/dev/xvda', volume: ec2.BlockDeviceVolume.ebs(30, { encrypted: true, volumeType: ec2.EbsDeviceVolumeType.GP3 }) },
  ],
});
const instances = new autoscaling.AutoScalingGroup(cloud, 'Group', {
  vpc,
  launchTemplate,
  minCapacity: 2,
  maxCapacity: 6,
  healthChecks: autoscaling.HealthChecks.ec2(),
  groupMetrics: [autoscaling.GroupMetrics.all()],
});
// Instances that start before there is a way out find no cluster to join.
instances.node.addDependency(...vpc.privateSubnets);
// An instance that is not needed any more goes when its tasks run elsewhere; protected ones would outlast the stack.
const capacity = new ecs.AsgCapacityProvider(cloud, 'Capacity', {
  autoScalingGroup: instances,
  enableManagedDraining: true,
  enableManagedTerminationProtection: false,
});
company.addAsgCapacityProvider(capacity);

// The names of the APIs. The public one has a certificate that renews itself, the internal one has it from the company's authority.
const zone = route53.HostedZone.fromHostedZoneAttributes(cloud, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
const internal = ProxyCertificate.secretsManager(Secret.fromSecretNameV2(cloud, 'InternalCertificate', 'gateways/internal-apis'));

controlPlane.addDataPlane('Public', {
  target: EcsTarget.fargate(vpc, {
    exposure: Exposure.internetLoadBalancer('0.0.0.0/0'),
    maxReplicas: 8,
    requestsPerReplica: 60_000,
  }),
  labels: { region: 'eu-central-1', consumers: 'internet' },
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
  identity: new CognitoIdentity(cloud, 'Identity'),
});

controlPlane.addDataPlane('Internal', {
  target: EcsTarget.ec2Cluster(company, capacity.capacityProviderName, { maxReplicas: 4 }),
  labels: { region: 'eu-central-1', consumers: 'company' },
  hostname: 'internal-apis.acme.example',
  certificate: internal,
  hostedZone: zone,
  // A route with `protocols: [tls]` sends one to a broker, a route with [udp] the other to name servers: docs/streams.md.
  streamPorts: [{ port: 8883, protocol: StreamProtocol.TLS }, { port: 9053, protocol: StreamProtocol.UDP }],
});

app.synth();
