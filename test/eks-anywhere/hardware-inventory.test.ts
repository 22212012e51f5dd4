import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BareMetalCluster, BmcCredentials, HardwareInventory, HardwareMachine } from '../../src';
import { bareMetal, machine, newApp, synthesized } from './sample';

const HEADER = 'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk,bmc_ip,bmc_username,bmc_password,vlan_id';
const SECRET = 'hunter2-plain';

function file(...rows: string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'hybridge-hardware-')), 'hardware.csv');
  writeFileSync(path, [HEADER, ...rows].join('\n'));
  return path;
}

function row(number: number, type: string, password: string): string {
  const network = `52:54:00:aa:00:0${number},10.20.0.2${number},255.255.255.0,10.20.0.1,10.20.0.2|1.1.1.1`;
  return `node-0${number},${network},type=${type},/dev/sda,10.20.1.2${number},admin,${password},`;
}

test('reads a file and writes it again, placeholders kept', () => {
  const app = newApp();
  const hardware = HardwareInventory.fromCsv(
    file(row(1, 'cp', '${env:BMC_PASSWORD}'), row(2, 'worker', '${secretsmanager:factory/bmc#password}')),
  );
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware }));
  expect(hardware.count).toBe(2);
  expect(synthesized(app, 'Factory/hardware.csv')).toMatchSnapshot();
});

test('fails on a password in the file without repeating it', () => {
  const read = () => HardwareInventory.fromCsv(file(row(1, 'cp', SECRET), row(2, 'worker', '${env:BMC_PASSWORD}')));
  expect(read).toThrow(
    /^HardwareInventory.fromCsv: path: got .* with BMC passwords as plain text \(line 2\), expected placeholders.*bmcCredentials/,
  );
  expect(read).not.toThrow(new RegExp(SECRET));
});

test('replaces passwords from a file with a placeholder', () => {
  const app = newApp();
  const bmcCredentials = BmcCredentials.fromEnvironment({ username: 'BMC_USER', password: 'BMC_PASSWORD' });
  const hardware = HardwareInventory.fromCsv(file(row(1, 'cp', SECRET), row(2, 'worker', SECRET)), { bmcCredentials });
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware }));
  const csv = synthesized(app, 'Factory/hardware.csv');
  expect(csv).toContain('${env:BMC_USER},${env:BMC_PASSWORD}');
  expect(csv).not.toContain(SECRET);
});

test.each([
  [
    'a missing file',
    () => HardwareInventory.fromCsv('/nowhere/hardware.csv'),
    /path: got "\/nowhere\/hardware.csv", which does not exist, expected a file/,
  ],
  [
    'a row of another length',
    () => HardwareInventory.fromCsv(file('node-01,x')),
    /HardwareInventory.fromCsv: path: got .*, line 2: has 2 cells; the header has 12 columns/,
  ],
  [
    'a value instead of a variable',
    () => BmcCredentials.fromEnvironment({ username: 'BMC_USER', password: 's3cret!' }),
    /BmcCredentials.fromEnvironment: password: got no name of an environment variable, expected one/,
  ],
  [
    'an empty secret name',
    () => BmcCredentials.fromSecretsManager(''),
    /BmcCredentials.fromSecretsManager: secretName: got "", expected the name/,
  ],
])('fails on %s', (_title, read, message) => {
  expect(read).toThrow(message);
});

const refused: [string, Partial<HardwareMachine>, RegExp][] = [
  [
    'an invalid address',
    { ipAddress: '10.20.0' },
    /hardware: machine 'node-01': ip_address is '10.20.0'; expected an IP address \[rule R1\]/,
  ],
  [
    'the address of another machine',
    { ipAddress: '10.20.0.22' },
    /ip_address is '10.20.0.22', which machine 'node-01' has as well \[rule R12\]/,
  ],
  [
    'the endpoint as address',
    { ipAddress: '10.20.0.10' },
    /ip_address is '10.20.0.10', which is the control plane's endpoint as well \[rule S8\]/,
  ],
  ['tinkerbellIp as address', { ipAddress: '10.20.0.11' }, /ip_address is '10.20.0.11', which is tinkerbellIP as well \[rule S8\]/],
  ['the broadcast address', { ipAddress: '10.20.0.255' }, /broadcast address of the network \[rule S8\]/],
  ['a netmask with a hole', { netmask: '255.0.255.0' }, /netmask is '255.0.255.0'; expected a contiguous mask.*\[rule S8\]/],
  ['a gateway elsewhere', { gateway: '10.99.0.1' }, /gateway is '10.99.0.1', outside the machine's network.*\[rule S8\]/],
  ['no name server', { nameservers: [] }, /nameservers has an empty entry.*\[rule R3\]/],
  ['a name as name server', { nameservers: ['dns.example'] }, /nameservers has the entry 'dns.example'.*\[rule S8\]/],
  ['a short hardware address', { mac: '52:54:00' }, /mac is '52:54:00'; expected aa:bb:cc:dd:ee:ff \[rule R5\]/],
  ['a hardware address with dashes', { mac: '52-54-00-aa-00-01' }, /mac is .*six pairs joined by colons only \[rule S8\]/],
  ['a disk by id', { disk: '/dev/disk/by-id/x' }, /disk is '\/dev\/disk\/by-id\/x'; expected one device.*\[rule R7\]/],
  ['a bad label', { labels: { 'type': 'cp', 'a b': 'c' } }, /labels has the key 'a b'.*\[rule R8\]/],
  ['a VLAN out of range', { vlanId: 4095 }, /vlan_id is '4095'; expected a number from 1 to 4094 \[rule R11\]/],
  ['a BMC on one machine only', { bmc: undefined }, /machine 'node-01': bmc_ip is empty, while machine 'node-02' has one.*\[rule S8\]/],
  [
    'the BMC at a node address',
    { bmc: { address: '10.20.0.22', credentials: BmcCredentials.fromSecretsManager('x') } },
    /bmc_ip is '10.20.0.22', the ip_address of machine 'node-02' \[rule S8\]/,
  ],
];
test.each(refused)('fails on %s', (_title, changes, message) => {
  const app = newApp();
  const hardware = new HardwareInventory([{ ...machine(1, 'cp'), ...changes }, machine(2, 'worker')]);
  new BareMetalCluster(app, 'Factory', bareMetal({ hardware }));
  expect(() => app.synth()).toThrow(message);
});
