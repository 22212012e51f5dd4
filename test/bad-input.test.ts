/**
 * What users get wrong, by kind: each is refused when the program runs, with the place, the property, what was got,
 * what was expected and the way out. Wrong single values: wrong-values.test.ts.
 */
import { rmSync } from 'node:fs';
import { App, CfnParameter, CfnResource, Duration, Lazy, SecretValue, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Cluster as EcsCluster } from 'aws-cdk-lib/aws-ecs';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  BareMetalCluster,
  CertificateAuthority,
  ClusterAccess,
  ClusterCompute,
  CognitoIdentity,
  DockerTarget,
  EcsTarget,
  EksAnywhereKubernetesVersion,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayCache,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  GatewayObservability,
  Handoff,
  KongEdition,
  OidcIssuer,
  OpenSearchLogs,
  Package,
  SecretDelivery,
  Trust,
  ValkeyCache,
  VSphereCluster,
} from '../src';
import type { CloudCluster } from '../src';
import { bareMetal, vsphere } from './eks-anywhere/sample';
import { testCluster, testControlPlane, testStack } from './gateway/sample';

/** A topology in which everything is right, to do one thing wrong in. */
interface World {
  readonly stack: Stack;
  readonly app: App;
  readonly vpc: ec2.Vpc;
  readonly isolated: ec2.Vpc;
  readonly cluster: CloudCluster;
  readonly controlPlane: GatewayControlPlane;
  readonly kong: GatewayControlPlane;
  readonly identity: CognitoIdentity;
  readonly secret: Secret;
}

const COMMUNITY = GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
const KEY = `-----BEGIN ${'PRIVATE KEY'}-----\nMIIB\n-----END ${'PRIVATE KEY'}-----`;
const IMAGE = { imageRepository: 'registry.acme.example/hybridge' };

