import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateProblem } from '../../src/eksa/syntax/certificate';
import { formatDuration, parseDurationMs } from '../../src/eksa/syntax/duration';
import { contains, netmaskLength, overlaps, parseCidr, parseIp, sameIp } from '../../src/eksa/syntax/ip';
import { isEthernetMac, isMac } from '../../src/eksa/syntax/mac';
import { isDnsLabel, isDnsSubdomain, labelKeyProblem, labelValueProblem } from '../../src/eksa/syntax/names';
import { isQuantity } from '../../src/eksa/syntax/quantity';
import { isAuthorizedKey } from '../../src/eksa/syntax/ssh-key';
import { parseRequestUri, parseUrl } from '../../src/eksa/syntax/url';
import { kubernetesMinor, parseSemanticVersion } from '../../src/eksa/syntax/version';
import { SSH_KEY } from '../eks-anywhere/sample';

describe('addresses', () => {
  test.each(['0.0.0.0', '10.20.0.1', '255.255.255.255', '::', '::1', 'fd00::1', '1:2:3:4:5:6:7:8', '::ffff:10.0.0.1'])(
    '%s is one',
    (text) => {
      expect(parseIp(text)).toBeDefined();
    },
  );
  test.each([
    '',
    '10.20.0',
    '10.20.0.1.2',
    '10.20.0.256',
    '10.20.0.01',
    ' 10.20.0.1',
    '10.20.0.1/24',
    ':::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    'fd00::g',
    'fe80::1%eth0',
    '1:2:3:4:5:6:7::8',
    '10.0.0.1::8',
  ])('%s is none', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });
  test('compares addresses by value', () => {
    expect(sameIp('fd00::1', 'fd00:0:0::1')).toBe(true);
    expect(sameIp('10.0.0.1', '10.0.0.2')).toBe(false);
  });
});

describe('networks', () => {
  test.each(['10.96.0.0/12', '10.96.0.1/32', '0.0.0.0/0', 'fd00::/64', '10.96.0.0/0012', '::ffff:10.0.0.0/104'])('%s is one', (text) =>
    expect(parseCidr(text)).toBeDefined(),
  );
  test.each(['', '10.96.0.0', '10.96.0.0/33', '10.96.0.0/-1', '10.96.0.0/ 8', 'x/8', '10.0.0.0/8/8', 'fd00::/129'])('%s is none', (text) =>
    expect(parseCidr(text)).toBeUndefined(),
  );
  test.each([
    ['192.168.0.0/16', '192.168.128.0/20', true],
    ['192.168.128.0/20', '192.168.0.0/16', true],
    ['192.168.0.0/16', '10.96.0.0/12', false],
    ['0.0.0.0/0', 'fd00::/8', false],
  ])('%s and %s overlap: %s', (a, b, expected) => expect(overlaps(parseCidr(a)!, parseCidr(b)!)).toBe(expected));
  test('contain addresses of their own family only', () => {
    expect(contains(parseCidr('10.0.0.0/8')!, parseIp('10.255.0.1')!)).toBe(true);
    expect(contains(parseCidr('0.0.0.0/0')!, parseIp('::1')!)).toBe(false);
  });
  test.each([
    ['255.255.255.0', 24],
    ['255.255.255.255', 32],
    ['0.0.0.0', 0],
    ['255.255.0.255', undefined],
    ['255.255.255.256', undefined],
    ['24', undefined],
  ])('the netmask %s has the length %s', (text, length) => {
    expect(netmaskLength(text)).toBe(length);
  });
});

describe('names', () => {
  test.each([
    ['md-0', true],
    ['0', true],
    ['Md', false],
    ['a_b', false],
    ['-a', false],
    ['a'.repeat(64), false],
  ])('%s as DNS label: %s', (text, expected) => expect(isDnsLabel(text)).toBe(expected));
  test.each([
    ['node-01.lab.example', true],
    ['a..b', false],
    ['a.', false],
    ['x'.repeat(254), false],
  ])('%s as DNS subdomain: %s', (text, expected) => expect(isDnsSubdomain(text)).toBe(expected));
  test.each(['a', 'A_b.c', 'example.com/name', 'a'.repeat(63)])('%s is a label key', (key) => expect(labelKeyProblem(key)).toBeUndefined());
  test.each(['', '-a', 'a b', '/a', 'a/b/c', 'Example.com/a', 'a'.repeat(64)])('%s is no label key', (key) =>
    expect(labelKeyProblem(key)).toEqual(expect.any(String)),
  );
  test.each(['', 'a', '1.10', 'a'.repeat(63)])('%s is a label value', (value) => expect(labelValueProblem(value)).toBeUndefined());
  test.each(['a b', '-a', 'a-', 'ä', 'a'.repeat(64)])('%s is no label value', (value) =>
    expect(labelValueProblem(value)).toEqual(expect.any(String)),
  );
});

describe('hardware addresses', () => {
  test.each(['52:54:00:aa:00:01', '52-54-00-AA-00-01', '5254.00aa.0001', '525400aa0001', '525400aa00010203', '52:54:00:aa:00:01:02:03'])(
    'the tools read %s',
    (text) => expect(isMac(text)).toBe(true),
  );
  test.each(['', '52:54:00:aa:00', '52:54:00-aa:00:01', '52:54:00:aa:00:0g', '52:54:00:aa:00:01:02'])('the tools refuse %s', (text) =>
    expect(isMac(text)).toBe(false),
  );
  test.each([
    ['52:54:00:AA:00:01', true],
    ['52-54-00-aa-00-01', false],
    ['525400aa0001', false],
  ])('the cluster takes %s: %s', (text, expected) => expect(isEthernetMac(text)).toBe(expected));
});

