/** The image's context as a container would run it: an unprivileged user, a tree nobody can write, one writable folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { RUN_AS } from '../../contract.ts';
import { IMAGE, eventually, statusOf } from './local-topology.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;
let application: string;
let prefix: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hybridge-confined-'));
  application = join(folder, 'application');
  prefix = join(folder, 'prefix');
  cpSync(IMAGE, application, { recursive: true });
  mkdirSync(prefix, { mode: 0o700 });
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(application, { recursive: true, encoding: 'utf8' })) {
    const path = join(application, entry);
    chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
  }
  chmodSync(application, 0o555);
  if (isRoot) chownSync(prefix, RUN_AS.user, RUN_AS.group);
});
afterEach(() => {
  chmodSync(application, 0o755);
  for (const entry of readdirSync(application, { withFileTypes: true })) if (entry.isDirectory()) chmodSync(join(application, entry.name), 0o755);
  rmSync(folder, { recursive: true });
});

it.each(['traditional', 'control_plane', 'data_plane'])('%s becomes live and stops cleanly as an unprivileged user with a read-only tree', async (role) => {
  const [proxy, admin, status, cluster, telemetry] = await freePorts(5);
  const { createSelfSignedCertificate } = await import('../../src/base/self-signed-certificate.ts');
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
  // Node's permission model refuses every other read and write, whoever the user is, as a read-only root file system would.
  const child = spawn(process.execPath, [
    '--permission', `--allow-fs-read=${application}`, `--allow-fs-read=${prefix}`, `--allow-fs-write=${prefix}`, '--allow-fs-read=/etc', join(application, 'start.mjs'),
  ], {
    cwd: prefix,
    ...isRoot && { uid: RUN_AS.user, gid: RUN_AS.group },
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      KONG_ROLE: role, KONG_PREFIX: prefix, KONG_CLUSTER_CERT: certificate, KONG_CLUSTER_CERT_KEY: key, KONG_PROXY_LISTEN: `127.0.0.1:${proxy}`,
      KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`, KONG_STATUS_LISTEN: `127.0.0.1:${status}`, KONG_CLUSTER_LISTEN: `127.0.0.1:${cluster}`,
      KONG_CLUSTER_TELEMETRY_LISTEN: `127.0.0.1:${telemetry}`, KONG_CLUSTER_CONTROL_PLANE: '127.0.0.1:1',
    },
  });
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => stderr += text);
  const ended = once(child, 'exit');
  try {
    await eventually(`${role} is live`, async () => await statusOf(`http://127.0.0.1:${status}/status`) === 200 || child.exitCode !== null);
    expect(child.exitCode, stderr).toBeNull();
    if (isRoot) for (const name of readdirSync(prefix)) expect(statSync(join(prefix, name)).uid).toBe(RUN_AS.user);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = await ended as [number];
  expect(code, stderr).toBe(0);
  expect(stderr).not.toMatch(/ERR_ACCESS_DENIED|EROFS|EACCES/);
});