const outdirs: string[] = [];
afterAll(() => outdirs.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function newWorld(): World {
  const stack = testStack();
  const app = stack.node.root as App;
  outdirs.push(app.outdir);
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
  const isolated = new ec2.Vpc(stack, 'Isolated', {
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    subnetConfiguration: [{ name: 'Nodes', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
  });
  const cluster = testCluster(stack, { vpc, clusterName: 'cloud' });
  const target = EksTarget.cluster(cluster);
  return {
    stack,
    app,
    vpc,
    isolated,
    cluster,
    controlPlane: testControlPlane(stack, { target }),
    kong: new GatewayControlPlane(stack, 'Kong', {
      target,
      engine: COMMUNITY,
      database: GatewayDatabase.auroraServerless(),
      trust: Trust.generated(),
    }),
    identity: new CognitoIdentity(stack, 'Identity', { callbackUrls: ['https://acme.example/back'] }),
    secret: new Secret(stack, 'Secret'),
  };
}

/** One thing that is wrong. */
interface Mistake {
  readonly what: string;
  /** Path of the construct, or the method. */
  readonly place: string;
  readonly says: RegExp;
  readonly make: (world: World, id: string) => unknown;
  /** Whether it shows when the tree is complete. Otherwise the line that is wrong throws. */
  readonly isLate?: true;
}

const later = () => Token.asString(Lazy.any({ produce: () => 'x' }));
const database = { host: 'db.acme.example', database: 'gateway', user: 'gateway' };
const inEks = ({ cluster }: World) => EksTarget.cluster(cluster);
const site = (app: App, id: string, changes: object = {}) => new BareMetalCluster(app, id, bareMetal(changes));
const plant = ({ app }: World, id: string) => site(app, `${id}Site`, { clusterName: `site-${id.toLowerCase()}` });
const withKey = (controlPlane: GatewayControlPlane, config: object, id: string) =>
  controlPlane.addDeclarativeConfig(id, { inline: { _format_version: '3.0', ...config } });
const setting = (what: string, name: string, value: string, says: RegExp): Mistake => ({
  what,
  place: 'Cloud/ControlPlane/$ID',
  says,
  make: (world, id) => world.controlPlane.addDataPlane(id, { target: inEks(world), settings: { [name]: value } }),
});

const SECRETS_AS_TEXT: readonly Mistake[] = [
  ...[
    'KONG_PG_PASSWORD',
    'KONG_REDIS_PASSWORD',
    'KONG_LICENSE_DATA',
    'KONG_ADMIN_GUI_SESSION_CONF',
    'KONG_VAULT_HCV_TOKEN',
    'KONG_SSL_CERT_KEY',
    'HYBRIDGE_ADMIN_TOKEN',
  ].map((name) =>
    setting(
      `the setting ${name}`,
      name,
      'planted',
      new RegExp(`settings\\["${name}"\\]: got the name of a secret, expected .*keep it in Secrets Manager`),
    ),
  ),
  setting(
    'a private key as a setting',
    'KONG_SSL_CERT',
    KEY,
    /settings\["KONG_SSL_CERT"\]: got a secret, expected public text; keep it in Secrets Manager/,
  ),
  setting(
    'a password in an address',
    'KONG_PROXY_SERVER',
    'http://planted:planted@proxy.acme.example',
    /settings\["KONG_PROXY_SERVER"\]: got a secret, expected/,
  ),
  setting('an access key of AWS', 'KONG_AWS_ID', `AKIA${'PLANTED000000000'}`, /settings\["KONG_AWS_ID"\]: got a secret, expected/),
  setting(
    'a secret of Secrets Manager',
    'KONG_LOG_LEVEL',
    SecretValue.secretsManager('planted').unsafeUnwrap(),
    /settings\["KONG_LOG_LEVEL"\]: got a secret, expected/,
  ),
  {
    what: 'a parameter without echo',
    place: 'Cloud/ControlPlane/$ID',
    says: /settings\["KONG_LOG_LEVEL"\]: got a secret, expected/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, {
        target: inEks(world),
        settings: { KONG_LOG_LEVEL: new CfnParameter(world.stack, `${id}Parameter`, { noEcho: true }).valueAsString },
      }),
  },
  {
    what: 'a password as a setting of a task',
    place: 'Cloud/ControlPlane/$ID',
    says: /settings\["KONG_REDIS_PASSWORD"\]: got the name of a secret/,
    make: ({ controlPlane, vpc }, id) =>
      controlPlane.addDataPlane(id, { target: EcsTarget.fargate(vpc), settings: { KONG_REDIS_PASSWORD: 'planted' } }),
  },
  {
    what: 'a password as a setting of instances',
    place: 'Cloud/ControlPlane/$ID',
    says: /settings\["KONG_REDIS_PASSWORD"\]: got the name of a secret/,
    make: ({ controlPlane, vpc }, id) =>
      controlPlane.addDataPlane(id, { target: AutoScalingGroupTarget.vpc(vpc), settings: { KONG_REDIS_PASSWORD: 'planted' } }),
  },
  {
    what: 'a password as a setting of a laptop',
    place: 'Cloud/ControlPlane/$ID',
    says: /settings\["KONG_REDIS_PASSWORD"\]: got the name of a secret/,
    make: ({ controlPlane }, id) =>
      controlPlane.addDataPlane(id, { target: DockerTarget.compose(IMAGE), settings: { KONG_REDIS_PASSWORD: 'planted' } }),
  },
  {
    what: "a password as a value of Kong's chart",
    place: 'Cloud/Kong/$ID',
    says: /settings\["KONG_PG_PASSWORD"\]: got the name of a secret/,
    make: (world, id) => world.kong.addDataPlane(id, { target: inEks(world), settings: { KONG_PG_PASSWORD: 'planted' } }),
  },
  {
    what: 'the host of a database out of its secret',
    place: 'GatewayDatabase.existing',
    says: /host: got a secret, expected/,
    make: ({ secret }) =>
      GatewayDatabase.existing({
        ...database,
        host: secret.secretValueFromJson('host').unsafeUnwrap(),
        secret: Secret.fromSecretNameV2(secret, 'Known', 'db'),
      }),
  },
  {
    what: 'a secret as a hostname',
    place: 'Cloud/ControlPlane/$ID',
    says: /hostname: got a secret, expected/,
    make: (world, id) => world.controlPlane.addDataPlane(id, { target: inEks(world), hostname: world.secret.secretValue.unsafeUnwrap() }),
  },
  {
    what: 'a secret as a label',
    place: 'Cloud/ControlPlane/$ID',
    says: /labels\["site"\]: got a value known only after deployment, expected/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, { target: inEks(world), labels: { site: world.secret.secretValue.unsafeUnwrap() } }),
  },
  {
    what: 'a secret as the end of tunnels',
    place: 'Cloud/$ID',
    says: /tunnelEndpoint: got a secret, expected/,
    make: ({ stack, secret }, id) =>
      GatewayControlPlane.fromAttributes(stack, id, {
        tunnelEndpoint: secret.secretValue.unsafeUnwrap(),
        telemetryEndpoint: 'control.acme.example:443',
        trust: Trust.generated(),
      }),
  },
  {
    what: 'the password of a cache in a plugin',
    place: 'Cloud/ControlPlane',
    says: /inline: got 1 error, expected a configuration that the gateway accepts:.*redis\.password/s,
    make: ({ controlPlane }, id) =>
      withKey(
        controlPlane,
        { plugins: [{ name: 'rate-limiting', config: { minute: 5, policy: 'redis', redis: { host: 'cache', password: 'planted' } } }] },
        id,
      ),
  },
  {
    what: 'the key of a consumer',
    place: 'Cloud/ControlPlane',
    says: /inline: got 2 errors, expected a configuration that the gateway accepts:.*key/s,
    make: ({ controlPlane }, id) =>
      withKey(controlPlane, { consumers: [{ username: 'robot', keyauth_credentials: [{ key: 'planted' }] }] }, id),
  },
  {
    what: 'the private key of a certificate',
    place: 'Cloud/ControlPlane',
    says: /inline: got .*key/s,
    make: ({ controlPlane }, id) => withKey(controlPlane, { certificates: [{ cert: 'x', key: KEY }] }, id),
  },
  {
    what: 'a private key beside the authority of tunnels',
    place: 'Cloud/$ID',
    says: /authority: holds a private key, .*expected certificates only/,
    make: ({ stack }, id) =>
      GatewayControlPlane.fromAttributes(stack, id, {
        tunnelEndpoint: 'control.acme.example:443',
        telemetryEndpoint: 'control.acme.example:443',
        trust: Trust.existingPki({ authority: KEY, dataPlanes: {} }),
      }),
  },
  {
    what: 'a private key beside the authority of a database',
    place: 'GatewayDatabase.existing',
    says: /certificateAuthorities: got no certificate, expected .*without private keys/,
    make: ({ secret }) => GatewayDatabase.existing({ ...database, secret, certificateAuthorities: `-----BEGIN CERTIFICATE-----\n${KEY}` }),
  },
  {
    what: 'a private key as an authority of Roles Anywhere',
    place: 'CertificateAuthority.fromPem',
    says: /pem: got a private key, expected certificates only/,
    make: () => CertificateAuthority.fromPem(KEY),
  },
  {
    what: 'a password in the address of a proxy',
    place: '$ID',
    says: /proxy\.httpProxy: got a password, .*expected/,
    make: ({ app }, id) => site(app, id, { proxy: { httpProxy: 'http://planted:planted@proxy:3128', httpsProxy: 'proxy:3128' } }),
  },
  {
    what: 'a Secret among further documents',
    place: '$ID',
    says: /furtherDocuments\[0\]: got a Secret, .*expected/,
    make: ({ app }, id) => site(app, id, { furtherDocuments: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }] }),
  },
];

