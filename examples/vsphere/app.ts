/** A cluster of virtual machines on vSphere: three control plane nodes, workers in two failure domains. */
import { App, Size } from 'aws-cdk-lib';
import { OperatingSystem, VSphereCluster } from 'cdk-hybridge';

const app = new App();

/** Each rack is a compute cluster of its own, with its own storage. */
const failureDomains = ['a', 'b'].map((rack) => ({
  name: `rack-${rack}`,
  computeCluster: `/DC1/host/rack-${rack}`,
  resourcePool: `/DC1/host/rack-${rack}/Resources/kubernetes`,
  datastore: `/DC1/datastore/rack-${rack}`,
  folder: '/DC1/vm/kubernetes',
  network: '/DC1/network/nodes',
}));

new VSphereCluster(app, 'Branch', {
  eksAnywhereVersion: 'v0.26.0',
  kubernetesVersion: '1.35',
  endpoint: '10.30.0.10',
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
  failureDomains,
  controlPlaneNodes: { count: 3 },
  workerNodes: failureDomains.map(({ name }) => ({ name, count: 2, cpus: 4, memory: Size.gibibytes(16), failureDomain: name })),
  sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBgFy2G2v5gvEm2CZd35s+SKYgPnAkKPHUJ0HPpgiwh operators@acme.example',
});
