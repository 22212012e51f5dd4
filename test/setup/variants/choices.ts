/** Choices that no example makes: databases, caches, logs, credentials, places and engines. Looked at by the audit, never deployed. */
import { Annotations, App, Duration, Stack } from 'aws-cdk-lib';
import { InstanceType, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster as EcsCluster, ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { AccountPrincipal } from 'aws-cdk-lib/aws-iam';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Domain } from 'aws-cdk-lib/aws-opensearchservice';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  BareMetalCluster,
  CertificateAuthority,
  CloudCluster,
  CognitoIdentity,
  EcsTarget,
  EksAnywhereTarget,
  EksConnector,
  EksTarget,
  Exposure,
  GatewayCache,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  Handoff,
  HybridCredentials,
  HybridNodes,
  KongEdition,
  MetricsDiscovery,
  OpenSearchLogs,
  RolesAnywhere,
  SecretDelivery,
  Trust,
  ValkeyCache,
  ValkeyCapacity,
} from '../../../src';
import { bareMetal } from '../../eks-anywhere/sample';

const app = new App();
const env = { region: 'eu-central-1' };
const cloud = new Stack(app, 'Cloud', { env });
const kubernetes = {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: LayerVersion.fromLayerVersionArn(cloud, 'Kubectl', 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1'),
};
const vpc = Vpc.fromVpcAttributes(cloud, 'Network', {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  vpcCidrBlock: '10.0.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0aaa1111bbbb2222c', 'subnet-0ddd3333eeee4444f'],
  privateSubnetRouteTableIds: ['rtb-0aaa1111bbbb2222c', 'rtb-0ddd3333eeee4444f'],
});
const cluster = new CloudCluster(cloud, 'Cluster', {
  ...kubernetes,
  vpc,
  remoteNetworks: { nodeCidrs: ['192.168.0.0/20'], podCidrs: ['192.168.64.0/20'] },
});
Annotations.of(cluster).acknowledgeWarning(
  '@aws-cdk/aws-eks:clusterMustManuallyTagSubnet',
  'the network stands for one that exists, with its tags',
);
const target = EksTarget.cluster(cluster);
const known = (id: string) => Secret.fromSecretNameV2(cloud, id, `given/${id.toLowerCase()}`);
const authority = CertificateAuthority.fromPrivateCa(
  'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555',
);

const machines = new Stack(app, 'Machines', { env });
const plant = new HybridNodes(machines, 'Plant', {
  cluster,
  credentials: HybridCredentials.rolesAnywhere({ authority, sessionDuration: Duration.hours(2) }),
});

const stores = new Stack(app, 'Stores', { env });
const group = SecurityGroup.fromSecurityGroupId(stores, 'Group', 'sg-0c1f5a6e7d8b90a12');
const serverless = new ValkeyCache(stores, 'Serverless', { vpc, capacity: ValkeyCapacity.serverless() });
const given = GatewayCache.existing(stores, 'Given', {
  host: 'cache.acme.example',
  vpc,
  securityGroup: group,
  secret: known('Cache'),
  username: 'gateways',
});
const domain = Domain.fromDomainAttributes(stores, 'Domain', {
  domainArn: 'arn:aws:es:eu-central-1:111122223333:domain/logs',
  domainEndpoint: 'https://logs.eu-central-1.es.amazonaws.com',
});
const logs = OpenSearchLogs.existing(stores, 'Logs', { domain, vpc, securityGroup: group, ingest: true });
const identity = new CognitoIdentity(stores, 'Identity', { threatProtection: true });
identity.addMachineClient('Robot');

const planes = new Stack(app, 'Planes', { env });
const packaged = new GatewayControlPlane(planes, 'Packaged', {
  target: EksTarget.cluster(cluster, { metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR }),
  engine: GatewayEngine.packaged(), database: GatewayDatabase.auroraServerless({ rotatesPassword: true }), trust: Trust.generated(),
});
packaged.addDataPlane('Pods', { target, identity, hostname: 'apis.acme.example', logs, cache: serverless });
packaged.addDataPlane('Machinery', { target: EksTarget.hybridNodes(plant) });
packaged.addDataPlane('Tasks', {
  target: EcsTarget.fargateCluster(new EcsCluster(planes, 'Shared', { vpc, containerInsightsV2: ContainerInsights.ENABLED })),
  cache: given,
});
const factory = new BareMetalCluster(app, 'Factory', bareMetal());
new EksConnector(planes, 'Connector', { cluster: factory, consoleUsers: ['arn:aws:iam::111122223333:role/console'] });
const site = new Handoff(planes, 'Handoff').addSite('Factory', { readers: [new AccountPrincipal('444455556666')] });
site.syncWithFlux({ credentialsSecret: 'bucket-reader' });
site.grantRead(new RolesAnywhere(planes, 'Certificates', { authority }).addRole('Operator', { commonName: 'operator' }));
packaged.addDataPlane('Site', {
  target: EksAnywhereTarget.cluster(factory, {
    imageRepository: 'registry.acme.example/hybridge',
    exposure: Exposure.nodePort(),
    site,
    delivery: SecretDelivery.pull(),
  }),
  logs,
});

const company = new Stack(app, 'Company', { env });
const kong = new GatewayControlPlane(company, 'Kong', {
  target,
  trust: Trust.generated(),
  database: GatewayDatabase.rds({ instanceType: new InstanceType('m7g.large') }),
  engine: GatewayEngine.kongHelm({
    chartVersion: '3.4.1',
    edition: KongEdition.ENTERPRISE,
    gatewayVersion: '3.10.0.1',
    licence: known('Licence'),
  }),
});
kong.addDataPlane('KongPods', { target, identity });

// The packaged gateway does not have these plugins yet: docs/reference/gateway.md.
for (const plugin of ['openid-connect', 'http-log', 'rate-limiting', 'prometheus']) {
  Annotations.of(app).acknowledgeWarning(`cdk-hybridge:plugin.${plugin}`, 'used as soon as the gateway has it');
}
Annotations.of(app).acknowledgeWarning('cdk-hybridge:proxy.self-signed', 'another program is about certificates');
Annotations.of(app).acknowledgeWarning('cdk-hybridge:tunnel.unreachable', 'the site is connected with the network elsewhere');

app.synth();