const TOKENS: readonly Mistake[] = [
  {
    what: 'a version of Kubernetes',
    place: 'Cloud/$ID/Cluster',
    says: /kubernetesVersion: got a value known only after deployment, expected/,
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id), { vpc, kubernetesVersion: KubernetesVersion.of(later()) }),
  },
  {
    what: 'the version of a chart',
    place: 'GatewayEngine.kongHelm',
    says: /chartVersion: got a value known only after deployment, expected/,
    make: () => GatewayEngine.kongHelm({ chartVersion: later() }),
  },
  {
    what: 'a number of nodes',
    place: 'Cloud/ControlPlane/$ID',
    says: /replicas: got a value known only after deployment, expected a whole number/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, {
        target: inEks(world),
        replicas: new CfnParameter(world.stack, `${id}Parameter`, { type: 'Number' }).valueAsNumber,
      }),
  },
  {
    what: 'a port',
    place: 'DockerTarget.compose',
    says: /httpPort: got a value known only after deployment, expected a port/,
    make: () => DockerTarget.compose({ ...IMAGE, httpPort: Token.asNumber({}) }),
  },
  {
    what: 'the network of a new VPC',
    place: 'Cloud/$ID/Cluster',
    says: /vpcCidr: got a value known only after deployment, expected a literal/,
    make: ({ stack }, id) => testCluster(new Stack(stack, id), { vpcCidr: later() }),
  },
  {
    what: 'addresses of MetalLB',
    place: 'Exposure.metalLb',
    says: /range: is known only after deployment, expected a literal/,
    make: () => Exposure.metalLb(later()),
  },
  {
    what: 'the repository of a site',
    place: 'DockerTarget.compose',
    says: /imageRepository: got a value known only after deployment, expected/,
    make: () => DockerTarget.compose({ imageRepository: later() }),
  },
  {
    what: "the name of a site's cluster",
    place: '$ID',
    says: /clusterName: got a value known only after deployment, expected a plain value/,
    make: ({ app }, id) => site(app, id, { clusterName: later() }),
  },
  {
    what: "the endpoint of a site's cluster",
    place: '$ID',
    says: /endpoint: got a value known only after deployment, expected a plain value/,
    make: ({ app }, id) => site(app, id, { endpoint: later() }),
  },
  {
    what: 'the region of an issuer',
    place: 'Nowhere$ID/Issuer',
    says: /scope: got stack \w+, whose region is known only after deployment, expected/,
    make: ({ app }, id) => new OidcIssuer(new Stack(app, `Nowhere${id}`), 'Issuer', { bucketName: 'acme-keys' }),
  },
  {
    what: 'the name of a secret that sites read',
    place: 'Cloud/$ID',
    says: /secret: the secret's name is known only after deployment, expected a literal/,
    make: ({ stack, cluster, secret }, id) =>
      new GatewayControlPlane(stack, id, {
        target: EksTarget.cluster(cluster),
        engine: GatewayEngine.packaged(),
        database: GatewayDatabase.auroraServerless(),
        trust: Trust.existing(secret),
      }),
  },
  {
    what: 'a duration',
    place: 'Trust.generated',
    says: /rotateEvery: got a value known only after deployment, expected whole days/,
    make: () => Trust.generated({ rotateEvery: Duration.days(Token.asNumber({})) }),
  },
];

const ISOLATED = { subnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } };
const NO_WAY_OUT = /vpc: has private subnets with a way to the internet in 0 availability zones, expected at least 2: add subnets/;

