/** A topology of which the context `rehearsal:change` changes one property. */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import {
  AutoScalingGroupTarget,
  CloudCluster,
  ClusterCompute,
  CognitoIdentity,
  EcsTarget,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  OpenSearchLogs,
  Trust,
  ValkeyCache,
} from '../../../../src';
import { CHANGE_KEY, isChanged } from './names';

const app = new App();
const changed = isChanged(app.node.tryGetContext(CHANGE_KEY) as string | undefined);
const cloud = new Stack(app, 'Cloud', { env: { region: 'eu-central-1' } });

const cluster = new CloudCluster(cloud, 'Cluster', {
  kubernetesVersion: KubernetesVersion.V1_35,
  kubectlLayer: new KubectlV35Layer(cloud, 'Kubectl'),
  compute: ClusterCompute.nodeGroups({
    name: 'gateways', instanceTypes: [new InstanceType(changed('instance type') ? 'm7i.xlarge' : 'm7i.large')], minSize: 2, maxSize: 6,
  }),
  adminCidrs: [changed('admin network') ? '203.0.113.0/24' : '198.51.100.0/24'],
});

const controlPlane = new GatewayControlPlane(cloud, 'ControlPlane', {
  target: EksTarget.cluster(cluster),
  engine: GatewayEngine.packaged(),
  database: changed('database') ? GatewayDatabase.rds() : GatewayDatabase.auroraServerless(),
  trust: Trust.generated(changed('rotation') ? { rotateEvery: Duration.days(90) } : {}),
  tunnelCidrs: [changed('tunnel network') ? '198.51.100.0/24' : '0.0.0.0/0'],
  replicas: changed('replicas of the control plane') ? 3 : 2,
  settings: changed('setting of the control plane') ? { KONG_LOG_LEVEL: 'debug' } : {},
});
controlPlane.addDeclarativeConfig('Apis', {
  inline: {
    _format_version: '3.0',
    services: [{ name: 'orders', url: changed('upstream of a service') ? 'https://orders.acme.example' : 'https://old.acme.example' }],
  },
});

const vpc = changed('network of the planes') ? new Vpc(cloud, 'Other', { maxAzs: 2 }) : cluster.vpc;
const labels = { region: changed('label of the planes') ? 'frankfurt' : 'eu-central-1' };
const exposure = changed('exposure of the planes') ? Exposure.internalLoadBalancer() : Exposure.internetLoadBalancer('0.0.0.0/0');
const settings: Record<string, string> = changed('setting of the planes') ? { KONG_LOG_LEVEL: 'debug' } : {};
const parts = {
  labels,
  settings,
  ...(changed('cache of the planes') && { cache: new ValkeyCache(cloud, 'Cache', { vpc }) }),
  ...(changed('logs of the planes') && { logs: new OpenSearchLogs(cloud, 'Logs', { vpc, ingest: true }) }),
  ...(changed('identity of the planes') && { identity: new CognitoIdentity(cloud, 'Identity', { callbackUrls: ['https://apis.acme.example/login'] }) }),
};
controlPlane.addDataPlane('Pods', {
  ...parts,
  target: EksTarget.cluster(cluster, { exposure }),
  replicas: changed('replicas of pods') ? 4 : 2,
});
controlPlane.addDataPlane('Tasks', {
  ...parts,
  target: EcsTarget.fargate(vpc, { exposure }),
  replicas: changed('replicas of tasks') ? 4 : 2,
});
controlPlane.addDataPlane('Machines', {
  ...parts,
  target: AutoScalingGroupTarget.vpc(vpc, {
    exposure,
    instanceType: new InstanceType(changed('machine type') ? 'c7i.xlarge' : 'c7i.large'),
  }),
});

app.synth();
