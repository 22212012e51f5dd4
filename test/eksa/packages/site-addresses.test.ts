import { parseHardware } from '../../../src/eksa/hardware/hardware-csv';
import { poolProblems, siteAddresses } from '../../../src/eksa/packages/site-addresses';

const HEADER = 'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk';

/** What is wrong with a pool beside one machine, whose gateway and name server are elsewhere. */
function problems(range: string, address: string, netmask: string): string[] {
  const hardware = parseHardware(`${HEADER}\nn,52:54:00:aa:00:01,${address},${netmask},10.99.0.1,10.99.0.2,type=cp,/dev/sda\n`);
  return [...poolProblems({ at: 'addresses[0]', range, isLocal: true }, siteAddresses([], hardware))];
}

it.each([
  ['the other address of a network of two (/31)', '10.20.0.3/32', '10.20.0.2', '255.255.255.254'],
  ['an address inside a network of four (/30)', '10.20.0.2/32', '10.20.0.1', '255.255.255.252'],
])('accepts %s', (_, range, address, netmask) => {
  expect(problems(range, address, netmask)).toEqual([]);
});

it.each([
  ['the first address of a network of four (/30)', '10.20.0.0/32', '10.20.0.1', '255.255.255.252'],
  ['the last address of a network of four (/30)', '10.20.0.3/32', '10.20.0.1', '255.255.255.252'],
  ['the address of the machine', '10.20.0.2/32', '10.20.0.2', '255.255.255.254'],
  ['an address beyond the network of two (/31)', '10.20.0.4/32', '10.20.0.2', '255.255.255.254'],
])('rejects %s', (_, range, address, netmask) => {
  expect(problems(range, address, netmask)).toHaveLength(1);
});
