/** The proxies that are compared, and the upstream behind them: each one process, or one worker, but where workers are compared. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { BenchIdentity } from './identity.ts';
import { nginxConfiguration, nginxProxy } from './nginx-configuration.ts';
import type { NginxWork } from './nginx-configuration.ts';
import type { Shape } from './shapes.ts';

const START = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'image', 'start.mjs');
const PEERS = join(import.meta.dirname, 'peers');

const START_LIMIT_MS = 60_000;

/** What a subject is started with. */
export interface Given {
  readonly port: number;
  readonly upstream: number;
  /** Processors that it runs on, as `taskset` takes them. */
  readonly cores: string;
  readonly shape: Shape;
  /** For shapes with TLS. */
  readonly identity: BenchIdentity;
}

export interface Subject {
  readonly name: string;
  /** Program that has to be on PATH. @default - none */
  readonly needs?: string;
  /** Whether it is among the packages in `peers`. */
  readonly isPackage?: boolean;
  readonly workers?: number;
  start(given: Given): Promise<RunningSubject>;
}

export interface RunningSubject {
  readonly pid: number;
  /** Where its requests go. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The key that clients send where policies ask for one. */
export const KEY = 'bench-key';

/** Answers every request with 128 bytes, and those of /large with 16 KiB. */
export function upstream(port: number, cores: string): Promise<RunningSubject> {
  return program('nginx', `http://127.0.0.1:${port}/`, cores, (folder) => {
    file(folder, 'large', 'x'.repeat(16_384));
    return ['-p', folder, '-c', file(folder, 'nginx.conf', nginxConfiguration(folder, `
    server {
      listen 127.0.0.1:${port} backlog=1024; default_type text/plain;
      location / { return 200 "${'x'.repeat(128)}"; }
      location = /large { root ${folder}; }
    }`))];
  });
}

/** Where requests of a shape go. */
function urlOf(port: number, { protocol = 'http', answerBytes, routes = 1 }: Shape, isOurs: boolean): string {
  const scheme = protocol === 'http' ? 'http' : 'https';
  const path = answerBytes > 128 ? 'large' : 'anything';
  return `${scheme}://127.0.0.1:${port}/${isOurs && routes > 1 ? `route-${routes >> 1}/` : ''}${path}`;
}

function nginx(name: string, work: NginxWork): Subject {
  return {
    name, needs: 'nginx',
    start: ({ port, upstream: target, cores, shape, identity: { certificate, key } }) => (
      program('nginx', urlOf(port, shape, false), cores, (folder) => {
        const { protocol = 'http' } = shape;
        const secure = `ssl_certificate ${file(folder, 'cert.pem', certificate)}; ssl_certificate_key ${file(folder, 'key.pem', key)};`;
        const listen = `127.0.0.1:${port} backlog=1024${protocol === 'http' ? '' : ' ssl'}${protocol === 'h2' ? ' http2' : ''}`;
        return ['-p', folder, '-c', file(folder, 'nginx.conf', nginxProxy({
          folder, listen, secure: protocol === 'http' ? '' : secure, target, key: KEY, work,
        }))];
      })),
  };
}

const haproxy: Subject = {
  name: 'haproxy', needs: 'haproxy',
  start: ({ port, upstream: target, cores, shape }) => program('haproxy', urlOf(port, shape, false), cores, (folder) => [
    '-db', '-f', file(folder, 'haproxy.cfg', `
global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
listen proxy
  bind 127.0.0.1:${port}
  server up 127.0.0.1:${target}
`),
  ]),
};

const packages = ['fast-proxy', 'http-proxy', 'fastify-http-proxy', 'fast-gateway', 'express-gateway'].map((name): Subject => ({
  name, isPackage: true,
  start: ({ port, upstream: target, cores, shape }) => (
    program(process.execPath, urlOf(port, shape, false), cores, () => [join(PEERS, `${name}.mjs`)], {
      PORT: String(port), UPSTREAM: String(target), LOG_LEVEL: 'error',
    })),
}));

/** Policies with which Kong was measured. */
const POLICIES = [
  { name: 'key-auth', config: {} },
  { name: 'rate-limiting', config: { hour: 1_000_000_000, policy: 'local' } },
];

interface Variant {
  readonly name: string;
  readonly workers?: number;
  readonly plugins?: (folder: string) => readonly object[];
  /** In the folder of the node. */
  readonly accessLog?: string;
}

function ours({ name, workers = 1, plugins = () => [], accessLog }: Variant): Subject {
  return {
    name, workers,
    start: ({ port, upstream: target, cores, shape, identity }) => (
      program(process.execPath, urlOf(port, shape, true), cores, () => [START], (folder) => {
        const { protocol = 'http', routes = 1 } = shape;
        const listen = `127.0.0.1:${port}${protocol === 'http' ? '' : ' ssl'}${protocol === 'h2' ? ' http2' : ''} backlog=1024`;
        const paths = routes === 1 ? ['/'] : Array.from({ length: routes }, (_, n) => `/route-${n}`);
        return {
          KONG_PREFIX: folder, KONG_DATABASE: 'off', KONG_PROXY_LISTEN: listen, KONG_ADMIN_LISTEN: 'off', KONG_STATUS_LISTEN: 'off',
          KONG_NGINX_WORKER_PROCESSES: String(workers), KONG_UPSTREAM_KEEPALIVE_POOL_SIZE: '512',
          KONG_UPSTREAM_KEEPALIVE_MAX_REQUESTS: '0',
          KONG_PROXY_ACCESS_LOG: accessLog === undefined ? 'off' : `${folder}/${accessLog} json`,
          ...protocol !== 'http' && {
            KONG_SSL_CERT: file(folder, 'cert.pem', identity.certificate), KONG_SSL_CERT_KEY: file(folder, 'key.pem', identity.key),
          },
          KONG_DECLARATIVE_CONFIG: file(folder, 'kong.json', JSON.stringify({
            _format_version: '3.0',
            services: [{ name: 'up', url: `http://127.0.0.1:${target}`, routes: paths.map((path, n) => ({ name: `r${n}`, paths: [path] })) }],
            plugins: plugins(folder),
            consumers: [{ username: 'bench', keyauth_credentials: [{ key: KEY }] }],
          })),
        };
      })),
  };
}

/** Subjects of a shape. The first one is what the others are compared with. */
export function subjectsOf({ hasPolicies = false, hasPeers = false, comparesWorkers = false }: Shape): readonly Subject[] {
  if (comparesWorkers) return [ours({ name: 'this gateway, one worker' }), ours({ name: 'this gateway, two workers', workers: 2 })];
  if (hasPolicies) {
    return [
      nginx('nginx, line', 'line'),
      nginx('nginx, policies and line', 'policies and line'),
      nginx('nginx, policies and entry', 'policies and entry'),
      ours({ name: 'this gateway, access log', plugins: () => POLICIES, accessLog: 'access.log' }),
      ours({
        name: 'this gateway, file-log',
        plugins: (folder) => [...POLICIES, { name: 'file-log', config: { path: join(folder, 'file.log') } }],
      }),
    ];
  }
  const plain = [nginx('nginx', 'none'), ...hasPeers ? [haproxy] : [], ours({ name: 'this gateway' })];
  return hasPeers ? [...plain, ...packages] : plain;
}

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function program(
  command: string, url: string, cores: string, args: (folder: string) => readonly string[],
  environment: Readonly<Record<string, string>> | ((folder: string) => Readonly<Record<string, string>>) = {},
): Promise<RunningSubject> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  const more = typeof environment === 'function' ? environment(folder) : environment;
  const child = spawn('taskset', ['-c', cores, command, ...args(folder)], {
    env: { PATH: process.env.PATH ?? '', ...more }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => { output = (output + part.toString()).slice(-2_000); });
  }
  const stop = () => end(child, folder);
  const deadline = Date.now() + START_LIMIT_MS;
  while (!await isServing(url)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${command} did not start: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { pid: child.pid!, url, stop };
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(kill);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Over TLS with the certificate of the bench, which is its own authority. */
async function isServing(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, headers: { apikey: KEY }, agent: false } as const;
    const sent = (url.startsWith('https') ? httpsRequest : httpRequest)(url, options, (answer) => {
      answer.resume().once('close', () => resolve(answer.statusCode === 200));
    });
    sent.once('error', () => resolve(false)).end();
  });
}
