/** Two clusters on vSphere: one that manages, and one that it creates and upgrades, which carries the traffic. */
import { App } from 'aws-cdk-lib';
import { OperatingSystem, VSphereCluster } from 'cdk-hybridge';

const app = new App();

/** Both clusters live in one vCenter and are run by the same people. */
const common = {
  eksAnywhereVersion: 'v0.26.0',
  kubernetesVersion: '1.35',
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

new VSphereCluster(app, 'Production', {
  ...common,
  managementCluster: management,
  endpoint: '10.30.0.11',
  controlPlaneNodes: { count: 3 },
  workerNodes: [{ name: 'general', count: 3, autoscaling: { minCount: 3, maxCount: 6 } }],
});
