import { mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import {
  BareMetalClusterProps,
  BmcCredentials,
  EksAnywhereKubernetesVersion,
  HardwareInventory,
  HardwareMachine,
  OperatingSystem,
  VSphereClusterProps,
} from '../../src';

/** A public key whose private key does not exist. */
export const SSH_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFdF0Yyd0BV7vUAiH2dQVo5NxCzTNpUfPLLUpHkIbPwW ops@example';

export function machine(number: number, type: string): HardwareMachine {
  return {
    hostname: `node-0${number}`,
    mac: `52:54:00:aa:00:0${number}`,
    ipAddress: `10.20.0.2${number}`,
    netmask: '255.255.255.0',
    gateway: '10.20.0.1',
    nameservers: ['10.20.0.2', '1.1.1.1'],
    labels: { type },
    disk: '/dev/sda',
    bmc: { address: `10.20.1.2${number}`, credentials: BmcCredentials.fromEnvironment({ username: 'BMC_USER', password: 'BMC_PASSWORD' }) },
  };
}

export function inventory(): HardwareInventory {
  return new HardwareInventory([machine(1, 'cp'), machine(2, 'worker')]);
}

export function bareMetal(changes: Partial<BareMetalClusterProps> = {}): BareMetalClusterProps {
  return {
    eksAnywhereVersion: 'v0.26.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    endpoint: '10.20.0.10',
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
    tinkerbellIp: '10.20.0.11',
    os: OperatingSystem.ubuntu({ imageUrl: 'https://images.acme.example/ubuntu-1-35.gz' }),
    hardware: inventory(),
    controlPlaneNodes: { count: 1, select: { type: 'cp' } },
    workerNodes: [{ name: 'gateway', count: 1, select: { type: 'worker' } }],
    sshKey: SSH_KEY,
    ...changes,
  };
}

export function vsphere(changes: Partial<VSphereClusterProps> = {}): VSphereClusterProps {
  return {
    eksAnywhereVersion: 'v0.26.0',
    kubernetesVersion: EksAnywhereKubernetesVersion.V1_35,
    endpoint: '10.30.0.10',
    podsCidr: '192.168.0.0/16',
    servicesCidr: '10.96.0.0/12',
    server: 'vcenter.acme.example',
    datacenter: 'DC1',
    network: '/DC1/network/VM Network',
    datastore: '/DC1/datastore/ds1',
    folder: '/DC1/vm/eksa',
    resourcePool: '/DC1/host/c1/Resources/eksa',
    template: '/DC1/vm/Templates/ubuntu-1-35',
    os: OperatingSystem.ubuntu(),
    controlPlaneNodes: { count: 3 },
    workerNodes: [{ name: 'gateway', count: 2 }],
    sshKey: SSH_KEY,
    ...changes,
  };
}

export function newApp(): App {
  return new App({ outdir: mkdtempSync(join(tmpdir(), 'hybridge-eksa-')) });
}

/** Synthesizes, and returns the text of a file below cdk.out/hybridge. */
export function synthesized(app: App, path: string): string {
  return readFileSync(join(app.synth().directory, 'hybridge', path), 'utf8');
}

/** Every file below a folder, as one text. */
export function everything(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? everything(path) : readFileSync(path, 'utf8')))
    .join('\n');
}
