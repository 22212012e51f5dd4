/** A small topology that test/languages/ has in several languages: their outputs are compared. Synthesizes into CDK_OUTDIR. */
import { App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import {
  CloudCluster, CognitoIdentity, DockerCluster, EksAnywhereKubernetesVersion, EksAnywhereTarget, EksTarget, Exposure, GatewayControlPlane,
  GatewayDatabase, GatewayEngine, Trust,
} from '../../src';

// A layer by its ARN: not every registry has the package of kubectl's layer.
const LAYER = 'arn:aws:lambda:eu-central-1:111122223333:layer:kubectl:1';

const app = new App({ outdir: process.env.CDK_OUTDIR, analyticsReporting: false });
const cloud = new Stack(app, 'Cloud');
const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: LayerVersion.fromLayerVersionArn(cloud, 'Kubectl', LAYER),
  adminCidrs: ['198.51.100.0/24'],
});
const identity = new CognitoIdentity(cloud, 'Identity');
const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  trust: Trust.generated(),
  tunnelCidrs: ['203.0.113.0/24'],
});
const laptop = new DockerCluster(app, 'Laptop', {
  eksAnywhereVersion: 'v0.26.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  controlPlaneNodes: { count: 1 },
  workerNodes: [{ name: 'gateway', count: 1 }],
});
controlPlane.addDataPlane('LaptopPlane', {
  target: EksAnywhereTarget.cluster(laptop, { exposure: Exposure.nodePort(), imageRepository: 'registry.acme.example/hybridge' }),
  labels: { site: 'laptop' },
  hostname: 'apis.laptop.acme.example',
  identity,
});
app.synth();
