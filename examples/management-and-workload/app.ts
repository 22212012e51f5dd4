/**
 * Two clusters on vSphere: one that manages, and one that it creates and upgrades, which carries the traffic. Both show
 * in the console of Amazon EKS.
 */
import { App, Stack } from 'aws-cdk-lib';
import { EksAnywhereKubernetesVersion, EksConnector, OperatingSystem, Package, VSphereCluster } from 'cdk-hybridge';

const app = new App();
const aws = new Stack(app, 'Fleet', { env: { region: 'eu-central-1' } });

/** Both clusters live in one vCenter and are run by the same people. */
const common = {
  eksAnywhereVersion: 'v0.27.0',
  kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  server: 'vcenter.acme.example',
  datacenter: 'DC1',
  network: 'nodes',
  datastore: '/DC1/datastore/rack-a',
  folder: '/DC1/vm/kubernetes',
  resourcePool: '/DC1/host/rack-a/Resources/kubernetes',
  template: '/DC1/vm/Templates/ubuntu-2204-kube-1-35',
  os: OperatingSystem.ubuntu(),
  sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBgFy2G2v5gvEm2CZd35s+SKYgPnAkKPHUJ0HPpgiwh operators@acme.example',
};

const management = new VSphereCluster(app, 'Management', {
  ...common,
  endpoint: '10.30.0.10',
  controlPlaneNodes: { count: 1 },
  workerNodes: [{ name: 'general', count: 1 }],
});

const production = new VSphereCluster(app, 'Production', {
  ...common,
  managementCluster: management,
  endpoint: '10.30.0.11',
  controlPlaneNodes: { count: 3 },
  workerNodes: [{ name: 'general', count: 3, autoscaling: { minCount: 3, maxCount: 6 } }],
});

// All packages are installed by the management cluster; the autoscaler runs there, too, because machines are its objects.
production.addPackage(Package.certManager());
production.addPackage(Package.clusterAutoscaler());
production.addPackage(Package.metricsServer());

for (const cluster of [management, production]) new EksConnector(aws, `${cluster.node.id}Connector`, { cluster });

app.synth();
