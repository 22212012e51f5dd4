import { BareMetalCluster, HardwareInventory, HardwareMachine } from '../../src';
import { bareMetal, newApp } from './sample';

const CLUSTERS = 50;
const MACHINES_PER_CLUSTER = 20;

/** Each site has a network of its own; the first machine is the control plane node. */
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

test('synthesizes 50 clusters of 1,000 machines together in less than two seconds', () => {
  const app = newApp();
  for (let site = 0; site < CLUSTERS; site++) {
    const hardware = new HardwareInventory(Array.from({ length: MACHINES_PER_CLUSTER }, (_, number) => machine(site, number)));
    new BareMetalCluster(app, `Site${site}`, bareMetal({
      hardware, endpoint: `10.20.${site}.10`, tinkerbellIp: `10.20.${site}.11`, workerNodes: [{ name: 'gateway', count: MACHINES_PER_CLUSTER - 1, select: { type: 'worker' } }],
    }));
  }
  const start = performance.now();
  app.synth();
  expect(performance.now() - start).toBeLessThan(2000);
});
