/**
 * The smallest topology on AWS: one cluster in Auto Mode with a gateway control plane, a data plane and one API. Easy
 * to delete, not for production.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { Annotations, App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { CloudCluster, EksTarget, Exposure, GatewayControlPlane, GatewayDatabase, GatewayEngine, Trust } from 'cdk-hybridge';

/** Your network, as the internet sees it. */
const MY_NETWORK = process.env.MY_NETWORK ?? '198.51.100.0/24';
/** The IAM role that you work with. */
const ADMIN_ROLE = process.env.ADMIN_ROLE ?? 'arn:aws:iam::111122223333:role/administrators';

const app = new App();
const stack = new Stack(app, 'FirstGateway', { env: { region: 'eu-central-1' } });

const cluster = new CloudCluster(stack, 'Cluster', {
  clusterName: 'first-gateway',
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(stack, 'Kubectl'),
  adminCidrs: [MY_NETWORK],
  adminRoles: [Role.fromRoleArn(stack, 'Administrators', ADMIN_ROLE)],
  deletionProtection: false,
});

const controlPlane = new GatewayControlPlane(stack, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless({ standbyInstances: 0, deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY }),
  trust: Trust.generated(),
  replicas: 1,
});

const plane = controlPlane.addDataPlane('Plane', {
  target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer(MY_NETWORK) }),
  replicas: 1,
});
// Without a name there is no certificate that clients trust: docs/certificates-and-names.md.
Annotations.of(plane).acknowledgeWarning('cdk-hybridge:proxy.self-signed', 'plain HTTP from my own network is enough for a first try');

controlPlane.addDeclarativeConfig('Apis', {
  inline: {
    _format_version: '3.0',
    services: [{ name: 'httpbin', url: 'https://httpbin.org', routes: [{ name: 'httpbin', paths: ['/httpbin'] }] }],
  },
});

app.synth();
