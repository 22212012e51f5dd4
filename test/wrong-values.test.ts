/**
 * Values that nothing could be made of, given to every property of the public API that takes a number, a text, a list
 * of texts, labels or a duration: each is refused with the place, the property, what was got and what was expected. The
 * clusters of EKS Anywhere are not among them: docs/reference/eks-anywhere-rules.md lists their rules, each tested with
 * its samples.
 */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Lazy, Token } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  AdminExposure,
  AutoScalingGroupTarget,
  CertificateAuthority,
  CloudCluster,
  ClusterCompute,
  CognitoIdentity,
  ConfigurationCache,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayCache,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  GatewayObservability,
  Handoff,
  HybridCredentials,
  HybridNodes,
  OpenSearchLogs,
  PlaneSecret,
  ProxyCertificate,
  SecretDelivery,
  Trust,
  ValkeyCache,
  ValkeyCapacity,
} from '../src';
import type { GatewayTarget } from '../src';
import { testCluster, testControlPlane, testFactory, testStack } from './gateway/sample';

const SRC = join(__dirname, '..', 'src');

const stack = testStack();
afterAll(() => rmSync((stack.node.root as App).outdir, { recursive: true, force: true }));
const vpc = new Vpc(stack, 'Network', { maxAzs: 2 });
const secret = Secret.fromSecretNameV2(stack, 'Given', 'given/secret');
const cluster = testCluster(stack, { clusterName: 'base', vpc, remoteNetworks: { nodeCidrs: ['192.168.0.0/20'] } });
const layer = stack.node.findChild('Kubectl') as ILayerVersion;
const controlPlane = testControlPlane(stack, { target: EksTarget.cluster(cluster) });
const factory = testFactory(stack.node.root as App);
const identity = new CognitoIdentity(stack, 'Identity');
const site = new Handoff(stack, 'Handoff').addSite('Plant');
const plane = (id: string, target: GatewayTarget, options: object = {}) => controlPlane.addDataPlane(id, { target, ...options });
const image = { imageRepository: 'registry.acme.example/hybridge' };
const controlPlaneProps = {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
};
const existing = (id: string, trust: Trust) => new GatewayControlPlane(stack, id, { ...controlPlaneProps, trust });
const cloudCluster = (id: string, props: object) =>
  new CloudCluster(stack, id, { kubernetesVersion: KubernetesVersion.V1_35, kubectlLayer: layer, vpc, ...props });
const remote = cloudCluster('Remote', { remoteNetworks: { nodeCidrs: ['192.168.0.0/20'] } });
const existingPool = {
  userPool: UserPool.fromUserPoolId(stack, 'Users', 'eu-central-1_abcdefghi'),
  webClient: UserPoolClient.fromUserPoolClientId(stack, 'Web', 'abc'),
  loginHost: 'acme.auth.eu-central-1.amazoncognito.com',
};
const authority = CertificateAuthority.fromPrivateCa(
  'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555',
);

const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';
let made = 0;