describe('SSH keys', () => {
  const [type, blob] = SSH_KEY.split(' ');
  test.each([
    SSH_KEY,
    `${type} ${blob}`,
    `# comment\n${SSH_KEY}`,
    `from="10.0.0.0/8, 10.1.0.0/16",no-pty ${SSH_KEY}`,
    `environment="A=\\"b c\\"" ${SSH_KEY}`,
    'ecdsa-sha2-nistp256 '
      + 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CL'
      + 'rbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg= x',
  ])('%s is one', (key) => expect(isAuthorizedKey(key)).toBe(true));
  test.each([
    '',
    'none',
    type,
    `${type} AAAA`,
    `${type} ${blob.slice(0, -4)}`,
    blob,
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    `from="10.0.0.0/8 ${SSH_KEY}`,
  ])('%s is none', (key) => expect(isAuthorizedKey(key)).toBe(false));
});

describe('URLs', () => {
  test.each([
    ['http://10.0.0.2:8080/a?b#c', { scheme: 'http', host: '10.0.0.2', port: '8080', path: '/a' }],
    ['HTTPS://user@host', { scheme: 'https', host: 'host', port: '', path: '' }],
    ['ssh://git@host/path.git', { scheme: 'ssh', host: 'host', port: '', path: '/path.git' }],
    ['http://[fd00::1]:3128', { scheme: 'http', host: 'fd00::1', port: '3128', path: '' }],
    ['http://[fe80::1%25eth0]/', { scheme: 'http', host: 'fe80::1%25eth0', port: '', path: '/' }],
    ['ssh://fd00::1:22/x', { scheme: 'ssh', host: 'fd00::1', port: '22', path: '/x' }],
    ['http://host/?a=%', { scheme: 'http', host: 'host', port: '', path: '/' }],
    ['mailto:someone', { scheme: 'mailto', host: '', port: '', path: 'someone' }],
  ])('%s is read', (text, expected) => expect(parseUrl(text)).toEqual(expected));
  test.each([
    'git@host:path',
    ':x',
    'http://host:port',
    'http://a b/',
    'http://x/%zz',
    'http://x\n',
    'http://[fd00::1/',
    'http://[x]/',
    'http://fd00::1:80/',
    'http://x[/',
    'http://a b@x/',
    'http://x/#%',
    '//[/x',
  ])('%s is none', (text) => expect(parseUrl(text)).toBeUndefined());
  test('an absolute path can be requested, a relative one cannot', () => {
    expect(parseRequestUri('/images/ubuntu.gz')).toBeDefined();
    expect(parseRequestUri('images/ubuntu.gz')).toBeUndefined();
    expect(parseRequestUri('')).toBeUndefined();
    expect(parseRequestUri('//a b:c')).toBeDefined();
    expect(parseRequestUri('/images/#%')).toBeUndefined();
  });
});

describe('durations', () => {
  test.each([
    ['10m0s', 600_000],
    ['1h30m', 5_400_000],
    ['300s', 300_000],
    ['-5m', -300_000],
    ['1.5s', 1500],
    ['0', 0],
    ['5 minutes', undefined],
    ['10', undefined],
    ['', undefined],
    ['m', undefined],
    ['2562047h', 9_223_369_200_000],
    ['2562048h', undefined],
  ])('%s is %s ms', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });
  test.each([
    [600, '10m0s'],
    [45, '45s'],
    [3600, '1h0m0s'],
  ])('%s s are written %s', (seconds, expected) => expect(formatDuration(seconds)).toBe(expected));
});

describe('amounts', () => {
  test.each(['100m', '1Gi', '1.5', '.5k', '2e3', '-1', '1E', '1.Ki'])('%s is one', (text) => expect(isQuantity(text)).toBe(true));
  test.each(['', 'lots', '1 Gi', '1ki', '1KB', 'Gi', '1e', '1.2.3'])('%s is none', (text) => expect(isQuantity(text)).toBe(false));
});

describe('versions', () => {
  test.each([
    ['v0.26.0', 26],
    ['0.26.1', 26],
    ['v0.26.0-dev+build.1', 26],
    ['v0.26', undefined],
    ['', undefined],
    ['v00.1.1', undefined],
  ])('%s has the minor %s', (text, minor) => expect(parseSemanticVersion(text)?.minor).toBe(minor));
  test.each([
    ['1.35', 35],
    ['1.035', undefined],
    ['1.35.2', undefined],
    ['2.1', undefined],
  ])('Kubernetes %s has the minor %s', (text, minor) => expect(kubernetesMinor(text)).toBe(minor));
});

describe('certificates', () => {
  // A self-signed certificate for "test", made for this file; its key was thrown away.
  const CERTIFICATE = readFileSync(join(__dirname, 'certificate.pem'), 'utf8');
  test('accepts an X.509 certificate in PEM', () => expect(certificateProblem(CERTIFICATE)).toBeUndefined());
  test.each([
    ['text', 'none'],
    ['another block', '-----BEGIN X-----\nAAAA\n-----END X-----'],
    ['a cut certificate', CERTIFICATE.replace(/\n[^\n]{20}/, '\n')],
  ])('refuses %s', (_title, text) => {
    expect(certificateProblem(text)).toEqual(expect.any(String));
  });
});
