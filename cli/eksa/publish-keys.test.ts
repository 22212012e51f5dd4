import { createHash, createPublicKey, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const ISSUER = 'https://s3.eu-central-1.amazonaws.com/acme-lab-tokens';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('publish-keys');
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, name);

/** A program on the PATH that notes its args and input, and prints. */
function tool(name: string, prints: string, code = 0): void {
  const notes = path(`${name}.called`);
  writeFileSync(
    path(name),
    [
      '#!/bin/sh',
      `printf '%s\\n' "$@" > ${notes}`,
      `cat > ${notes}.input`,
      code === 0 ? `printf '%s' '${prints}'` : `printf '%s\\n' '${prints}' >&2`,
      `exit ${code}`,
      '',
    ].join('\n'),
  );
  chmodSync(path(name), 0o755);
}

const wordsOf = (name: string) => readFileSync(path(`${name}.called`), 'utf8').trim().split('\n');

/** The sample cluster, whose tokens name an issuer. */
function clusterFile(issuer: string | undefined = ISSUER): string {
  const text = readFileSync(sample('bare-metal.yaml'), 'utf8');
  const file = path('cluster.yaml');
  writeFileSync(
    file,
    issuer === undefined
      ? text
      : text.replace(/^(kind: Cluster\n[\s\S]*?\nspec:\n)/m, `$1  podIamConfig:\n    serviceAccountIssuer: ${issuer}\n`),
  );
  return file;
}

describe('hybridge eksa publish-keys', () => {
  it('reads the key of the cluster and puts it beside the discovery document', async () => {
    tool('kubectl', Buffer.from(PEM).toString('base64'));
    tool('aws', '');
    expect(await runEksa('publish-keys', clusterFile(), '--kubeconfig', 'management.kubeconfig')).toEqual({
      code: 0,
      output: `published ${ISSUER}/keys.json for the cluster lab\n`,
    });
    expect(wordsOf('kubectl')).toEqual([
      'get',
      'secret',
      'lab-sa',
      '--namespace',
      'eksa-system',
      '--kubeconfig',
      'management.kubeconfig',
      '--output',
      'jsonpath={.data.tls\\.crt}',
    ]);
    expect(wordsOf('aws')).toEqual([
      's3',
      'cp',
      '-',
      's3://acme-lab-tokens/keys.json',
      '--region',
      'eu-central-1',
      '--content-type',
      'application/json',
    ]);
    expect(JSON.parse(readFileSync(path('aws.called.input'), 'utf8')).keys).toHaveLength(2);
  });

  it('writes keys that check what the cluster signs, under both names', async () => {
    writeFileSync(path('sa.pub'), PEM);
    expect(
      (await runEksa('publish-keys', clusterFile('https://issuer.example'), '--key', path('sa.pub'), '--out', path('keys.json'))).code,
    ).toBe(0);
    const { keys } = JSON.parse(readFileSync(path('keys.json'), 'utf8'));
    const signature = createSign('RSA-SHA256').update('token').sign(privateKey);
    for (const key of keys) {
      expect(createVerify('RSA-SHA256').update('token').verify(createPublicKey({ key, format: 'jwk' }), signature)).toBe(true);
      expect(key).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' });
    }
    expect(keys.map(({ kid }: { kid: string }) => kid)).toEqual([expect.stringMatching(/^[\w-]{43}$/), '']);
  });

  it('names a key as Kubernetes does: by the hash of its DER', async () => {
    writeFileSync(path('sa.pub'), PEM);
    await runEksa('publish-keys', clusterFile(), '--key', path('sa.pub'), '--out', path('keys.json'));
    const der = Buffer.from(PEM.replace(/-----.*-----/g, ''), 'base64');
    expect(JSON.parse(readFileSync(path('keys.json'), 'utf8')).keys[0].kid).toBe(createHash('sha256').update(der).digest('base64url'));
  });

  it('publishes nothing where the key cannot be read', async () => {
    tool('kubectl', 'Error from server (NotFound): secrets "lab-sa" not found', 1);
    tool('aws', '');
    expect(await runEksa('publish-keys', clusterFile())).toEqual({
      code: EXIT_CODES.unavailable,
      output: '',
      failure: 'kubectl get secret: Error from server (NotFound): secrets "lab-sa" not found',
    });
    expect(existsSync(path('aws.called'))).toBe(false);
  });

  it('tells what the AWS CLI says', async () => {
    writeFileSync(path('sa.pub'), PEM);
    tool('aws', 'upload failed: AccessDenied', 1);
    expect(await runEksa('publish-keys', clusterFile(), '--key', path('sa.pub'))).toMatchObject({
      code: EXIT_CODES.unavailable,
      failure: 'aws s3 cp: upload failed: AccessDenied',
    });
  });

  it('says which tool is missing', async () => {
    vi.stubEnv('PATH', folder);
    expect(await runEksa('publish-keys', clusterFile())).toMatchObject({
      code: EXIT_CODES.unavailable,
      failure: 'kubectl is not on the PATH: install it on this machine',
    });
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString();
  it.each([
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'contains a private key, which must stay secret'],
    ['no key', 'hello', 'holds no key; expected PEM'],
    ['a key of another kind', ec, 'it is of type ec'],
    ['a broken key', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'holds a key that cannot be used'],
  ])('refuses %s', async (_title, text, failure) => {
    writeFileSync(path('sa.pub'), text);
    const outcome = await runEksa('publish-keys', clusterFile(), '--key', path('sa.pub'), '--out', path('keys.json'));
    expect(outcome).toMatchObject({ code: EXIT_CODES.configuration, failure: expect.stringContaining(failure) });
    expect(existsSync(path('keys.json'))).toBe(false);
  });

  it('refuses a cluster whose tokens name no issuer', async () => {
    expect(await runEksa('publish-keys', clusterFile(''))).toMatchObject({ code: EXIT_CODES.configuration });
    writeFileSync(path('cluster.yaml'), readFileSync(sample('bare-metal.yaml')));
    expect(await runEksa('publish-keys', path('cluster.yaml'))).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining('the cluster lab has no spec.podIamConfig.serviceAccountIssuer'),
    });
  });

  it('refuses to publish to an issuer that is no bucket', async () => {
    expect(await runEksa('publish-keys', clusterFile('https://issuer.example'))).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining('write the keys with --out keys.json, and put them to https://issuer.example/keys.json yourself'),
    });
  });
});