/** Interface → what makes something with a wrong value of it beside right ones. The id is a new one for each value. */
const SUBJECTS: Readonly<Record<string, (wrong: any, id: string) => unknown>> = {
  ExistingCacheProps: (wrong, id) =>
    GatewayCache.existing(stack, id, {
      host: 'cache.acme.example',
      vpc,
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, `${id}Group`, 'sg-0123456789abcdef0'),
      secret,
      ...wrong,
    }),
  ValkeyCacheProps: (wrong, id) => new ValkeyCache(stack, id, { vpc, ...wrong }),
  ValkeyNodesOptions: (wrong) => ValkeyCapacity.nodes(wrong),
  ValkeyServerlessOptions: (wrong) => ValkeyCapacity.serverless(wrong),
  RemoteNetworks: (wrong, id) => cloudCluster(id, { remoteNetworks: { nodeCidrs: ['192.168.0.0/20'], ...wrong } }),
  CloudClusterProps: (wrong, id) => cloudCluster(id, { vpc: 'vpcCidr' in wrong ? undefined : vpc, ...wrong }),
  PodRoleOptions: (wrong, id) => cluster.addPodRole(id, { namespace: 'apis', serviceAccount: 'backend', ...wrong }),
  ClusterAddon: (wrong, id) => cloudCluster(id, { addons: [{ name: 'adot', ...wrong }] }),
  NodeGroup: (wrong) => ClusterCompute.nodeGroups({ name: 'gateways', ...wrong }),
  SystemsManagerCredentialsOptions: (wrong) => HybridCredentials.systemsManager(wrong),
  RolesAnywhereCredentialsOptions: (wrong) => HybridCredentials.rolesAnywhere({ authority, ...wrong }),
  HybridNodesProps: (wrong, id) =>
    new HybridNodes(stack, id, { cluster: remote, credentials: HybridCredentials.systemsManager(), ...wrong }),
  AdminLoadBalancerOptions: (wrong) =>
    AdminExposure.internalLoadBalancer({
      hostname: 'admin.acme.example',
      identity,
      cidrs: ['10.0.0.0/8'],
      certificate: Certificate.fromCertificateArn(new Construct(stack, `Admin${made}`), 'Certificate', CERTIFICATE),
      ...wrong,
    }),
  AutoScalingGroupTargetOptions: (wrong, id) => plane(id, AutoScalingGroupTarget.vpc(vpc, wrong)),
  DeclarativeConfigOptions: (wrong, id) =>
    controlPlane.addDeclarativeConfig(id, { ...('waitSeconds' in wrong && { inline: { _format_version: '3.0' } }), ...wrong }),
  DockerTargetOptions: (wrong) => DockerTarget.compose({ ...image, ...wrong }),
  EcsTargetOptions: (wrong, id) =>
    plane(id, EcsTarget.fargate(vpc, { certificate: Certificate.fromCertificateArn(stack, `${id}Certificate`, CERTIFICATE), ...wrong })),
  EksAnywhereTargetOptions: (wrong) => EksAnywhereTarget.cluster(factory, { ...image, exposure: Exposure.nodePort(), ...wrong }),
  ExistingEksTargetOptions: (wrong) => EksTarget.existingCluster(cluster.cluster, wrong),
  NodePortOptions: (wrong) => Exposure.nodePort(wrong),
  GatewayControlPlaneAttributes: (wrong, id) =>
    GatewayControlPlane.fromAttributes(stack, id, {
      tunnelEndpoint: 'control.acme.example:443',
      telemetryEndpoint: 'control.acme.example:443',
      trust: Trust.existing(secret),
      ...wrong,
    }),
  GatewayControlPlaneProps: (wrong, id) => new GatewayControlPlane(stack, id, { ...controlPlaneProps, ...wrong }),
  TunnelNames: (wrong, id) =>
    new GatewayControlPlane(stack, id, { ...controlPlaneProps, tunnel: { hostname: 'tunnel.acme.example', ...wrong } }),
  GatewayDataPlaneOptions: (wrong, id) => plane(id, EksTarget.cluster(cluster), wrong),
  RdsDatabaseOptions: (wrong) => [GatewayDatabase.rds, GatewayDatabase.auroraServerless].forEach((make) => make(wrong)),
  AuroraServerlessOptions: (wrong) => GatewayDatabase.auroraServerless(wrong),
  RdsInstanceOptions: (wrong) => GatewayDatabase.rds(wrong),
  ExistingDatabaseOptions: (wrong, id) =>
    new GatewayControlPlane(stack, id, {
      ...controlPlaneProps,
      database: GatewayDatabase.existing({
        host: 'db.acme.example',
        database: 'gateway',
        user: 'gateway',
        secret: 'iamResourceId' in wrong ? undefined : secret,
        ...wrong,
      }),
    }),
  ConfigurationHistory: (wrong, id) => new GatewayControlPlane(stack, id, { ...controlPlaneProps, history: wrong }),
  StreamPort: (wrong, id) => plane(id, EksTarget.cluster(cluster), { streamPorts: [wrong] }),
  PersistentVolumeOptions: (wrong) => ConfigurationCache.persistentVolume(wrong),
  PlaneSecretOptions: (wrong) => PlaneSecret.fromSecretsManager(secret, wrong),
  HandoffFluxOptions: (wrong) => site.syncWithFlux({ credentialsSecret: 'bucket-reader', ...wrong }),
  KongHelmOptions: (wrong) => GatewayEngine.kongHelm({ chartVersion: '3.4.1', ...wrong }),
  KubernetesTargetOptions: (wrong, id) => plane(id, EksTarget.cluster(cluster, { maxReplicas: 4, ...wrong })),
  ExternalSecretsOptions: (wrong) => SecretDelivery.externalSecrets(wrong),
  GeneratedTrustOptions: (wrong) => Trust.generated(wrong),
  TrustSecretProperties: (wrong) => Trust.existing(secret, wrong),
  ExistingTrustOptions: (wrong) => Trust.existing(secret, wrong),
  ExistingPkiTrustOptions: (wrong, id) =>
    existing(id, Trust.existingPki({ authority: '', dataPlanes: {}, controlPlane: secret, serverName: 'control.acme.example', ...wrong })),
  LeafCertificateOptions: (wrong) =>
    [() => Trust.privateCa(wrong), () => Trust.certManager({ issuerName: 'tunnels', ...wrong })].forEach((make) => make()),
  CertManagerTrustOptions: (wrong) => Trust.certManager({ issuerName: 'tunnels', ...wrong }),
  SecretCertificateOptions: (wrong) => ProxyCertificate.secretsManager(secret, wrong),
  CertManagerCertificateOptions: (wrong) => ProxyCertificate.certManager({ issuerName: 'letsencrypt', ...wrong }),
  CognitoIdentityProps: (wrong, id) => new CognitoIdentity(stack, id, wrong),
  ExistingCognitoProps: (wrong, id) => CognitoIdentity.existing(stack, id, { ...existingPool, ...wrong }),
  MachineClientOptions: (wrong, id) => identity.addMachineClient(id, wrong),
  OpenIdConnectOptions: (wrong) => identity.pluginConfig(wrong),
  GatewayLogsProps: (wrong, id) => new OpenSearchLogs(stack, id, { vpc, ...wrong }),
  OpenSearchLogsProps: (wrong, id) => new OpenSearchLogs(stack, id, { vpc, ...wrong }),
  KubernetesMonitoringOptions: (wrong) => GatewayObservability.kubernetesMonitoring(wrong),
};

