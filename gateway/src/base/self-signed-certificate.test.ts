import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, it } from 'vitest';
import { createSelfSignedCertificate } from './self-signed-certificate.ts';

it('makes a certificate whose key belongs to it, for three years', async () => {
  const { certificate, key } = await createSelfSignedCertificate({
    commonName: 'kong_clustering',
    notBefore: new Date('2026-11-21T00:00:00Z'),
  });
  const parsed = new X509Certificate(certificate);
  expect(parsed.subject).toBe('CN=kong_clustering');
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(new Date(parsed.validTo).toISOString()).toBe('2029-11-20T00:00:00.000Z');
  expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
});

it('serves both ends of a mutual TLS connection', async () => {
  const pair = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
  const tls = { cert: pair.certificate, key: pair.key, ca: pair.certificate };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (socket) => void socket.end('hello')).listen(0,
    '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...tls, port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername: 'kong_clustering' });
  const [greeting] = await once(client, 'data');
  expect(String(greeting)).toBe('hello');
  client.destroy();
  server.close();
});

it('names addresses as addresses', async () => {
  const { certificate } = await createSelfSignedCertificate({ commonName: 'localhost', names: ['localhost', '127.0.0.1', '::1'] });
  expect(new X509Certificate(certificate).subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
});
