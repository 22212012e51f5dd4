/**
 * Gateways in what a company has already: its network, its EKS cluster, its PostgreSQL server, its tunnel certificate,
 * its user pool. Nothing of it is made, only what the gateways add.
 *
 * Synthesizes without an AWS account: every id below is made up.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CognitoIdentity, EksTarget, GatewayControlPlane, GatewayDatabase, GatewayEngine, ProxyCertificate, Trust } from 'cdk-hybridge';

const app = new App();
const gateways = new Stack(app, 'Gateways', { env: { region: 'eu-central-1' } });

const cluster = Cluster.fromClusterAttributes(gateways, 'Cluster', {
  clusterName: 'company',
  clusterSecurityGroupId: 'sg-0c1f5a6e7d8b90a12',
  vpc: Vpc.fromVpcAttributes(gateways, 'Network', {
    vpcId: 'vpc-0a1b2c3d4e5f60718',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-0aaa1111bbbb2222c', 'subnet-0ddd3333eeee4444f'],
    privateSubnetRouteTableIds: ['rtb-0aaa1111bbbb2222c', 'rtb-0ddd3333eeee4444f'],
  }),
});
const target = EksTarget.existingCluster(cluster, {
  // Of the cluster's version of Kubernetes. Leave it out when the cluster is imported with a kubectlProvider.
  kubectlLayer: new KubectlV35Layer(gateways, 'Kubectl'),
  loadBalancerClass: 'service.k8s.aws/nlb',
  // What only the owner of the cluster knows. The README says how to find out.
  networkPoliciesEnforced: true,
  nodeSecurityGroups: [SecurityGroup.fromSecurityGroupId(gateways, 'Nodes', 'sg-0e3f7c8a9b0d12c34')],
  subnetsTagged: true,
  controllersInstalled: true,
});

const controlPlane = new GatewayControlPlane(gateways, 'ControlPlane', {
  target,
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.existing({
    host: 'postgres.acme.example',
    database: 'gateways',
    user: 'gateways',
    secret: Secret.fromSecretNameV2(gateways, 'DatabaseUser', 'postgres/gateways'),
    securityGroup: SecurityGroup.fromSecurityGroupId(gateways, 'Database', 'sg-0d2e6b7f8a9c01b23'),
  }),
  trust: Trust.existing(Secret.fromSecretNameV2(gateways, 'Tunnel', 'gateways/tunnel')),
});

const identity = CognitoIdentity.existing(gateways, 'Identity', {
  userPool: UserPool.fromUserPoolId(gateways, 'Users', 'eu-central-1_Ab3dEfGhI'),
  webClient: UserPoolClient.fromUserPoolClientId(gateways, 'WebClient', '7abcdefghijklmnopqrstuvwxy'),
  loginHost: 'acme.auth.eu-central-1.amazoncognito.com',
});

const certificate = Certificate.fromCertificateArn(
  gateways,
  'Certificate',
  'arn:aws:acm:eu-central-1:111122223333:certificate/7c6b5a49-3827-4161-9504-f3e2d1c0b9a8',
);
controlPlane.addDataPlane('Plane', {
  target,
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acm(certificate),
  // The company's external-dns makes the record.
  externalDns: true,
  identity,
});

app.synth();