/** Properties that no program passes, or that another test covers. */
const NOT_INPUT: Readonly<Record<string, string>> = {
  'IGatewayControlPlane.planeName': 'a result',
  'HandoffSiteProps.serviceToken': 'given by Handoff.addSite()',
  'ClusterAddon.configuration': 'the add-on has a schema of its own, which EKS checks',
  'DeclarativeConfigOptions.inline': 'the gateway\'s own schemas check it: test/gateway/declarative-config.test.ts',
};

const number = [NaN, -1, Infinity, 1.2345, Token.asNumber(Lazy.any({ produce: () => 1 }))];
const text = ['', ' ', 'two words', 'line\nbreak'];
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  'number': number,
  'string': text,
  'string[]': [[], ...text.map((one) => [one])],
  'Duration': [Duration.millis(1), Duration.days(40_000), Duration.minutes(Token.asNumber(Lazy.any({ produce: () => 1 })))],
  'map': [{ '': 'value' }, { 'two words': 'value' }, { KONG_KEY: 'line\nbreak' }],
};

/** What some of these values are right for. */
const RIGHT: Readonly<Record<string, { readonly values: readonly unknown[]; readonly reason: string }>> = {
  'CognitoIdentityProps.callbackUrls': { values: [[]], reason: 'none but those of the data planes' },
  'CognitoIdentityProps.logoutUrls': { values: [[]], reason: 'none but those of the data planes' },
  'CognitoIdentityProps.scopes': { values: [{ KONG_KEY: 'line\nbreak' }], reason: 'the description is for people' },
  'ExistingCognitoProps.machineClientIds': { values: [[]], reason: 'none but the web client' },
  'OpenIdConnectOptions.scopesRequired': { values: [[]], reason: 'any' },
  'RemoteNetworks.podCidrs': { values: [[]], reason: 'pods have the addresses of their machines' },
};

interface Property {
  readonly owner: string;
  readonly name: string;
  readonly type: string;
}

/** Of the sources, because the compiled assembly may be older. */
function publicProperties(): readonly Property[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/(^|[/\\])(private|eksa|eks-anywhere)[/\\]/.test(file),
  );
  return files
    .flatMap((file) =>
      [...readFileSync(join(SRC, file), 'utf8').matchAll(/^export interface (\w+)[^{]*\{([\s\S]*?)^\}/gm)].flatMap(([, owner, body]) =>
        [...body.matchAll(/^ {2}readonly (\w+)\??: (number|string|string\[\]|Duration|\{ \[\w+: string\]: (?:string|any) \});$/gm)].map(
          ([, name, type]) => ({ owner, name, type: type.startsWith('{') ? 'map' : type }),
        ),
      ),
    )
    .filter(({ owner, name }) => !(`${owner}.${name}` in NOT_INPUT));
}

const PROPERTIES = publicProperties();

it('has a maker for every interface that accepts such values', () => {
  const owners = [...new Set(PROPERTIES.map(({ owner }) => owner))].sort();
  expect(owners).toEqual(Object.keys(SUBJECTS).sort());
  expect(PROPERTIES.length).toBeGreaterThan(90);
});

it.each(PROPERTIES.map((property) => [`${property.owner}.${property.name}`, property] as const))('%s', (path, { owner, name, type }) => {
  const values = WRONG[type].filter((value) => !RIGHT[path]?.values.some((right) => JSON.stringify(right) === JSON.stringify(value)));
  for (const value of values) {
    made += 1;
    const given = Token.isUnresolved(value) ? 'a token' : value instanceof Duration ? value.toString() : JSON.stringify(value);
    let message = `${given} was taken`;
    try {
      SUBJECTS[owner]({ [name]: value }, `Wrong${made}`);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(new RegExp(`^[\\w/-]+(\\.\\w+)?: ([\\w.[\\]]+\\.)?${name}\\b`));
    expect(message).toMatch(/got |cannot read|is known only after deployment|holds no/);
    expect(message).toMatch(/expected|give /);
  }
});
