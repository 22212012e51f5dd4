/** A server as a child process: a node of the gateway as it is bundled, or the floor. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { costsOf } from './process-costs.ts';

const START = join(import.meta.dirname, '..', '..', 'lib', 'bundle', 'image', 'start.mjs');
const FLOOR = join(import.meta.dirname, 'floor.ts');

const START_LIMIT_MS = 60_000;

interface Program {
  readonly script: string;
  /** Answers at `readyPath` when the server is up. */
  readonly port: number;
  readonly readyPath?: string;
  readonly proxyPort?: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Processors that it runs on, as `taskset` takes them. @default - all */
  readonly cores?: string | undefined;
}

type Settings = Readonly<Record<string, string>>;

/** What the image starts Node.js with. */
const FLAGS = ['--max-semi-space-size=16'];

export class ServerProcess {
  /** A single node: Admin API, embedded store unless the settings say otherwise. */
  static async node(settings: Settings = {}, cores?: string): Promise<ServerProcess> {
    const [admin, proxyPort, status] = await freePorts(3) as [number, number, number];
    return new ServerProcess({
      script: START, port: admin, proxyPort, cores,
      settings: {
        KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`,
        KONG_PROXY_LISTEN: `127.0.0.1:${proxyPort}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        ...settings,
      },
    }).#ready();
  }

  /** @param clusterPort that its data planes connect to */
  static async controlPlane(clusterPort: number, settings: Settings): Promise<ServerProcess> {
    const [admin, status, telemetry] = await freePorts(3) as [number, number, number];
    return new ServerProcess({
      script: START, port: admin, flags: FLAGS,
      settings: {
        KONG_ROLE: 'control_plane',
        KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        KONG_CLUSTER_LISTEN: `127.0.0.1:${clusterPort}`,
        KONG_CLUSTER_TELEMETRY_LISTEN: `127.0.0.1:${telemetry}`,
        ...settings,
      },
    }).#ready();
  }

  /** @param clusterPort of its control plane */
  static async dataPlane(clusterPort: number, settings: Settings, cores?: string): Promise<ServerProcess> {
    const [proxyPort, status] = await freePorts(2) as [number, number];
    return new ServerProcess({
      script: START, port: status, readyPath: '/status/ready', proxyPort, cores, flags: FLAGS,
      settings: {
        KONG_ROLE: 'data_plane', KONG_DATABASE: 'off',
        KONG_PROXY_LISTEN: `127.0.0.1:${proxyPort}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${clusterPort}`,
        KONG_NGINX_WORKER_PROCESSES: '1',
        ...settings,
      },
    }).#ready();
  }

  /** A bare Fastify that answers a constant: what no Admin API on it can be faster than. */
  static async floor(): Promise<ServerProcess> {
    const [port] = await freePorts(1) as [number];
    return new ServerProcess({ script: FLOOR, port, settings: { PORT: String(port) } }).#ready();
  }

  /** Of the Admin API, where it has one. */
  readonly port: number;
  /** Of the proxy, or 0. */
  readonly proxyPort: number;
  readonly #readyPath: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';

  private constructor({ script, port, readyPath = '/', proxyPort = 0, settings, flags = [], cores }: Program) {
    this.port = port;
    this.proxyPort = proxyPort;
    this.#readyPath = readyPath;
    this.#folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
    const env = { PATH: process.env.PATH ?? '', KONG_PREFIX: this.#folder, ...settings };
    const profile = process.env.BENCH_PROFILE === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`];
    const command = [...cores === undefined ? [] : ['taskset', '-c', cores], process.execPath, ...profile, ...flags, script];
    this.#child = spawn(command[0]!, command.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk: Buffer) => { this.#output = (this.#output + chunk.toString()).slice(-4_000); });
    }
  }

  /** Processor time that the process has used, in milliseconds; NaN where the platform does not tell. */
  cpuMs(): number {
    return process.platform === 'linux' ? costsOf(this.#child.pid!).cpuMs : NaN;
  }

  /** What the process has resident, in MB; NaN where the platform does not tell. */
  rssMb(): number {
    return process.platform === 'linux' ? costsOf(this.#child.pid!).rssBytes / 1_000_000 : NaN;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGTERM');
      const kill = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(kill);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ready(): Promise<this> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      const answer = fetch(`http://127.0.0.1:${this.port}${this.#readyPath}`);
      const isUp = await answer.then(async (response) => response.arrayBuffer().then(() => response.ok)).catch(() => false);
      if (isUp) return this;
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        await this.close();
        throw new Error(`a server did not start: ${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  return ports;
}
