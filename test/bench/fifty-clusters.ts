/** An app of 50 bare-metal clusters with 1,000 machines together, each site with a network of its own. */
import { App } from 'aws-cdk-lib';
import { BareMetalCluster, HardwareInventory, HardwareMachine } from '../../src';
import { bareMetal } from '../eks-anywhere/sample';

export const CLUSTERS = 50;
export const MACHINES_PER_CLUSTER = 20;

/** The first machine of a site is its control plane node. */
function machine(site: number, number: number): HardwareMachine {
  const byte = (value: number) => value.toString(16).padStart(2, '0');
  return {
    hostname: `site-${site}-node-${number}`,
    mac: `52:54:00:00:${byte(site)}:${byte(number)}`,
    ipAddress: `10.20.${site}.${number + 20}`,
    netmask: '255.255.255.0',
    gateway: `10.20.${site}.1`,
    nameservers: ['1.1.1.1'],
    labels: { type: number === 0 ? 'cp' : 'worker' },
    disk: '/dev/sda',
  };
}

export function addFiftyClusters(app: App): void {
  for (let site = 0; site < CLUSTERS; site++) {
    const hardware = new HardwareInventory(Array.from({ length: MACHINES_PER_CLUSTER }, (_, number) => machine(site, number)));
    new BareMetalCluster(
      app,
      `Site${site}`,
      bareMetal({
        hardware,
        endpoint: `10.20.${site}.10`,
        tinkerbellIp: `10.20.${site}.11`,
        workerNodes: [{ name: 'gateway', count: MACHINES_PER_CLUSTER - 1, select: { type: 'worker' } }],
      }),
    );
  }
}