const ISOLATED_NETWORKS: readonly Mistake[] = [
  {
    what: 'nodes of EKS',
    place: 'Cloud/$ID/Cluster',
    says: /subnets: .*have no way to the internet, and the VPC has no endpoints for eks .*add them with vpc\.addInterfaceEndpoint/,
    isLate: true,
    make: ({ stack, isolated }, id) =>
      testCluster(new Stack(stack, id, { env: { region: 'eu-central-1' } }), { vpc: isolated, ...ISOLATED }),
  },
  {
    what: 'a control plane whose database has no subnets',
    place: 'Cloud/$ID',
    says: /target: the VPC of the cluster: has private subnets with a way to the internet in 0 availability zones, expected at least 2/,
    make: ({ stack, isolated }, id) =>
      testControlPlaneIn(
        stack,
        id,
        EksTarget.cluster(testCluster(new Stack(stack, `${id}Stack`, { env: { region: 'eu-central-1' } }), { vpc: isolated, ...ISOLATED })),
      ),
  },
  { what: 'tasks', place: 'EcsTarget.fargate', says: NO_WAY_OUT, make: ({ isolated }) => EcsTarget.fargate(isolated) },
  {
    what: 'instances',
    place: 'AutoScalingGroupTarget.vpc',
    says: NO_WAY_OUT,
    make: ({ isolated }) => AutoScalingGroupTarget.vpc(isolated),
  },
  {
    what: 'a cache',
    place: 'Cloud/$ID',
    says: NO_WAY_OUT,
    make: ({ stack, isolated }, id) => new ValkeyCache(stack, id, { vpc: isolated }),
  },
  {
    what: 'a log domain',
    place: 'Cloud/$ID',
    says: NO_WAY_OUT,
    make: ({ stack, isolated }, id) => new OpenSearchLogs(stack, id, { vpc: isolated }),
  },
  {
    what: 'a cache of another network',
    place: 'Cloud/ControlPlane/$ID',
    says: /cache: Cloud\/\w+ is in another VPC than the plane, expected the same VPC, .*make a ValkeyCache/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, {
        target: inEks(world),
        cache: new ValkeyCache(world.stack, `${id}Cache`, { vpc: new ec2.Vpc(world.stack, `${id}Vpc`) }),
      }),
  },
];

function testControlPlaneIn(stack: Stack, id: string, target: EksTarget): GatewayControlPlane {
  return new GatewayControlPlane(stack, id, {
    target,
    engine: GatewayEngine.packaged(),
    database: GatewayDatabase.auroraServerless(),
    trust: Trust.generated(),
  });
}

const ENGINES: readonly Mistake[] = [
  {
    what: "openid-connect of Kong's community edition",
    place: 'Cloud/Kong/$ID',
    says: /identity: got the plugin openid-connect, which Kong's community edition does not have: use GatewayEngine\.packaged/,
    make: (world, id) => world.kong.addDataPlane(id, { target: inEks(world), identity: world.identity }),
  },
  {
    what: "a plugin of a file that Kong's community edition does not have",
    place: 'Cloud/Kong',
    says: /plugins.*got the plugin canary, which Kong's community edition does not have: use/,
    make: ({ kong }, id) => withKey(kong, { plugins: [{ name: 'canary', config: { percentage: 10, upstream_host: 'next' } }] }, id),
  },
  ...(
    [
      ['tasks', ({ vpc }: World) => EcsTarget.fargate(vpc)],
      ['instances', ({ vpc }: World) => AutoScalingGroupTarget.vpc(vpc)],
      ['a laptop', () => DockerTarget.compose(IMAGE)],
    ] as const
  ).map(([what, target]): Mistake => ({
    what: `Kong's chart on ${what}`,
    place: 'Cloud/Kong/$ID',
    says: /target: the engine is kongHelm, which needs Kubernetes, expected EksTarget or EksAnywhereTarget: choose/,
    make: (world, id) => world.kong.addDataPlane(id, { target: target(world) }),
  })),
  {
    what: 'a setting of the packaged gateway',
    place: 'Cloud/Kong/$ID',
    says: /settings\["HYBRIDGE_DRAIN"\]: only the packaged gateway knows it, expected names that begin with KONG_/,
    make: (world, id) => world.kong.addDataPlane(id, { target: inEks(world), settings: { HYBRIDGE_DRAIN: '1' } }),
  },
  {
    what: 'a rotated password, which Kong reads once',
    place: 'Cloud/$ID',
    says: /database: rotatesPassword needs nodes that re-read the password, .*remove it/,
    make: ({ stack, cluster }, id) =>
      new GatewayControlPlane(stack, id, {
        target: EksTarget.cluster(cluster),
        engine: COMMUNITY,
        database: GatewayDatabase.rds({ rotatesPassword: true }),
        trust: Trust.generated(),
      }),
  },
  {
    what: 'a certificate of which two are good at a time',
    place: 'Cloud/$ID',
    says: /rotateEvery.*Kong.*expected|GatewayEngine\.packaged/,
    make: ({ stack, cluster }, id) =>
      new GatewayControlPlane(stack, id, {
        target: EksTarget.cluster(cluster),
        engine: COMMUNITY,
        database: GatewayDatabase.auroraServerless(),
        trust: Trust.generated({ rotateEvery: Duration.days(30) }),
      }),
  },
  {
    what: 'a licence for the community edition',
    place: 'GatewayEngine.kongHelm',
    says: /licence: got one with the community edition, expected none: leave it out, or set edition/,
    make: ({ secret }) => GatewayEngine.kongHelm({ chartVersion: '3.4.1', licence: secret }),
  },
  {
    what: 'the enterprise edition without a licence',
    place: 'GatewayEngine.kongHelm',
    says: /licence: got none, expected the licence of the enterprise edition/,
    make: () => GatewayEngine.kongHelm({ chartVersion: '3.4.1', edition: KongEdition.ENTERPRISE }),
  },
  {
    what: 'revocation by a control plane of Kong',
    place: 'Cloud/Kong/$ID',
    says: /revoke: Kong's control plane has no revocation list, expected/,
    make: (world, id) => world.kong.addDataPlane(id, { target: inEks(world) }).revoke(),
  },
  {
    what: 'revocation of one plane where all planes share a certificate',
    place: 'Cloud/ControlPlane/$ID',
    says: /revoke: all planes have one certificate, .*expected certificates of an authority/,
    make: (world, id) => world.controlPlane.addDataPlane(id, { target: inEks(world) }).revoke(),
  },
  ...(
    [
      ['ECS', ({ vpc }: World) => EcsTarget.fargate(vpc)],
      ['an Auto Scaling group', ({ vpc }: World) => AutoScalingGroupTarget.vpc(vpc)],
      ['a machine with Docker', () => DockerTarget.compose(IMAGE)],
    ] as const
  ).map(([place, target]): Mistake => ({
    what: `cert-manager on ${place}`,
    place: 'Cloud/$ID/Plane',
    says: new RegExp(
      `trust: the certificate of plane would come from cert-manager, which ${place} does not have, expected a certificate in a secret`,
    ),
    make: (world, id) =>
      GatewayControlPlane.fromAttributes(world.stack, id, {
        tunnelEndpoint: 'control.acme.example:443',
        telemetryEndpoint: 'control.acme.example:443',
        trust: Trust.certManager({ issuerName: 'tunnels' }),
      }).addDataPlane('Plane', { target: target(world) }),
  })),
  {
    what: 'logs without a token on a site',
    place: 'Cloud/ControlPlane/$ID',
    says: /logs: a site has no role in AWS .*expected logs with an ingest.*set ingest: true/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, {
        target: EksAnywhereTarget.cluster(plant(world, id), { ...IMAGE, exposure: Exposure.nodePort() }),
        logs: new OpenSearchLogs(world.stack, `${id}Logs`, { vpc: world.vpc }),
      }),
  },
  {
    what: 'a load balancer of AWS on a site',
    place: 'Cloud/ControlPlane/$ID',
    says: /exposure: got a load balancer of AWS, expected nodePort, metalLb, kubeVip or clusterIp/,
    make: (world, id) =>
      world.controlPlane.addDataPlane(id, {
        target: EksAnywhereTarget.cluster(plant(world, id), { ...IMAGE, exposure: Exposure.internalLoadBalancer() }),
      }),
  },
  {
    what: 'a plugin for logs without an address',
    place: 'Cloud/$ID',
    says: /ingest: got none, expected one, because http-log cannot sign .*set ingest: true/,
    make: ({ stack, vpc }, id) => new OpenSearchLogs(stack, id, { vpc }).pluginConfig(),
  },
];

