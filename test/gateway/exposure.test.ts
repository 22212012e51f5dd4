import { Exposure } from '../../src';

it.each([
  ['a port below the range', () => Exposure.nodePort({ http: 8080 }), 'http: got 8080, expected a port that Kubernetes gives to nodes, 30000 to 32767'],
  ['a part of a port', () => Exposure.nodePort({ https: 30443.5 }), 'https: got 30443.5'],
  ['one port for both', () => Exposure.nodePort({ http: 30100, https: 30100 }), 'https: got 30100, which http has already'],
  ['a range that runs backwards', () => Exposure.metalLb('10.20.0.120-10.20.0.100'), 'range: got "10.20.0.120-10.20.0.100", expected IPv4 addresses as first-last'],
  ['one address', () => Exposure.metalLb('10.20.0.100'), 'range: got "10.20.0.100"'],
  ['three ends', () => Exposure.metalLb('10.20.0.1-10.20.0.2-10.20.0.3'), 'range: got'],
  ['a network with host bits', () => Exposure.metalLb('10.20.0.100/28'), 'range: got "10.20.0.100/28"'],
  ['an address that is none', () => Exposure.metalLb('10.20.0.256-10.20.0.300'), 'range: got'],
  ['nobody on the internet', () => Exposure.internetLoadBalancer(), 'cidrs: got an empty list'],
  ['a consumer without prefix', () => Exposure.internetLoadBalancer('203.0.113.7'), 'cidrs[0]: got "203.0.113.7"'],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(message);
});

it.each(['10.20.0.100-10.20.0.120', '10.20.0.96/28', '10.20.0.100 - 10.20.0.100'])('takes the addresses %s', (range) => {
  expect(() => Exposure.metalLb(range)).not.toThrow();
});
