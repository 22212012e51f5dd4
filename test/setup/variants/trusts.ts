/** Each kind of trust with planes where it can be, because examples show one each: looked at by the audit, never deployed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, App, Duration, Stack } from 'aws-cdk-lib';
import { CertificateAuthority } from 'aws-cdk-lib/aws-acmpca';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AutoScalingGroupTarget,
  BareMetalCluster,
  CloudCluster,
  DockerTarget,
  EcsTarget,
  EksAnywhereTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  Handoff,
  SecretDelivery,
  Trust,
} from '../../../src';
import { bareMetal } from '../../eks-anywhere/sample';

const app = new App();
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });
const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: LayerVersion.fromLayerVersionArn(cloud, 'Kubectl', 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1'),
  addons: [{ name: 'cert-manager' }, { name: 'aws-privateca-connector-for-kubernetes' }],
});
const factory = new BareMetalCluster(app, 'Factory', bareMetal());
const target = EksTarget.cluster(cluster);
const imageRepository = 'registry.acme.example/hybridge';
const known = (id: string) => Secret.fromSecretNameV2(cloud, id, `tunnels/${id.toLowerCase()}`);
const onSite = (httpPort: number, changes: object = {}) => EksAnywhereTarget.cluster(factory, {
  imageRepository, exposure: Exposure.nodePort({ http: httpPort, https: httpPort + 1 }), ...changes,
});
const database = GatewayDatabase.existing({
  host: 'db.acme.example',
  database: 'gateways',
  user: 'gateways',
  secret: Secret.fromSecretNameV2(cloud, 'Database', 'databases/gateways'),
});

function controlPlane(id: string, trust: Trust): GatewayControlPlane {
  return new GatewayControlPlane(cloud, id, { target, engine: GatewayEngine.packaged(), database, trust });
}

const rotated = controlPlane('Rotated', Trust.generated({ rotateEvery: Duration.days(30) }));
rotated.addDataPlane('RotatedPods', { target });
rotated.addDataPlane('RotatedTasks', { target: EcsTarget.fargate(cluster.vpc) });
rotated.addDataPlane('RotatedInstances', { target: AutoScalingGroupTarget.vpc(cluster.vpc) });
rotated.addDataPlane('RotatedBox', { target: DockerTarget.compose({ imageRepository }) });
rotated.addDataPlane('RotatedSite', { target: onSite(30100) });

const existing = controlPlane('Existing', Trust.existing(known('Shared'), { acceptedProperty: 'accepted' }));
existing.addDataPlane('ExistingPods', { target });
existing.addDataPlane('ExistingTasks', { target: EcsTarget.fargate(cluster.vpc) });

const authority = readFileSync(join(__dirname, '..', '..', '..', 'examples', 'konnect-style', 'authority.pem'), 'utf8');
const pki = Trust.existingPki({
  authority,
  controlPlane: known('Server'),
  serverName: 'tunnels.acme.example',
  dataPlanes: { 'pki-pods': known('Pods'), 'pki-instances': known('Instances') },
});
pki.revokeSerialNumber('0A:FF');
const withPki = controlPlane('Pki', pki);
withPki.addDataPlane('PkiPods', { target });
withPki.addDataPlane('PkiInstances', { target: AutoScalingGroupTarget.vpc(cluster.vpc) });

const certManager = controlPlane('Managed', Trust.certManager({ issuerName: 'tunnels' }));
certManager.addDataPlane('ManagedPods', { target });
certManager.addDataPlane('ManagedSite', { target: onSite(30200) }).revoke();

const site = new Handoff(cloud, 'Handoff').addSite('Factory');
const newAuthority = controlPlane('Private', Trust.privateCa());
newAuthority.addDataPlane('PrivatePods', { target });
newAuthority.addDataPlane('PrivateSite', { target: onSite(30300, { site, delivery: SecretDelivery.externalSecrets() }) }).revoke();

const arn = 'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
const company = controlPlane(
  'Company',
  Trust.privateCa({
    authority: CertificateAuthority.fromCertificateAuthorityArn(cloud, 'Authority', arn),
    shortLived: false,
    validity: Duration.days(30),
  }),
);
company.addDataPlane('CompanyPods', { target });
company.addDataPlane('CompanySite', { target: onSite(30400) });

Annotations.of(app).acknowledgeWarning('cdk-hybridge:proxy.self-signed', 'this program is about certificates of tunnels');
Annotations.of(app).acknowledgeWarning('cdk-hybridge:tunnel.unreachable', 'the sites are connected with the network elsewhere');

app.synth();
