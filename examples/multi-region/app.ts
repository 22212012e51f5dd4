/**
 * One gateway control plane in Frankfurt, a data plane near the consumers in each of three regions. A region that loses
 * the control plane keeps serving.
 *
 * Synthesizes without an AWS account: every address below is one of the documentation ranges or private.
 */
import { KubectlV35Layer } from '@aws-cdk/lambda-layer-kubectl-v35';
import { App, Stack } from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import {
  CloudCluster,
  ConfigurationCache,
  EksTarget,
  Exposure,
  GatewayControlPlane,
  GatewayDatabase,
  GatewayEngine,
  ProxyCertificate,
  Trust,
} from 'cdk-hybridge';

const app = new App();

const STORAGE_CLASS = 'kept';

/** A stack with a cluster. Networks have addresses apart, so that they can be joined some day. */
function clusterIn(region: string, id: string, vpcCidr: string): CloudCluster {
  const stack = new Stack(app, id, { env: { region } });
  const cluster = new CloudCluster(stack, 'Cluster', {
    kubernetesVersion: KubernetesVersion.V1_35,
    kubectlLayer: new KubectlV35Layer(stack, 'Kubectl'),
    adminCidrs: ['198.51.100.0/24'],
    vpcCidr,
    // Make the certificates of the planes, each in its own cluster.
    addons: [{ name: 'cert-manager' }, { name: 'aws-privateca-connector-for-kubernetes' }],
  });
  // Auto Mode brings the driver, not the class.
  cluster.cluster.addManifest('Storage', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: STORAGE_CLASS },
    provisioner: 'ebs.csi.eks.amazonaws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    parameters: { type: 'gp3', encrypted: 'true' },
  });
  return cluster;
}

const frankfurt = clusterIn('eu-central-1', 'Frankfurt', '10.10.0.0/16');

// Zones of Route 53 are in no region. This public one exists already.
const zone = HostedZone.fromHostedZoneAttributes(Stack.of(frankfurt), 'Zone', {
  hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'acme.example',
});

const controlPlane = new GatewayControlPlane(Stack.of(frankfurt), 'ControlPlane', {
  target: EksTarget.cluster(frankfurt),
  engine: GatewayEngine.packaged(),
  database: GatewayDatabase.auroraServerless(),
  // Every plane has a certificate of its own, so that one region can be locked out: `plane.revoke()`.
  trust: Trust.privateCa(),
  // Mutual TLS is the door: the other regions come through NAT gateways whose addresses are known after deployment only.
  tunnelCidrs: ['0.0.0.0/0'],
  // Names that every region knows: another load balancer in Frankfurt changes two records, and nothing anywhere else.
  tunnel: { hostname: 'tunnel.acme.example', hostedZone: zone },
});

const regions = {
  Frankfurt: { cluster: frankfurt, region: 'eu-central-1' },
  Virginia: { cluster: clusterIn('us-east-1', 'Virginia', '10.20.0.0/16'), region: 'us-east-1' },
  Singapore: { cluster: clusterIn('ap-southeast-1', 'Singapore', '10.30.0.0/16'), region: 'ap-southeast-1' },
};
// Certificates are made in the region of each plane.
for (const [name, { cluster, region }] of Object.entries(regions)) {
  controlPlane.addDataPlane(`${name}Plane`, {
    target: EksTarget.cluster(cluster, { exposure: Exposure.internetLoadBalancer('0.0.0.0/0'), maxReplicas: 10 }),
    labels: { region },
    // A rescheduled pod has the configuration of the one before, whatever becomes of Frankfurt.
    configurationCache: ConfigurationCache.persistentVolume({ storageClass: STORAGE_CLASS }),
    hostname: `${region}.apis.acme.example`,
    certificate: ProxyCertificate.acmDnsValidated(zone),
    hostedZone: zone,
  });
}

app.synth();