const ACCOUNTS: readonly Mistake[] = [
  ...(
    [
      ['a secret', Trust.generated()],
      ['an authority', Trust.privateCa()],
    ] as const
  ).map(([what, trust]): Mistake => ({
    what: `a plane in another account than ${what} of its trust`,
    place: 'Other$ID/Plane',
    says: /target: the cluster is in account 444455556666, expected 111122223333, where the plane's secrets are: choose/,
    make: ({ app }, id) => {
      const [home, other] = ['111122223333', '444455556666'].map(
        (account, at) =>
          new Stack(app, `${at === 0 ? 'Home' : 'Other'}${id}`, {
            env: { account, region: 'eu-central-1' },
            stackName: `${what.replace(/\W/g, '-')}-${at}`,
          }),
      );
      new GatewayControlPlane(home, `Control${id}`, {
        target: EksTarget.cluster(testCluster(home)),
        engine: GatewayEngine.packaged(),
        database: GatewayDatabase.auroraServerless(),
        trust,
      }).addDataPlane('Plane', { target: EksTarget.cluster(testCluster(other)) });
    },
  })),
];

const LIMITS: readonly Mistake[] = [
  {
    what: 'more resources than CloudFormation takes',
    place: 'Cloud',
    says: /has \d+ resources \(.*, expected at most 500, which CloudFormation takes: give some planes a stack of their own/,
    isLate: true,
    make: ({ stack }) => Array.from({ length: 480 }, (_, at) => new CfnResource(stack, `Resource${at}`, { type: 'AWS::SSM::Parameter' })),
  },
];

const CLASHES: readonly Mistake[] = [
  {
    what: 'two data planes',
    place: 'Cloud/$ID/First$ID',
    says: /id: another plane of this app is called first-\w+ already: give this one another id/,
    make: (world, id) => {
      world.controlPlane.addDataPlane(`First${id}`, { target: inEks(world) });
      GatewayControlPlane.fromAttributes(world.stack, id, {
        tunnelEndpoint: 'c.example:443',
        telemetryEndpoint: 'c.example:443',
        trust: Trust.existing(Secret.fromSecretNameV2(world.stack, `${id}Known`, 'known')),
      }).addDataPlane(`First${id}`, { target: inEks(world) });
    },
  },
  ...['default', 'KubeSystem', 'cert-manager', 'Monitoring'].map((name): Mistake => ({
    what: `a plane that would take the namespace of ${name}`,
    place: `Cloud/ControlPlane/${name}`,
    says: /id: got "[\w-]+", which would be the namespace [a-z-]+, expected one that nothing else in a cluster has: such as/,
    make: (world) => world.controlPlane.addDataPlane(name, { target: inEks(world) }),
  })),
  {
    what: 'two clusters of a name',
    place: 'Cloud/$ID/Cluster',
    says: /clusterName: got "cloud", which is the cluster name of Cloud\/Cluster in the same account and region already/,
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id, { env: { region: 'eu-central-1' } }), { vpc, clusterName: 'cloud' }),
  },
  {
    what: 'two caches whose secrets have one name',
    place: 'Cloud/Other$ID/$ID',
    says: /id: got "hybridge\/Cloud\/\S+\/cache", which is the secret of Cloud\/\w+ in the same account and region already/,
    make: ({ stack, vpc }, id) => {
      new ValkeyCache(stack, id, { vpc });
      new ValkeyCache(new CfnResource(stack, `Other${id}`, { type: 'AWS::SSM::Parameter' }), id, { vpc });
    },
  },
  {
    what: 'two identities with one domain',
    place: 'Cloud/$ID',
    says: /domainPrefix: got "acme-\w+", which is the domain prefix of Cloud\/First\w+ in eu-central-1 already, expected another one/,
    make: ({ stack }, id) => {
      const props = { callbackUrls: ['https://acme.example/back'], domainPrefix: `acme-${id.toLowerCase()}` };
      new CognitoIdentity(stack, `First${id}`, props);
      new CognitoIdentity(stack, id, props);
    },
  },
  {
    what: 'two sites that differ by capitals',
    place: 'Cloud/$IDHandoff/plant',
    says: /id: got "Cloud\/plant", which is the site of Cloud\/\w+Handoff\/Plant in the same account and region already/,
    make: ({ stack }, id) => {
      const handoff = new Handoff(stack, `${id}Handoff`);
      handoff.addSite('Plant');
      handoff.addSite('plant');
    },
  },
  {
    what: 'two planes on one node port',
    place: 'Cloud/ControlPlane/$ID',
    says: /exposure: got 30080, which is the node port of Cloud\/ControlPlane\/First\w+ in cluster \w+ already, expected another one/,
    make: (world, id) => {
      const target = EksAnywhereTarget.cluster(plant(world, id), { ...IMAGE, exposure: Exposure.nodePort() });
      world.controlPlane.addDataPlane(`First${id}`, { target });
      world.controlPlane.addDataPlane(id, { target });
    },
  },
  {
    what: 'one role twice',
    place: 'Cloud/Cluster',
    says: /role: Cloud\/\w+ has access to Cloud\/Cluster already, expected one entry per role: make one call/,
    make: ({ stack, cluster }, id) => {
      const role = new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
      cluster.grantAccess(`${id}One`, role, ClusterAccess.view());
      cluster.grantAccess(`${id}Two`, role, ClusterAccess.admin());
    },
  },
  {
    what: 'two groups of nodes',
    place: 'ClusterCompute.nodeGroups',
    says: /nodeGroups\[1\]\.name: got "one", which another group has: give each its own/,
    make: () => ClusterCompute.nodeGroups({ name: 'one' }, { name: 'one' }),
  },
  {
    what: 'two clusters of sites that write one folder',
    place: 'Stage$ID/$ID',
    says: /id: got "\w+", which is the folder of \w+ in cdk\.out\/hybridge already, expected another one/,
    make: ({ app }, id) => {
      site(app, id);
      new BareMetalCluster(new Stack(app, `Stage${id}`), id, bareMetal({ clusterName: 'other' }));
    },
  },
];

