/**
 * What gateways rely on, each with more than its defaults: PostgreSQL on RDS with a password that rotates, Cognito with
 * a machine client, logs in OpenSearch from planes anywhere, a cache that nodes share, an Admin API that administrators
 * reach with a browser, dashboard and alarms.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AdminExposure,
  CloudCluster,
  CognitoIdentity,
  DockerTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  GatewayObservability,
  OpenSearchLogs,
  ProxyCertificate,
  Trust,
  ValkeyCache,
} from 'cdk-hybridge';

const app = new App();
const env = { region: 'eu-central-1' };
const cloud = new Stack(app, 'Cloud', { env });
// A separate stack: users outlive gateways, and each stack stays small enough to review.
const identities = new Stack(app, 'Identities', { env });
const watching = new Stack(app, 'Watching', { env });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  adminCidrs: ['198.51.100.0/24'],
  // Numbers of pods in CloudWatch, for dashboard and alarms.
  addons: [{ name: 'amazon-cloudwatch-observability' }],
});

const identity = new CognitoIdentity(identities, 'Identity', { scopes: { read: 'Look at orders', write: 'Change orders' } });
identity.addMachineClient('Billing', { scopes: ['read'] });

const cache = new ValkeyCache(cloud, 'Cache', { vpc: cluster.vpc });
const logs = new OpenSearchLogs(cloud, 'Logs', { vpc: cluster.vpc, retentionDays: 90, ingest: true });

// A separate pool: every user in it administers the gateways.
const administrators = new CognitoIdentity(identities, 'Administrators');

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.rds({ rotatesPassword: true }),
  trust: Trust.generated(),
  // Mutual TLS is the door.
  tunnelCidrs: ['0.0.0.0/0'],
  adminExposure: AdminExposure.internalLoadBalancer({
    hostname: 'admin.acme.example',
    certificate: Certificate.fromCertificateArn(
      cloud,
      'AdminCertificate',
      'arn:aws:acm:eu-central-1:111122223333:certificate/4f1c2d3e-5b6a-4798-8a9b-0c1d2e3f4a5b',
    ),
    identity: administrators,
    // The company's network, through its VPN.
    cidrs: ['10.20.0.0/16'],
  }),
});

const apisCertificate = Certificate.fromCertificateArn(
  cloud,
  'ApisCertificate',
  'arn:aws:acm:eu-central-1:111122223333:certificate/0b9a8c7d-6e5f-4d3c-8b2a-1f0e9d8c7b6a',
);
const apis = controlPlane.addDataPlane('Apis', {
  target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0') }),
  hostname: 'apis.acme.example',
  certificate: ProxyCertificate.acm(apisCertificate),
  identity,
  logs,
  cache,
});

// One node counts for itself; its logs take the same way as those of the others.
controlPlane.addDataPlane('Shop', {
  target: DockerTarget.compose({ imageRepository: 'registry.acme.example/hybridge' }),
  hostname: 'apis.shop.acme.example',
  certificate: ProxyCertificate.secretsManager(Secret.fromSecretNameV2(cloud, 'ShopCertificate', 'gateways/shop-apis')),
  identity,
  logs,
});

const masterKey = new kms.Key(watching, 'TopicKey', { description: 'Alarms of gateways', enableKeyRotation: true });
const alarmTopic = new sns.Topic(watching, 'Alarms', { masterKey, enforceSSL: true });
const observability = new GatewayObservability(watching, 'Observability', { watch: [controlPlane, apis, cache, logs], alarmTopic });
observability.addKubernetesMonitoring('KubernetesMonitoring', EksTarget.cluster(cluster));

// Every request is logged and counted. Orders are for clients with the scope `read`. Each node counts for itself, because the shop
// reaches no cache.
controlPlane.addDeclarativeConfig('Policies', {
  inline: {
    _format_version: '3.0',
    services: [{
      name: 'orders',
      url: 'http://orders.acme.example',
      routes: [{
        name: 'orders',
        paths: ['/orders'],
        plugins: [
          { name: 'openid-connect', config: identity.pluginConfig({ scopesRequired: ['gateway/read'] }) },
          { name: 'rate-limiting', config: { minute: 60, policy: 'local' } },
        ],
      }],
    }],
    plugins: [
      { name: 'http-log', config: logs.pluginConfig() },
      { name: 'prometheus', config: { status_code_metrics: true, latency_metrics: true } },
    ],
  },
});

app.synth();
