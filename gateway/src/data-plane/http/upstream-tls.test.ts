/** What connections to upstreams are opened with. Whose certificates are accepted: ../upstream-trust.test.ts. */
import type { PeerCertificate } from 'node:tls';

import { describe, expect, it } from 'vitest';

import type { Service } from '../../model/snapshot.ts';
import { UpstreamTls } from './upstream-tls.ts';

const service = (fields: Partial<Service> = {}) => ({ tlsVerify: null, tlsVerifyDepth: null, ...fields }) as Service;

/** A certificate for a.test below this number of intermediate certificates. @param root whether the chain ends with its authority */
function chainOf(intermediates: number, root = true): PeerCertificate {
  const links = Array.from({ length: intermediates + 2 }, (_, index) => (
    { fingerprint256: String(index), subject: { CN: 'a.test' }, subjectaltname: 'DNS:a.test', issuerCertificate: undefined as unknown }));
  for (const [index, link] of links.entries()) link.issuerCertificate = links[index + 1] ?? (root ? link : undefined);
  return links[0] as unknown as PeerCertificate;
}

describe('a connection that is verified', () => {
  it.each<[options: ConstructorParameters<typeof UpstreamTls>[0], fields: Partial<Service>, depth: number | undefined]>([
    [{}, {}, undefined], [{}, { tlsVerify: false }, undefined], [{ verifyAlways: false }, {}, undefined],
    [{}, { tlsVerify: true }, 1], [{ verifyAlways: true }, {}, 1], [{ verifyAlways: true }, { tlsVerify: false }, 1],
    [{ verifyDepth: 3 }, { tlsVerify: true }, 3], [{ verifyDepth: 3 }, { tlsVerify: true, tlsVerifyDepth: 0 }, 0],
  ])('with %j and %j: to a depth of %s', (options, fields, depth) => {
    const connection = new UpstreamTls(options).connection(service(fields), 'a.test:1');
    expect([connection.verifyDepth, connection.rejectUnauthorized]).toEqual([depth, depth !== undefined]);
    expect(connection.checkServerIdentity === undefined).toBe(depth === undefined);
  });

  it.each([
    [0, 0, true], [1, 0, false], [1, 1, true], [2, 1, false], [3, 2, false], [3, 3, true],
  ])('accepts %d intermediate certificates with a depth of %d: %s', (intermediates, tlsVerifyDepth, accepted) => {
    const { checkServerIdentity } = new UpstreamTls({}).connection(service({ tlsVerify: true, tlsVerifyDepth }), 'a.test');
    for (const root of [true, false]) {
      expect(checkServerIdentity!('a.test', chainOf(intermediates, root)) === undefined).toBe(accepted);
    }
    expect(checkServerIdentity!('b.test', chainOf(intermediates))).toBeInstanceOf(Error);
  });

  it('is for the name that the certificate has', () => {
    const { checkServerIdentity } = new UpstreamTls({}).connection(service({ tlsVerify: true }), 'a.test');
    expect(checkServerIdentity!('a.test', chainOf(0))).toBeUndefined();
    expect(checkServerIdentity!('b.test', chainOf(0))).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});