const VERSIONS: readonly Mistake[] = [
  ...['1.28', '2.0', '1.35.2', 'latest'].map((version): Mistake => ({
    what: `Kubernetes ${version} on EKS`,
    place: 'Cloud/$ID/Cluster',
    says: new RegExp(`kubernetesVersion: got ${version.replace(/\./g, '\\.')}, expected 1\\.29 or later`),
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id), { vpc, kubernetesVersion: KubernetesVersion.of(version) }),
  })),
  {
    what: 'Kubernetes that a release of EKS Anywhere does not have',
    place: '$ID',
    says: /kubernetesVersion is '1\.28'; EKS Anywhere v0\.26\.0 creates 1\.30 to 1\.36; v0\.23\.0 to v0\.24\.4 have .* \(use one of/,
    make: ({ app }, id) => site(app, id, { kubernetesVersion: EksAnywhereKubernetesVersion.of('1.28') }),
  },
  {
    what: 'a release of EKS Anywhere newer than that of the management cluster',
    place: '$ID',
    says: /eksAnywhereVersion: got "v0\.26\.0", newer than "v0\.25\.4" of managementCluster, expected the same/,
    make: ({ app }, id) =>
      new VSphereCluster(
        app,
        id,
        vsphere({
          managementCluster: new VSphereCluster(
            app,
            `${id}Manager`,
            vsphere({ eksAnywhereVersion: 'v0.25.4', kubernetesVersion: EksAnywhereKubernetesVersion.of('1.34') }),
          ),
        }),
      ),
  },
  {
    what: 'a chart of another major version',
    place: 'GatewayEngine.kongHelm',
    says: /chartVersion: got "2\.40\.0", expected a version 3\.x\.y of the chart/,
    make: () => GatewayEngine.kongHelm({ chartVersion: '2.40.0' }),
  },
  {
    what: 'a community edition that Kong does not publish',
    place: 'GatewayEngine.kongHelm',
    says: /gatewayVersion: got "3\.10\.0", expected 3\.x\.y up to 3\.9, .*choose 3\.9\.1/,
    make: () => GatewayEngine.kongHelm({ chartVersion: '3.4.1', gatewayVersion: '3.10.0' }),
  },
];

