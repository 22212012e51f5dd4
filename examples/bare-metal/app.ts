/** A cluster on four servers of one's own: a control plane node, two workers, and a spare one that upgrades use. */
import { App } from 'aws-cdk-lib';
import { BareMetalCluster, BmcCredentials, HardwareInventory, OperatingSystem } from 'cdk-hybridge';

const app = new App();

/** What all machines of this room have in common. */
const room = { netmask: '255.255.255.0', gateway: '10.20.0.1', nameservers: ['10.20.0.2', '10.20.0.3'], disk: '/dev/nvme0n1' };
const credentials = BmcCredentials.fromEnvironment({ username: 'BMC_USERNAME', password: 'BMC_PASSWORD' });

const hardware = new HardwareInventory([
  { ...room, hostname: 'cp-1', mac: 'a0:36:9f:10:00:01', ipAddress: '10.20.0.21', labels: { type: 'cp' }, bmc: { address: '10.20.1.21', credentials } },
  { ...room, hostname: 'worker-1', mac: 'a0:36:9f:10:00:02', ipAddress: '10.20.0.22', labels: { type: 'worker' }, bmc: { address: '10.20.1.22', credentials } },
  { ...room, hostname: 'worker-2', mac: 'a0:36:9f:10:00:03', ipAddress: '10.20.0.23', labels: { type: 'worker' }, bmc: { address: '10.20.1.23', credentials } },
  { ...room, hostname: 'worker-3', mac: 'a0:36:9f:10:00:04', ipAddress: '10.20.0.24', labels: { type: 'worker' }, bmc: { address: '10.20.1.24', credentials } },
]);

new BareMetalCluster(app, 'Factory', {
  eksAnywhereVersion: 'v0.26.0',
  kubernetesVersion: '1.35',
  endpoint: '10.20.0.10',
  tinkerbellIp: '10.20.0.11',
  podsCidr: '192.168.0.0/16',
  servicesCidr: '10.96.0.0/12',
  os: OperatingSystem.ubuntu({ imageUrl: 'http://10.20.0.2/ubuntu-2204-kube-1-35.gz' }),
  hardware,
  controlPlaneNodes: { count: 1, select: { type: 'cp' } },
  workerNodes: [{ name: 'general', count: 2, select: { type: 'worker' } }],
  sshKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOBgFy2G2v5gvEm2CZd35s+SKYgPnAkKPHUJ0HPpgiwh operators@acme.example',
});
