/**
 * A cluster on four of your own servers: a control plane node, two workers, and a spare one that upgrades use. In AWS: an entry in the
 * console of Amazon EKS, and an issuer that lets its pods assume IAM roles.
 */
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import {
  BareMetalCluster,
  EksAnywhereKubernetesVersion,
  EksConnector,
  HardwareInventory,
  OidcIssuer,
  OperatingSystem,
  Package,
} from 'cdk-hybridge';

const app = new App();
const aws = new Stack(app, 'FactoryInAws', { env: { region: 'eu-central-1' } });

const issuer = new OidcIssuer(aws, 'Issuer', { bucketName: 'acme-factory-tokens' });

const factory = new BareMetalCluster(app, 'Factory', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  endpoint: '10.20.0.10',
  tinkerbellIp: '10.20.0.11',
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  os: OperatingSystem.ubuntu({ imageUrl: 'http://10.20.0.2/ubuntu-2204-kube-1-35.gz' }),
  hardware: HardwareInventory.fromCsv(join(__dirname, 'hardware', 'factory.csv')),
  controlPlaneNodes: { count: 1, select: { type: 'cp' } },
  workerNodes: [{ name: 'general', count: 2, select: { type: 'worker' } }],
  serviceAccountIssuer: issuer.issuerUrl,
  sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBgFy2G2v5gvEm2CZd35s+SKYgPnAkKPHUJ0HPpgiwh operators@acme.example',
});

factory.addPackage(Package.metalLb({ pools: [{ name: 'default', addresses: ['10.20.0.100-10.20.0.120'] }] }));
factory.addPackage(Package.metricsServer());

const connector = new EksConnector(aws, 'Connector', {
  cluster: factory,
  consoleUsers: ['arn:aws:iam::123456789012:role/operators'],
});
new CfnOutput(aws, 'ActivationEnds', { value: connector.activationExpiry });

// What one workload may do in AWS; its service account carries the role's ARN.
const reader = issuer.createRole('Reader', { namespace: 'default', serviceAccount: 'reader' });
new CfnOutput(aws, 'ReaderRole', { value: reader.roleArn });

app.synth();
