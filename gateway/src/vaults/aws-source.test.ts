/** AWS Secrets Manager, by Moto, with credentials as the default chain of the SDK finds them. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { awsSource } from './aws-source.ts';
import { SecretMissing } from './secret-source.ts';

/** `.ci/run` installs it from PyPI. */
function motoServer(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v moto_server'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

const MOTO = motoServer();

let moto: ChildProcess;
let endpoint: string;
let writer: SecretsManagerClient;
const before = { ...process.env };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

const LACKING = MOTO === undefined ? ' (needs moto_server on PATH: pip install "moto[server]")' : '';

describe.skipIf(MOTO === undefined)(`AWS Secrets Manager${LACKING}`, () => {
  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    moto = spawn(MOTO!, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await eventually('Moto answers', () => fetch(`${endpoint}/moto-api/`).then(({ ok }) => ok, () => false));
    const credentials = { accessKeyId: 'AKIAWRITER', secretAccessKey: 'of-the-writer' };
    writer = new SecretsManagerClient({ region: 'eu-central-1', endpoint, credentials });
    await writer.send(new CreateSecretCommand({ Name: 'partners/acme', SecretString: '{"key":"first"}' }));
    await writer.send(new PutSecretValueCommand({ SecretId: 'partners/acme', SecretString: '{"key":"second"}' }));
    await writer.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: Buffer.from('of-bytes') }));
  }, 60_000);
  afterAll(async () => {
    writer?.destroy();
    moto?.kill();
    if (moto !== undefined && moto.exitCode === null) await once(moto, 'exit');
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_') && !(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  const keys = { AWS_ACCESS_KEY_ID: 'AKIAREADER', AWS_SECRET_ACCESS_KEY: 'of-the-reader', AWS_EC2_METADATA_DISABLED: 'true' };
  const fetched = async (secret: string, version?: string, environment: Record<string, string> = keys) => {
    Object.assign(process.env, environment);
    const source = awsSource({ region: 'eu-central-1', endpoint_url: endpoint });
    try {
      return await source.fetch(secret, version, AbortSignal.timeout(10_000));
    } finally {
      source.close!();
    }
  };

  it.each([
    ['partners/acme', undefined, '{"key":"second"}'], ['partners/acme', '1', '{"key":"second"}'], ['partners/acme', '2', '{"key":"first"}'],
    ['binary', undefined, 'of-bytes'],
  ])('%s, version %s', async (secret, version, expected) => {
    expect(await fetched(secret, version)).toBe(expected);
  });

  it('tells a secret that does not exist from a vault that cannot be read', async () => {
    await expect(fetched('none')).rejects.toBeInstanceOf(SecretMissing);
    const unreachable = awsSource({ region: 'eu-central-1', endpoint_url: 'http://127.0.0.1:1' });
    await expect(unreachable.fetch('none', undefined, AbortSignal.timeout(10_000))).rejects.not.toBeInstanceOf(SecretMissing);
  });

  it('uses a program that a profile names, as Roles Anywhere does', async () => {
    const folder = temporaryFolder('aws');
    const program = join(folder, 'helper');
    const credentials = {
      Version: 1, AccessKeyId: 'AKIAHELPER', SecretAccessKey: 's', SessionToken: 't', Expiration: '2099-01-01T00:00:00Z',
    };
    writeFileSync(program, `#!/bin/sh\necho '${JSON.stringify(credentials)}'\n`);
    chmodSync(program, 0o700);
    writeFileSync(join(folder, 'config'), `[default]\ncredential_process = ${program}\n`);
    const environment = {
      AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'), AWS_EC2_METADATA_DISABLED: 'true',
    };
    expect(await fetched('partners/acme', undefined, environment)).toBe('{"key":"second"}');
  });

  it('uses the endpoint of EKS Pod Identity', async () => {
    const folder = temporaryFolder('pod-identity');
    writeFileSync(join(folder, 'token'), 'of-the-pod');
    const { createServer: createHttpServer } = await import('node:http');
    let authorization: string | undefined;
    const agent = createHttpServer((request, response) => {
      ({ authorization } = request.headers);
      response.end(JSON.stringify({ AccessKeyId: 'AKIAPOD', SecretAccessKey: 's', Token: 't', Expiration: '2099-01-01T00:00:00Z' }));
    }).listen(0, '127.0.0.1');
    await once(agent, 'listening');
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(agent.address() as AddressInfo).port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, 'token'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      AWS_CONFIG_FILE: join(folder, 'none'), AWS_EC2_METADATA_DISABLED: 'true',
    };
    expect(await fetched('partners/acme', undefined, environment)).toBe('{"key":"second"}');
    expect(authorization).toBe('of-the-pod');
    agent.close();
  });

  it('says which credentials it lacks', async () => {
    const environment = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/none', AWS_SHARED_CREDENTIALS_FILE: '/none' };
    await expect(fetched('partners/acme', undefined, environment)).rejects.toThrow('CredentialsProviderError');
  });
});
