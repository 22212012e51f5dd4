/**
 * A real kube-apiserver with its etcd on loopback, with nothing behind it: no nodes and no controllers, so that every
 * answer is the server's own.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Programs {
  /** Path of kube-apiserver. */
  readonly apiserver: string;
  /** Path of etcd. */
  readonly etcd: string;
}

export interface Answer {
  readonly status: number;
  /** Headers `Warning`: what the server takes and advises against. */
  readonly warnings: readonly string[];
  readonly body: any;
}

const LONGEST_START_MS = 3 * 60_000;
const LONGEST_STOP_MS = 10_000;

export class ApiServer {
  static async start({ apiserver, etcd }: Programs): Promise<ApiServer> {
    const folder = mkdtempSync(join(tmpdir(), 'apiserver-'));
    const server = new ApiServer(folder, await freePort());
    try {
      await server.run(apiserver, etcd);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private readonly children: ChildProcess[] = [];
  private readonly token = randomBytes(16).toString('hex');
  /** The server makes its certificate itself, and listens on loopback only. */
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

  private constructor(private readonly folder: string, private readonly port: number) {}

  /** @param type of the body, `application/json` unless given */
  ask(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    const headers = { 'authorization': `Bearer ${this.token}`, 'content-type': type, 'accept': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port: this.port, agent: this.agent, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const warnings = response.headersDistinct.warning ?? [];
          resolve({
            status: response.statusCode!,
            warnings,
            body: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : text,
          });
        });
      });
      call.on('error', reject);
      call.end(body && JSON.stringify(body));
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await Promise.all(this.children.map((child) => new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), LONGEST_STOP_MS).unref();
    })));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(apiserver: string, etcd: string) {
    const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
    this.spawn(etcd, [
      '--data-dir', join(this.folder, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client,
      '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync',
    ]);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    writeFileSync(join(this.folder, 'accounts.pub'), publicKey);
    writeFileSync(join(this.folder, 'accounts.key'), privateKey, { mode: 0o600 });
    writeFileSync(join(this.folder, 'tokens.csv'), `${this.token},judge,judge,system:masters\n`, { mode: 0o600 });
    const process = this.spawn(apiserver, [
      '--etcd-servers',
      client,
      '--bind-address',
      '127.0.0.1',
      '--secure-port',
      String(this.port),
      '--cert-dir',
      join(this.folder, 'certificates'),
      '--token-auth-file',
      join(this.folder, 'tokens.csv'),
      '--authorization-mode',
      'RBAC',
      '--service-cluster-ip-range',
      '10.96.0.0/16',
      '--endpoint-reconciler-type',
      'none',
      '--service-account-issuer',
      'https://kubernetes.default.svc',
      '--service-account-key-file',
      join(this.folder, 'accounts.pub'),
      '--service-account-signing-key-file',
      join(this.folder, 'accounts.key'),
    ]);
    const until = Date.now() + LONGEST_START_MS;
    while (!await this.isReady()) {
      if (process.exitCode !== null || Date.now() > until) {
        throw new Error(
          `kube-apiserver does not become ready: ${readFileSync(join(this.folder, 'kube-apiserver.log'), 'utf8').trim().slice(-2000)}`,
        );
      }
      await sleep(200);
    }
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await this.ask('GET', '/readyz')).status === 200;
    } catch {
      return false;
    }
  }

  private spawn(program: string, words: readonly string[]): ChildProcess {
    const log = openSync(join(this.folder, `${program.split('/').at(-1)}.log`), 'w');
    const child = spawn(program, words, { stdio: ['ignore', log, log] });
    closeSync(log);
    child.on('error', (error) => console.error(`${program}: ${error.message}`));
    this.children.push(child);
    return child;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
