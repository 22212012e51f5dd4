/** The image's context as a container runs it: an unprivileged user, a read-only tree, one writable folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { RUN_AS } from '../../contract.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { IMAGE, statusOf } from './local-topology.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;
let application: string;
let confined: Confined[];

beforeEach(() => {
  folder = temporaryFolder('confined');
  application = join(folder, 'application');
  cpSync(IMAGE, application, { recursive: true });
  chmodSync(folder, 0o755);
  for (const path of filesOf(application)) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
  chmodSync(application, 0o555);
  confined = [];
});
afterEach(async () => {
  await Promise.all(confined.map((node) => node.stop()));
  for (const path of [application, ...filesOf(application)]) if (statSync(path).isDirectory()) chmodSync(path, 0o755);
  rmSync(folder, { recursive: true });
});

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name)).sort();
}

/**
 * A process of the image's user. Node's permission model refuses all other reads and writes, for root too, as a
 * read-only root file system would.
 */
class Confined {
  readonly prefix: string;
  readonly #child;
  readonly #ended: Promise<unknown>;
  stderr = '';

  constructor(name: string, script: readonly string[], environment: Record<string, string>) {
    this.prefix = join(folder, name);
    mkdirSync(this.prefix, { mode: 0o700 });
    if (isRoot) chownSync(this.prefix, RUN_AS.user, RUN_AS.group);
    this.#child = spawn(
      process.execPath,
      [
        '--permission',
        `--allow-fs-read=${application}`,
        `--allow-fs-read=${this.prefix}`,
        `--allow-fs-write=${this.prefix}`,
        '--allow-fs-read=/etc',
        ...script,
      ],
      {
        cwd: this.prefix,
        ...(isRoot && { uid: RUN_AS.user, gid: RUN_AS.group }),
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { KONG_PREFIX: this.prefix, ...environment },
      },
    );
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.stderr += text);
    this.#ended = once(this.#child, 'exit');
    confined.push(this);
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  async stop(): Promise<number | null> {
    if (this.exitCode === null) this.#child.kill('SIGTERM');
    await this.#ended;
    return this.exitCode;
  }

  async ended(): Promise<number | null> {
    await this.#ended;
    return this.exitCode;
  }

  /** Waits for a condition, and fails with the log when the process ends first. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    await eventually(what, async () => await holds() || this.exitCode !== null);
    expect(this.exitCode, this.stderr).toBeNull();
  }
}

interface Ports {
  readonly proxy: number;
  readonly admin: number;
  readonly status: number;
}

let tunnel: Record<string, string>;
let tunnelPorts: readonly number[];

beforeEach(async () => {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
  tunnel = { KONG_CLUSTER_CERT: certificate, KONG_CLUSTER_CERT_KEY: key };
  tunnelPorts = await freePorts(2);
});

async function start(role: string): Promise<{ node: Confined; ports: Ports }> {
  const [proxy, admin, status] = await freePorts(3) as [number, number, number];
  const node = new Confined(role, [join(application, 'start.mjs')], {
    ...tunnel,
    KONG_ROLE: role,
    KONG_PROXY_LISTEN: `127.0.0.1:${proxy}`,
    KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
    ...(role !== 'data_plane' && {
      KONG_CLUSTER_LISTEN: `127.0.0.1:${tunnelPorts[0]}`,
      KONG_CLUSTER_TELEMETRY_LISTEN: `127.0.0.1:${tunnelPorts[1]}`,
    }),
    ...(role === 'data_plane' && {
      KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${tunnelPorts[0]}`,
      KONG_CLUSTER_TELEMETRY_ENDPOINT: `127.0.0.1:${tunnelPorts[1]}`,
    }),
  });
  await node.until(`${role} is live`, async () => await statusOf(`http://127.0.0.1:${status}/status`) === 200);
  return { node, ports: { proxy, admin, status } };
}

it.each([[['traditional']], [['control_plane', 'data_plane']]])(
  '%j serve an API, keep it and stop cleanly as an unprivileged user with a read-only tree',
  async (roles) => {
    const tree = filesOf(application);
    const upstream = createServer((_, response) => void response.end('served')).listen(0, '127.0.0.1');
    try {
      const started = [];
      for (const role of roles) started.push(await start(role));
      const [administered, serving] = [started[0]!, started.at(-1)!];
      const put = async (path: string, body: object) => {
        const answer = await fetch(`http://127.0.0.1:${administered.ports.admin}${path}`, {
          method: 'PUT',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        });
        expect(answer.status, await answer.text()).toBeLessThan(300);
      };
      await put('/services/echo', { url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });
      await put('/services/echo/routes/echo', { paths: ['/echo'] });
      await serving.node.until('the API is served', async () => (await statusOf(`http://127.0.0.1:${serving.ports.proxy}/echo`)) === 200);
      for (const { node } of started) {
        expect(await node.stop(), node.stderr).toBe(0);
        expect(node.stderr).not.toMatch(/ERR_ACCESS_DENIED|EROFS|EACCES|cannot store/);
        const kept = filesOf(node.prefix);
        expect(
          kept.some((path) => /\.sqlite$|\.db$|configuration\.0$/.test(path)),
          kept.join(' '),
        ).toBe(true);
        if (isRoot) expect(kept.filter((path) => statSync(path).uid !== RUN_AS.user)).toEqual([]);
      }
      expect(filesOf(application)).toEqual(tree);
      for (const path of tree.filter((name) => name.endsWith('.mjs'))) {
        expect(readFileSync(path).equals(readFileSync(path.replace(application, IMAGE)))).toBe(true);
      }
    } finally {
      upstream.closeAllConnections();
      upstream.close();
    }
  },
);

it.each([
  ['writes into the application', () => join(application, 'start.mjs')],
  ['makes a file beside it', () => join(application, 'made')],
  ['makes a file in the folder above', () => join(folder, 'made')],
])('a process that %s is refused: the confinement confines', async (_, path) => {
  const script = `require('node:fs').appendFileSync(${JSON.stringify(path())}, 'x')`;
  const node = new Confined('intruder', ['--eval', script], {});
  expect(await node.ended()).not.toBe(0);
  expect(node.stderr).toContain('ERR_ACCESS_DENIED');
});
