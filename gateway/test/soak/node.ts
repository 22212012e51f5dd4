/** The node of a soak, as it is bundled: a single one, with a service, a route and two plugins. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePorts } from '../../bench/server-process.ts';
import { Inspectors } from './live-memory.ts';
import type { LiveMemory } from './live-memory.ts';

const START = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'image', 'start.mjs');

const START_LIMIT_MS = 60_000;

/** Routes that changes of the configuration write and delete, each a different one. */
const CHANGING_ROUTES = 100;

export class SoakNode {
  static async start(upstreamPort: number, workers: string): Promise<SoakNode> {
    const [port, admin] = await freePorts(2) as [number, number];
    const node = new SoakNode(port, admin, workers);
    try {
      await node.#answers(`http://127.0.0.1:${admin}/`);
      await node.#write('PUT', '/services/up', { url: `http://127.0.0.1:${upstreamPort}` });
      await node.#write('PUT', '/services/up/routes/all', { paths: ['/'], strip_path: false });
      await node.#write('POST', '/plugins', { name: 'correlation-id' });
      await node.#write('POST', '/plugins', { name: 'rate-limiting', config: { second: 1_000_000, policy: 'local' } });
      await node.#answers(`http://127.0.0.1:${port}/`);
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  readonly port: number;
  readonly #admin: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hybridge-soak-'));
  readonly #process: ChildProcess;
  readonly #inspectors = new Inspectors();
  #changes = 0;

  private constructor(port: number, admin: number, workers: string) {
    this.port = port;
    this.#admin = `http://127.0.0.1:${admin}`;
    this.#process = spawn(process.execPath, [START], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '', NODE_OPTIONS: '--inspect=127.0.0.1:0',
        KONG_PREFIX: this.#folder, KONG_ADMIN_LISTEN: `127.0.0.1:${admin}`, KONG_STATUS_LISTEN: 'off',
        KONG_PROXY_LISTEN: `127.0.0.1:${port} backlog=4096`, KONG_PROXY_ACCESS_LOG: 'off', KONG_LOG_LEVEL: 'warn',
        KONG_NGINX_WORKER_PROCESSES: workers,
      },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => process.stderr.write(this.#inspectors.read(text)));
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Of all its processes, after a collection of garbage. */
  memory(): Promise<LiveMemory> {
    return this.#inspectors.measure();
  }

  /** Writes the next change of the configuration: a route that is made, changed or deleted. */
  async change(): Promise<void> {
    const n = this.#changes += 1;
    const name = `changing-${n % CHANGING_ROUTES}`;
    if (Math.floor(n / CHANGING_ROUTES) % 3 === 2) return this.#write('DELETE', `/routes/${name}`);
    return this.#write('PUT', `/services/up/routes/${name}`, { paths: [`/${name}/${n}`] });
  }

  async stop(): Promise<void> {
    if (!this.hasEnded) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #write(method: string, path: string, body?: object): Promise<void> {
    const answer = await fetch(`${this.#admin}${path}`, {
      method, ...body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  }

  async #answers(url: string): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!await fetch(url).then(async (answer) => (await answer.arrayBuffer(), answer.ok)).catch(() => false)) {
      if (this.hasEnded || Date.now() > deadline) throw new Error('the node did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
