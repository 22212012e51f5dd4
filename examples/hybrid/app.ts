/**
 * The reference topology: a gateway control plane on EKS in Frankfurt; data planes on bare metal in a factory, on vSphere in a
 * branch, and on EKS in Virginia; Cognito for logins, OpenSearch for logs.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges or private.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import {
  BareMetalCluster,
  CloudCluster,
  CognitoIdentity,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  Handoff,
  HardwareInventory,
  OidcIssuer,
  OpenSearchLogs,
  OperatingSystem,
  ProxyCertificate,
  SecretDelivery,
  Trust,
  VSphereCluster,
} from 'cdk-hybridge';

const sshKey = readFileSync(join(__dirname, 'operators.pub'), 'utf8').trim();
const adminCidrs = ['198.51.100.0/24'];
const imageRepository = 'registry.acme.example/hybridge';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });
const virginia = new Stack(app, 'Virginia', { env: { region: 'us-east-1' } });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  adminCidrs,
});
const identity = new CognitoIdentity(cloud, 'Identity');

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  // Mutual TLS is the door; sites with fixed addresses can be named here instead.
  tunnelCidrs: ['0.0.0.0/0'],
});

const factory = new BareMetalCluster(app, 'Factory', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  endpoint: '10.20.0.10',
  tinkerbellIp: '10.20.0.11',
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-22.04-kubernetes-1-35-amd64.gz' }),
  hardware: HardwareInventory.fromCsv(join(__dirname, 'hardware', 'factory.csv')),
  controlPlaneNodes: { count: 1, select: { type: 'cp' } },
  workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' } }],
  sshKey,
});

// What sites get from here: the factory by a person, the branch by Flux and the External Secrets Operator.
const handoff = new Handoff(cloud, 'Handoff');
const factorySite = handoff.addSite('Factory', { readers: [new AccountRootPrincipal()] });
const branchIssuer = new OidcIssuer(cloud, 'BranchIssuer', { bucketName: 'acme-branch-tokens' });
const branchSite = handoff.addSite('Branch');
branchSite.syncWithFlux({ issuer: branchIssuer });

const branch = new VSphereCluster(app, 'Branch', {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  endpoint: '10.30.0.10',
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  server: 'vcenter.acme.example',
  datacenter: 'Branch',
  network: '/Branch/network/Gateway',
  datastore: '/Branch/datastore/ssd',
  folder: '/Branch/vm/gateway',
  resourcePool: '/Branch/host/cluster/Resources/gateway',
  template: '/Branch/vm/Templates/ubuntu-kubernetes-1-35',
  os: OperatingSystem.ubuntu(),
  thumbprint: 'A3:6F:1C:55:0E:92:4B:D7:38:E1:7C:20:9A:6D:F4:85:1B:C2:EE:47',
  controlPlaneNodes: { count: 3 },
  workerNodes: [{ name: 'gateway', count: 2 }],
  serviceAccountIssuer: branchIssuer.issuerUrl,
  sshKey,
});

const virginiaCluster = new CloudCluster(virginia, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(virginia, 'Kubectl'),
  adminCidrs,
});
// Beside the plane that writes them: the domain has addresses in that VPC only.
const logs = new OpenSearchLogs(virginia, 'Logs', { vpc: virginiaCluster.vpc });

// On sites, cert-manager makes the certificates that consumers see, by the company's own authority.
const siteCertificate = ProxyCertificate.certManager({ issuerName: 'acme-internal' });

controlPlane.addDataPlane('FactoryPlane', {
  target: EksAnywhereTarget.cluster(factory, {
    exposure: Exposure.metalLb('10.20.0.100-10.20.0.120'), imageRepository, site: factorySite, delivery: SecretDelivery.pull(),
  }),
  labels: { site: 'factory' },
  hostname: 'apis.factory.acme.example',
  certificate: siteCertificate,
  externalDns: true,
  identity,
});
controlPlane.addDataPlane('BranchPlane', {
  target: EksAnywhereTarget.cluster(branch, {
    exposure: Exposure.nodePort(), imageRepository, site: branchSite, delivery: SecretDelivery.externalSecrets({ issuer: branchIssuer }),
  }),
  labels: { site: 'branch' },
  hostname: 'apis.branch.acme.example',
  certificate: siteCertificate,
  identity,
});
// In AWS, ACM does, and Route 53 has the name.
const zone = HostedZone.fromHostedZoneAttributes(virginia, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example' });
controlPlane.addDataPlane('VirginiaPlane', {
  target: EksTarget.cluster(virginiaCluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0') }),
  labels: { region: 'us-east-1' },
  hostname: 'apis.virginia.acme.example',
  certificate: ProxyCertificate.acmDnsValidated(zone),
  hostedZone: zone,
  identity,
  logs,
});

// The first API, on every data plane.
controlPlane.addDeclarativeConfig('Apis', { file: join(__dirname, 'apis', 'httpbin.yaml') });

app.synth();