const NUMBERS_AND_NAMES: readonly Mistake[] = [
  {
    what: 'least above most',
    place: 'GatewayDatabase.auroraServerless',
    says: /minCapacity: got 8, which is more than maxCapacity, 4: lower it or raise/,
    make: () => GatewayDatabase.auroraServerless({ minCapacity: 8 }),
  },
  {
    what: 'least above most nodes',
    place: 'Cloud/ControlPlane/$ID',
    says: /maxReplicas: got 3, expected a whole number, at least 4, the replicas of the plane/,
    make: ({ controlPlane, cluster }, id) =>
      controlPlane.addDataPlane(id, { target: EksTarget.cluster(cluster, { maxReplicas: 3 }), replicas: 4 }),
  },
  {
    what: 'a size that Fargate does not have',
    place: 'EcsTarget.fargate',
    says: /memoryMib: got 512, expected a multiple of 1024 from 2048 to 8192/,
    make: ({ vpc }) => EcsTarget.fargate(vpc, { cpu: 1024, memoryMib: 512 }),
  },
  {
    what: 'processors that the image is not for',
    place: 'AutoScalingGroupTarget.vpc',
    says: /instanceType: got c7g\.large, which has an Arm processor, expected an x86 one/,
    make: ({ vpc }) => AutoScalingGroupTarget.vpc(vpc, { instanceType: new ec2.InstanceType('c7g.large') }),
  },
  ...['Überbreit', 'a'.repeat(41), '...'].map((name): Mistake => ({
    what: `the id ${name}`,
    place: `Cloud/ControlPlane/${name}`,
    says: /id: got "[^"]*", expected (at most 40 lower-case letters|letters a to z), digits and '-'/,
    make: (world) => world.controlPlane.addDataPlane(name, { target: inEks(world) }),
  })),
  {
    what: 'a capacity provider of Fargate',
    place: 'EcsTarget.ec2Cluster',
    says: /capacityProvider: got "FARGATE_SPOT", expected the name of one with EC2 instances: use EcsTarget\.fargateCluster/,
    make: ({ stack, vpc }, id) => EcsTarget.ec2Cluster(new EcsCluster(stack, id, { vpc }), 'FARGATE_SPOT'),
  },
  {
    what: 'a serial number',
    place: 'Trust.revokeSerialNumber',
    says: /serialNumber: got "no number", expected 1 to 40 hexadecimal digits, as openssl/,
    make: () => Trust.generated().revokeSerialNumber('no number'),
  },
  {
    what: 'an address',
    place: 'Exposure.kubeVip',
    says: /address: got "10\.20\.0\.300", expected an IPv4 address/,
    make: () => Exposure.kubeVip('10.20.0.300'),
  },
  {
    what: 'a range that ends before it begins',
    place: 'Exposure.metalLb',
    says: /range: got "10\.20\.0\.9-10\.20\.0\.1", expected IPv4 addresses as first-last/,
    make: () => Exposure.metalLb('10.20.0.9-10.20.0.1'),
  },
  {
    what: 'a namespace',
    place: 'ClusterAccess',
    says: /namespaces\[0\]: got "No Name", expected the name of a namespace/,
    make: () => ClusterAccess.edit('No Name'),
  },
  {
    what: 'a file that is not there',
    place: 'Cloud/ControlPlane',
    says: /file: cannot read "no\.yaml": .*; give a path relative to the folder that the app runs in, or an absolute one/,
    make: ({ controlPlane }, id) => controlPlane.addDeclarativeConfig(id, { file: 'no.yaml' }),
  },
  {
    what: 'two listeners on a port',
    place: 'DockerTarget.compose',
    says: /httpsPort: got 8000, which httpPort has already; expected another port/,
    make: () => DockerTarget.compose({ ...IMAGE, httpsPort: 8000 }),
  },
  {
    what: 'a port that nodes do not give',
    place: 'Exposure.nodePort',
    says: /http: got 80, expected a port that Kubernetes gives to nodes, 30000 to 32767/,
    make: () => Exposure.nodePort({ http: 80 }),
  },
  {
    what: 'a network with host bits',
    place: 'Exposure.internetLoadBalancer',
    says: /cidrs\[0\]: got "203\.0\.113\.9\/24", expected an IPv4 network/,
    make: () => Exposure.internetLoadBalancer('203.0.113.9/24'),
  },
  {
    what: 'a Kubernetes API open to the internet',
    place: 'Cloud/$ID/Cluster',
    says: /adminCidrs: got 0\.0\.0\.0\/0, expected the networks of administrators: leave it out/,
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id), { vpc, adminCidrs: ['0.0.0.0/0'] }),
  },
  {
    what: 'Services in the network of the machines',
    place: 'Cloud/$ID/Cluster',
    says: /servicesCidr: got 10\.0\.64\.0\/18, which overlaps 10\.0\.0\.0\/16 of the VPC, expected networks apart/,
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id), { vpc, servicesCidr: '10.0.64.0/18' }),
  },
  {
    what: 'Services at public addresses',
    place: 'Cloud/$ID/Cluster',
    says: /servicesCidr: got 203\.0\.113\.0\/24, expected a part of 10\.0\.0\.0\/8/,
    make: ({ stack, vpc }, id) => testCluster(new Stack(stack, id), { vpc, servicesCidr: '203.0.113.0/24' }),
  },
  {
    what: 'an address with a scheme',
    place: 'Cloud/$ID',
    says: /tunnelEndpoint: got "https:\/\/c\.example:443", expected host:port without a scheme/,
    make: ({ stack }, id) =>
      GatewayControlPlane.fromAttributes(stack, id, {
        tunnelEndpoint: 'https://c.example:443',
        telemetryEndpoint: 'c.example:443',
        trust: Trust.generated(),
      }),
  },
  {
    what: 'a hostname with a scheme',
    place: 'Cloud/ControlPlane/$ID',
    says: /hostname: got "https:\/\/apis\.acme\.example", expected a full name/,
    make: (world, id) => world.controlPlane.addDataPlane(id, { target: inEks(world), hostname: 'https://apis.acme.example' }),
  },
  {
    what: 'a server with a port in its name',
    place: 'Cloud/$ID',
    says: /host: got "cache\.acme\.example:6379", expected the name in a certificate/,
    make: ({ stack, vpc, secret }, id) =>
      GatewayCache.existing(stack, id, {
        host: 'cache.acme.example:6379',
        vpc,
        securityGroup: new ec2.SecurityGroup(stack, `${id}Group`, { vpc }),
        secret,
      }),
  },
  {
    what: 'an ARN of something else',
    place: 'CertificateAuthority.fromPrivateCa',
    says: /arn: got "arn:aws:iam::1:role\/x", expected the ARN of an authority of ACM PCA/,
    make: () => CertificateAuthority.fromPrivateCa('arn:aws:iam::1:role/x'),
  },
  {
    what: 'a refresh every second',
    place: 'SecretDelivery.externalSecrets',
    says: /refreshInterval: got 1 second, expected a minute to a day/,
    make: () => SecretDelivery.externalSecrets({ refreshInterval: Duration.seconds(1) }),
  },
  {
    what: 'scaling by requests without a load balancer that counts them',
    place: 'Cloud/ControlPlane/$ID',
    says: /requestsPerReplica: .*expected a certificate as well/,
    make: ({ controlPlane, vpc }, id) => controlPlane.addDataPlane(id, { target: EcsTarget.fargate(vpc, { requestsPerReplica: 1000 }) }),
  },
  {
    what: 'nothing to watch',
    place: 'Cloud/$ID',
    says: /watch: got nothing, expected at least one plane, cache or log domain/,
    make: ({ stack }, id) => new GatewayObservability(stack, id, { watch: [] }),
  },
  {
    what: 'a package in a namespace with an invalid name',
    place: 'Package.certManager',
    says: /targetNamespace: got "No Name", expected at most 63 lower-case/,
    make: (world, id) => plant(world, id).addPackage(Package.certManager({ targetNamespace: 'No Name' })),
  },
  {
    what: 'an identity without callback URLs',
    place: 'Cloud/$ID',
    says: /callbackUrls: got none, expected at least one address/,
    isLate: true,
    make: ({ stack }, id) => new CognitoIdentity(stack, id),
  },
];

