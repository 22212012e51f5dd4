import { X509Certificate, createPrivateKey } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { answerCustomResource } from './custom-resource.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';
import { tunnelCertificate, tunnelCertificateId } from './tunnel-certificate.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:hybridge/Cloud/control-plane/tunnel-AbCdEf';
const PROPERTIES = { SecretArn: ARN, CommonName: 'kong_clustering', ValidDays: '30' };

let aws: FakeAws;
let client: SecretsManagerClient;
beforeEach(async () => {
  aws = await startFakeAws();
  client = new SecretsManagerClient(aws.client);
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.destroy();
  await aws.close();
});

const secret = () => JSON.parse(aws.secrets.get(ARN)!) as { certificate: string; privateKey: string };

describe('the certificate it makes', () => {
  it('is an EC P-384 pair for the common name, for servers and clients, for as long as asked', async () => {
    await tunnelCertificate(aws.event('Create', PROPERTIES), client, new Date('2026-01-01T00:00:00Z'));
    const certificate = new X509Certificate(secret().certificate);
    expect(certificate.subject).toBe('CN=kong_clustering');
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    expect(certificate.checkPrivateKey(createPrivateKey(secret().privateKey))).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(new Date(certificate.validTo).toISOString()).toBe('2026-01-31T00:00:00.000Z');
  });

  it('takes the place of what the secret was made with', async () => {
    aws.secrets.set(ARN, '{"replaced":"random text"}');
    await tunnelCertificate(aws.event('Create', PROPERTIES), client);
    expect(Object.keys(secret())).toEqual(['certificate', 'privateKey']);
  });

  it('leaves nothing of the key in the answer or in the log', async () => {
    const lines: unknown[][] = [];
    for (const stream of ['log', 'error'] as const) vi.spyOn(console, stream).mockImplementation((...line) => void lines.push(line));
    await answerCustomResource(aws.event('Create', PROPERTIES), {
      idOf: tunnelCertificateId, work: (event) => tunnelCertificate(event, client),
    });
    const keyText = secret().privateKey.split('\n')[1]!;
    expect(aws.told).toMatchObject([{
      Status: 'SUCCESS', PhysicalResourceId: `${ARN}#tunnel-certificate`,
      Data: { Fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/) },
    }]);
    expect(JSON.stringify([aws.told, lines])).not.toContain(keyText);
    expect(JSON.stringify([aws.told, lines])).not.toContain('PRIVATE KEY');
  });
});

describe('a certificate that serves', () => {
  it.each(['Create', 'Update'] as const)('is kept on %s, with the same physical id', async (type) => {
    const first = await tunnelCertificate(aws.event('Create', PROPERTIES), client);
    const kept = aws.secrets.get(ARN);
    expect(await tunnelCertificate(aws.event(type, PROPERTIES, first.physicalId), client)).toEqual(first);
    expect(aws.secrets.get(ARN)).toBe(kept);
  });

  it('is kept when only its length of life changes', async () => {
    await tunnelCertificate(aws.event('Create', PROPERTIES), client);
    const kept = aws.secrets.get(ARN);
    await tunnelCertificate(aws.event('Update', { ...PROPERTIES, ValidDays: '60' }), client);
    expect(aws.secrets.get(ARN)).toBe(kept);
  });
});

describe('a certificate that does not serve', () => {
  const other = () => createSelfSignedCertificate({ commonName: 'kong_clustering' });
  const cases: readonly [string, () => Promise<string>][] = [
    ['has ended', async () =>
      pair(await createSelfSignedCertificate({ commonName: 'kong_clustering', days: 1, notBefore: new Date('2020-01-01') }))],
    ['has another name', async () => pair(await createSelfSignedCertificate({ commonName: 'other' }))],
    ['does not fit its key', async () => JSON.stringify({ certificate: (await other()).certificate, privateKey: (await other()).key })],
    ['cannot be read', async () => JSON.stringify({ certificate: 'x', privateKey: 'y' })],
  ];
  it.each(cases)('is replaced when it %s', async (_, document) => {
    const before = await document();
    aws.secrets.set(ARN, before);
    await tunnelCertificate(aws.event('Update', PROPERTIES), client);
    expect(aws.secrets.get(ARN)).not.toBe(before);
    expect(new X509Certificate(secret().certificate).subject).toBe('CN=kong_clustering');
  });
});

describe('delete', () => {
  it('touches nothing: the stack owns the secret', async () => {
    await tunnelCertificate(aws.event('Delete', PROPERTIES, `${ARN}#tunnel-certificate`), client);
    expect(aws.calls).toEqual([]);
  });
});

function pair({ certificate, key }: { certificate: string; key: string }): string {
  return JSON.stringify({ certificate, privateKey: key });
}
