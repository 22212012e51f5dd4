/**
 * What the examples do not emit, because a program seldom wants all of it at once: each kind of object and each form
 * that a choice gives it.
 */
import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AdminExposure,
  BareMetalCluster,
  BmcCredentials,
  CloudCluster,
  ClusterCompute,
  CognitoIdentity,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  EksConnector,
  EksTarget,
  Exposure,
  FluxSync,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  GatewayObservability,
  Handoff,
  HardwareInventory,
  IdentityProvider,
  KongEdition,
  MetricsDiscovery,
  OidcIssuer,
  OpenSearchLogs,
  OperatingSystem,
  Package,
  PackageSecret,
  SecretDelivery,
  Trust,
  ValkeyCache,
} from '../../../src';

const imageRepository = 'registry.acme.example/hybridge';

export function defineEveryKind(app: App): void {
  const cloud = new Stack(app, 'Every', { env: { region: 'eu-central-1' } });
  const plant = definePlant(app);
  new EksConnector(cloud, 'Connector', { cluster: plant, consoleUsers: ['arn:aws:iam::111122223333:role/operators'], secretStore: 'aws' });
  const kubectlLayer = LayerVersion.fromLayerVersionArn(cloud, 'Kubectl', 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1');
  const cluster = new CloudCluster(cloud, 'Cluster', { kubernetesVersion: KubernetesVersion.V1_35, kubectlLayer });
  // Another controller keeps its load balancers.
  const compute = ClusterCompute.nodeGroups({ name: 'gateways', instanceTypes: [new InstanceType('m7i.large')], minSize: 2, maxSize: 4 });
  const withNodeGroups = new CloudCluster(cloud, 'NodeGroups', { kubernetesVersion: KubernetesVersion.V1_35, kubectlLayer, compute });
  const identity = new CognitoIdentity(cloud, 'Identity');
  defineTrusts(cloud, cluster, plant, identity);
  defineSitePlanes(cloud, [cluster, withNodeGroups], plant, identity);
}

function definePlant(app: App): BareMetalCluster {
  const plant = new BareMetalCluster(app, 'Plant', {
    eksAnywhereVersion: 'v0.27.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    endpoint: '10.20.0.10',
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
    tinkerbellIp: '10.20.0.11',
    os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-1-35.gz' }),
    hardware: new HardwareInventory(
      ['cp', 'worker'].map((type, at) => ({
        hostname: `node-0${at}`,
        mac: `52:54:00:aa:00:0${at}`,
        ipAddress: `10.20.0.2${at}`,
        netmask: '255.255.255.0',
        gateway: '10.20.0.1',
        nameservers: ['10.20.0.2'],
        labels: { type },
        disk: '/dev/sda',
        bmc: { address: `10.20.1.2${at}`, credentials: BmcCredentials.fromSecretsManager(`acme/bmc-${at}`) },
      })),
    ),
    controlPlaneNodes: { count: 1, select: { type: 'cp' } },
    workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' } }],
    sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFdF0Yyd0BV7vUAiH2dQVo5NxCzTNpUfPLLUpHkIbPwW ops@example',
    gitOps: FluxSync.github({ owner: 'acme', repository: 'sites', secretStore: 'aws' }),
    identityProviders: [
      IdentityProvider.oidc({ clientId: 'kubernetes', issuerUrl: 'https://login.acme.example', groupsClaim: 'groups' }),
      IdentityProvider.awsIam({
        region: 'eu-central-1',
        roles: [{ arn: 'arn:aws:iam::111122223333:role/operators', username: 'operator', groups: ['system:masters'] }],
      }),
    ],
    packageController: { requests: { cpu: '500m', memory: '256Mi' } },
  });
  const harbor = {
    externalUrl: 'https://harbor.acme.example',
    secretKey: PackageSecret.fromEnvironment('HARBOR_KEY'),
    adminPassword: PackageSecret.fromEnvironment('HARBOR_PASSWORD'),
  };
  const packages = [
    Package.metalLb({ pools: [{ name: 'default', addresses: ['10.20.0.200-10.20.0.220'] }] }),
    Package.prometheus(),
    Package.adot({ collector: { receivers: {} } }),
    Package.harbor(harbor),
    Package.metricsServer(),
    Package.credentialProvider({ matchImages: ['*.dkr.ecr.*.amazonaws.com'] }),
  ];
  for (const each of packages) plant.addPackage(each);
  return plant;
}

/** A control plane of each trust whose objects differ, with planes in the cloud and on site. */
function defineTrusts(cloud: Stack, cluster: CloudCluster, plant: BareMetalCluster, identity: CognitoIdentity) {
  const logs = new OpenSearchLogs(cloud, 'Logs', { vpc: cluster.vpc, ingest: true });
  const cache = new ValkeyCache(cloud, 'Cache', { vpc: cluster.vpc });
  const authority = CertificateAuthority.fromCertificateAuthorityArn(
    cloud,
    'Authority',
    'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/4f1c2d3e-5b6a-4798-8a9b-0c1d2e3f4a5b',
  );
  const trusts = {
    Generated: Trust.generated(),
    Leaves: Trust.certManager({ issuerName: 'tunnel', issuerKind: 'ClusterIssuer' }),
    Authority: Trust.privateCa({ authority }),
  };
  for (const [at, [id, trust]] of Object.entries(trusts).entries()) {
    const shared = { engine: GatewayEngine.packaged(), database: GatewayDatabase.auroraServerless(), tunnelCidrs: ['198.51.100.0/24'] };
    const controlPlane = new GatewayControlPlane(cloud, `${id}Control`, { ...shared, target: EksTarget.cluster(cluster), trust });
    controlPlane.addDataPlane(`${id}Cloud`, {
      target: EksTarget.cluster(cluster, {
        maxReplicas: 6,
        metricsDiscovery: MetricsDiscovery.SERVICE_MONITOR,
        exposure: Exposure.clusterIp(),
      }),
      identity,
      logs,
      cache,
      hostname: `${id.toLowerCase()}.acme.example`,
    });
    const exposure = Exposure.nodePort({ http: 30080 + at, https: 30443 + at });
    controlPlane.addDataPlane(`${id}Site`, {
      target: EksAnywhereTarget.cluster(plant, { imageRepository, imagePullSecret: 'registry', exposure, maxReplicas: 4 }),
      identity,
      logs,
      hostname: `${id.toLowerCase()}.plant.acme.example`,
    });
    controlPlane.addDeclarativeConfig('apis', {
      inline: { _format_version: '3.0', services: [{ name: 'orders', url: 'http://orders.acme.example' }] },
    });
  }
  const observability = new GatewayObservability(cloud, 'Observability', { watch: [logs] });
  observability.addKubernetesMonitoring('Monitoring', EksTarget.cluster(cluster));
}

/** The ways of exposing a plane on a site, of bringing it there, and the other engine. */
function defineSitePlanes(
  cloud: Stack,
  [cluster, withNodeGroups]: readonly CloudCluster[],
  plant: BareMetalCluster,
  identity: CognitoIdentity,
) {
  const handoff = new Handoff(cloud, 'Handoff');
  const issuer = new OidcIssuer(cloud, 'Issuer', { bucketName: 'acme-plant-tokens' });
  const synced = handoff.addSite('Synced');
  synced.syncWithFlux({ issuer });
  const shared = { database: GatewayDatabase.auroraServerless(), trust: Trust.generated(), adminExposure: adminLoadBalancer(cloud) };
  const licence = Secret.fromSecretNameV2(cloud, 'Licence', 'acme/kong-licence');
  const enterprise = GatewayEngine.kongHelm({
    chartVersion: '3.4.1',
    edition: KongEdition.ENTERPRISE,
    gatewayVersion: '3.10.0.1',
    licence,
  });
  const kong = new GatewayControlPlane(cloud, 'KongControl', { ...shared, target: EksTarget.cluster(withNodeGroups), engine: enterprise });
  kong.addDataPlane('Kong', { target: EksAnywhereTarget.cluster(plant, { imageRepository, exposure: Exposure.kubeVip('10.20.0.12') }) });
  const plain = new GatewayControlPlane(cloud, 'Control', {
    ...shared,
    target: EksTarget.cluster(cluster),
    engine: GatewayEngine.packaged(),
  });
  const pulled = {
    imageRepository,
    site: handoff.addSite('Pulled'),
    delivery: SecretDelivery.pull(),
    exposure: Exposure.metalLb('10.20.0.100-10.20.0.120'),
  };
  const stored = { imageRepository, site: synced, delivery: SecretDelivery.externalSecrets({ issuer }), exposure: Exposure.clusterIp() };
  plain.addDataPlane('Pulled', { target: EksAnywhereTarget.cluster(plant, pulled), identity, hostname: 'pulled.acme.example' });
  plain.addDataPlane('Stored', { target: EksAnywhereTarget.cluster(plant, stored), identity, hostname: 'stored.acme.example' });
}

function adminLoadBalancer(cloud: Stack): AdminExposure {
  return AdminExposure.internalLoadBalancer({
    hostname: 'admin.acme.example',
    certificate: Certificate.fromCertificateArn(
      cloud,
      'AdminCertificate',
      'arn:aws:acm:eu-central-1:111122223333:certificate/4f1c2d3e-5b6a-4798-8a9b-0c1d2e3f4a5b',
    ),
    identity: new CognitoIdentity(cloud, 'Administrators'),
    cidrs: ['10.20.0.0/16'],
  });
}
