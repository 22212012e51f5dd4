/** A configuration that may have been changed, or signed by another party, on its way. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { open, seal } from './envelope.ts';
import type { FallbackTrust, Signer } from './envelope.ts';

const TABLE = { _format_version: '3.0', services: [{ id: 'a' }] };
const CONFIGURATION = { table: TABLE, hash: 'a'.repeat(32), revision: 7, time: 1_800_000_000 };
const DAY_MS = 86_400_000;

let shared: Signer;
let other: Signer;
/** Leaf, intermediate and root, as an authority of a company has them. */
let chained: Signer;
let root: string;

const shell = (folder: string, line: string) => execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'ignore' });

beforeAll(async () => {
  const make = async (): Promise<Signer> => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
    return { certificate, key: new Secret(key) };
  };
  [shared, other] = [await make(), await make()];
  const folder = temporaryFolder('chain');
  writeFileSync(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:true\n');
  writeFileSync(join(folder, 'leaf.ext'), 'basicConstraints=CA:false\nsubjectAltName=DNS:control-plane.example\n');
  for (const name of ['root', 'middle', 'leaf']) {
    shell(folder, `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
  }
  shell(folder, 'x509 -req -in root.csr -signkey root.key -days 2 -extfile ca.ext -out root.crt');
  shell(folder, 'x509 -req -in middle.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile ca.ext -out middle.crt');
  shell(folder, 'x509 -req -in leaf.csr -CA middle.crt -CAkey middle.key -CAcreateserial -days 2 -extfile leaf.ext -out leaf.crt');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  chained = { certificate: read('leaf.crt') + read('middle.crt'), key: new Secret(read('leaf.key')) };
  root = read('root.crt');
});

const trusting = (...certificates: string[]): FallbackTrust => ({ certificates, authorities: [], names: [] });
const byAuthority = (name = 'control-plane.example', authority = root): FallbackTrust => (
  { certificates: [], authorities: [authority], names: [name] });

describe('a fallback configuration', () => {
  it('is what was sealed', () => {
    expect(open(seal(CONFIGURATION, shared, Date.now()), trusting(shared.certificate))).toEqual(CONFIGURATION);
    expect(open(seal(CONFIGURATION, chained, Date.now()), byAuthority())).toEqual(CONFIGURATION);
  });

  it('is accepted of a certificate that has ended since, and of each of several', () => {
    expect(open(seal(CONFIGURATION, shared, Date.now()), trusting(other.certificate, shared.certificate))).toEqual(CONFIGURATION);
  });

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['one byte of the table', (bytes) => { bytes[bytes.length - 9]! += 1; return bytes; }, /checksum/],
    ['another revision', (bytes) => Buffer.from(bytes.toString('latin1').replace('"revision":7', '"revision":9'), 'latin1'), /signature/],
    ['another hash', (bytes) => Buffer.from(bytes.toString('latin1').replace('aaaa', 'bbbb'), 'latin1'), /signature/],
    ['another format', (bytes) => Buffer.from(bytes.toString('latin1').replace('fallback-1', 'fallback-2'), 'latin1'), /format/],
    ['a cut object', (bytes) => bytes.subarray(0, 40), /begin as expected/],
    ['an empty object', () => Buffer.alloc(0), /begin as expected/],
    ['something else', () => Buffer.from('null\nx\n'), /format/],
    ['the end cut off', (bytes) => bytes.subarray(0, -3), /checksum/],
  ])('with %s is refused', (_, damage, reason) => {
    const bytes = damage(seal(CONFIGURATION, shared, Date.now()));
    expect(() => open(bytes, trusting(shared.certificate))).toThrow(reason);
  });

  it('of another signer is refused, although its certificate has the same name', () => {
    expect(() => open(seal(CONFIGURATION, other, Date.now()), trusting(shared.certificate))).toThrow(/not the control plane/);
  });

  it('with the certificate of the control plane and the key of another is refused', () => {
    const bytes = seal(CONFIGURATION, { certificate: shared.certificate, key: other.key }, Date.now());
    expect(() => open(bytes, trusting(shared.certificate))).toThrow(/signature/);
  });

  it('of an authority is refused for another name, another authority, a broken chain, and when it signed outside of its days', () => {
    const bytes = seal(CONFIGURATION, chained, Date.now());
    expect(() => open(bytes, byAuthority('plane.example'))).toThrow(/not for plane\.example/);
    expect(() => open(bytes, byAuthority(undefined, other.certificate))).toThrow(/vouches/);
    const end = '-----END CERTIFICATE-----';
    const leafOnly = { ...chained, certificate: `${chained.certificate.split(end)[0]}${end}\n` };
    expect(() => open(seal(CONFIGURATION, leafOnly, Date.now()), byAuthority())).toThrow(/vouches/);
    expect(() => open(seal(CONFIGURATION, chained, Date.now() + 10 * DAY_MS), byAuthority())).toThrow(/not valid when it signed/);
  });
});
