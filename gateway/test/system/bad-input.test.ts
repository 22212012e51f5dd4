/** What a person sees when a node cannot start: one clear line, the right exit code, no stack trace, nothing lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/base/errors.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { IMAGE, LocalTopology, admin, statusOf } from './local-topology.ts';

let folder: string;
let tunnel: { KONG_CLUSTER_CERT: string; KONG_CLUSTER_CERT_KEY: string };
let otherKey: string;

beforeAll(async () => {
  folder = temporaryFolder('bad-input');
  tunnel = { KONG_CLUSTER_CERT: join(folder, 'cluster.crt'), KONG_CLUSTER_CERT_KEY: join(folder, 'cluster.key') };
  otherKey = join(folder, 'other.key');
  const [pair, other] = await Promise.all([
    createSelfSignedCertificate({ commonName: 'kong_clustering' }),
    createSelfSignedCertificate({ commonName: 'x' }),
  ]);
  writeFileSync(tunnel.KONG_CLUSTER_CERT, pair.certificate);
  writeFileSync(tunnel.KONG_CLUSTER_CERT_KEY, pair.key);
  writeFileSync(otherKey, other.key);
});
interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
}

async function start(environment: Record<string, string>): Promise<Outcome> {
  const child = spawn(process.execPath, [join(IMAGE, 'start.mjs')], {
    env: { PATH: process.env.PATH ?? '', KONG_PREFIX: join(folder, 'prefix'), KONG_STATUS_LISTEN: 'off', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr += text);
  const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const [code] = await once(child, 'close') as [number | null];
  clearTimeout(patience);
  return { code, stderr };
}

/** The lines that are not log entries. */
function complaints({ stderr }: Outcome): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('hybridge: '));
}

function expectOneLine(outcome: Outcome, code: number, ...parts: string[]): void {
  expect(complaints(outcome), outcome.stderr).toHaveLength(1);
  for (const part of parts) expect(complaints(outcome)[0]).toContain(part);
  expect(outcome.stderr).not.toMatch(/^\s+at /m);
  expect(outcome.code).toBe(code);
}

const laptop = { KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_ADMIN_LISTEN: '127.0.0.1:0' };

describe('a node does not start with', () => {
  it('a wrong value', async () => {
    expectOneLine(
      await start({ ...laptop, KONG_ROLE: 'dataplane' }),
      EXIT_CODES.configuration,
      'KONG_ROLE',
      "'dataplane'",
      'traditional, control_plane, data_plane',
    );
  });

  it('a certificate that cannot be read', async () => {
    expectOneLine(
      await start({ KONG_ROLE: 'data_plane', ...tunnel, KONG_CLUSTER_CERT: join(folder, 'none.crt') }),
      EXIT_CODES.configuration,
      'KONG_CLUSTER_CERT',
      'none.crt',
      'no such file',
    );
  });

  it('a key of another certificate', async () => {
    expectOneLine(await start({ KONG_ROLE: 'data_plane', ...tunnel, KONG_CLUSTER_CERT_KEY: otherKey }), EXIT_CODES.configuration,
      'KONG_CLUSTER_CERT_KEY is not the key of the certificate');
  });

  it.each(['PROXY', 'ADMIN', 'STATUS'])('a busy port in KONG_%s_LISTEN', async (listener) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const outcome = await start({ ...laptop, [`KONG_${listener}_LISTEN`]: `127.0.0.1:${port}` });
    taken.close();
    expectOneLine(outcome, EXIT_CODES.address, `127.0.0.1:${port}`);
  });

  it('a database that is down', async () => {
    expectOneLine(
      await start({ ...laptop, KONG_DATABASE: 'postgres', KONG_PG_PORT: '1', KONG_PG_PASSWORD: 'hunter2' }),
      EXIT_CODES.unavailable,
      '127.0.0.1:1',
    );
  });

  it('a working directory that cannot be made', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    expectOneLine(await start({ ...laptop, KONG_PREFIX: join(file, 'below') }), EXIT_CODES.io, 'KONG_PREFIX', file);
  });
});

it('warns of an unknown name with the nearest known one, and starts', async () => {
  const topology = new LocalTopology();
  try {
    const node = await topology.singleNode('node', { KONG_PROXY_LISTN: 'x' });
    await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
    expect(readFileSync(node.process.log, 'utf8')).toContain('did you mean KONG_PROXY_LISTEN?');
  } finally {
    await topology.close();
  }
});

it('starts from the configuration before when the newest in the cache is corrupt, and keeps the corrupt one aside', async () => {
  const topology = new LocalTopology();
  try {
    const port = await topology.upstream((_, response) => void response.end('served'));
    const controlPlane = await topology.controlPlane();
    await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
    const plane = await topology.dataPlane('plane');
    await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
    for (const name of ['first', 'second']) {
      await admin(controlPlane, 'PUT', `/services/echo/routes/${name}`, { paths: [`/${name}`] });
      await eventually(`${name} is served`, async () => await statusOf(`${plane.proxy}/${name}`) === 200);
    }
    await Promise.all([controlPlane.process.stop(), plane.process.stop()]);
    const cache = join(plane.environment.KONG_PREFIX!, 'configuration');
    truncateSync(join(cache, 'configuration.0'), 100);

    const again = await topology.restart(plane);
    await eventually('it is ready again', async () => await statusOf(`${again.status}/status/ready`) === 200);
    expect(await statusOf(`${again.proxy}/first`)).toBe(200);
    const log = readFileSync(again.process.log, 'utf8');
    expect(log).not.toMatch(/^\s+at /m);
    expect(log.split('\n').filter((line) => line.includes('configuration.0'))).toHaveLength(1);
    expect(readdirSync(cache).filter((name) => name.startsWith('configuration.0'))).toEqual([
      expect.stringMatching(/^configuration\.0\..+/),
    ]);
  } finally {
    await topology.close();
  }
});
