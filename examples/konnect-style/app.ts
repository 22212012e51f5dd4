/**
 * Data planes of a control plane that another party runs: a service, or another team. This program has only the places
 * where traffic flows: ECS Fargate in Frankfurt, and a box with Docker in a shop.
 *
 * Synthesizes without an AWS account: hosts and names are examples.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DockerTarget, EcsTarget, Exposure, GatewayControlPlane, Handoff, ProxyCertificate, Trust } from 'cdk-hybridge';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });

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
});

// From the console of the service: two hosts, their names, and a certificate for each data plane, which was put into Secrets Manager.
const controlPlane = GatewayControlPlane.fromAttributes(cloud, 'Service', {
  tunnelEndpoint: 'a1b2c3d4.eu.cp.gateways.example:443',
  telemetryEndpoint: 'a1b2c3d4.eu.tp.gateways.example:443',
  serverName: 'a1b2c3d4.eu.cp.gateways.example',
  telemetryServerName: 'a1b2c3d4.eu.tp.gateways.example',
  trust: Trust.existingPki({
    authority: readFileSync(join(__dirname, 'authority.pem'), 'utf8'),
    dataPlanes: {
      containers: Secret.fromSecretNameV2(cloud, 'ContainersCertificate', 'gateways/containers'),
      shop: Secret.fromSecretNameV2(cloud, 'ShopCertificate', 'gateways/shop'),
    },
  }),
});

const zone = HostedZone.fromHostedZoneAttributes(cloud, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
controlPlane.addDataPlane('Containers', {
  target: EcsTarget.fargate(network, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 6 }),
  labels: { region: 'eu-central-1' },
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
});

// The box in the shop pulls its files and its certificate; no manual copies.
const shop = new Handoff(cloud, 'Handoff').addSite('Shop', { readers: [new AccountRootPrincipal()] });
controlPlane.addDataPlane('Shop', {
  target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge', httpPort: 80, httpsPort: 443, site: shop }),
  labels: { site: 'shop' },
  hostname: 'apis.shop.acme.example',
  certificate: ProxyCertificate.secretsManager(Secret.fromSecretNameV2(cloud, 'ShopApisCertificate', 'gateways/shop-apis')),
});

app.synth();