const KINDS: Readonly<Record<string, readonly Mistake[]>> = {
  'secrets as text': SECRETS_AS_TEXT,
  'values known only after deployment': TOKENS,
  'networks without a way out': ISOLATED_NETWORKS,
  'what an engine, a trust or a target cannot have': ENGINES,
  'accounts': ACCOUNTS,
  'limits': LIMITS,
  'names that something else has': CLASHES,
  'versions': VERSIONS,
  'numbers, names and addresses': NUMBERS_AND_NAMES,
};

let shared: World | undefined;
let made = 0;

describe.each(Object.entries(KINDS))('%s', (_, mistakes) => {
  it.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('%s', (__, { place, says, make, isLate }) => {
    made += 1;
    const id = `Wrong${made}`;
    const here = isLate ? newWorld() : shared ??= newWorld();
    const message = refusal(() => {
      make(here, id);
      if (isLate) here.app.synth();
    });
    const path = place.replaceAll('$ID', id);
    // CDK puts paths of what it finds in the finished tree into brackets.
    expect(message).toMatch(isLate ? new RegExp(`\\[${path}\\S*\\] |${path}: `) : new RegExp(`^${path}: `));
    expect(message).toMatch(says);
    expect(message).not.toContain('planted');
  });
});

function refusal(wrong: () => void): string {
  try {
    wrong();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
}
