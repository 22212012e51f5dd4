/** The proxies that are compared, and the upstream behind them: each one process, or one worker. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'image', 'start.mjs');
const PEERS = join(import.meta.dirname, 'peers');

const START_LIMIT_MS = 60_000;

/** What a subject is started with. */
export interface Given {
  readonly port: number;
  readonly upstream: number;
  /** Processor that it runs on. */
  readonly core: number;
}

export interface Subject {
  readonly name: string;
  /** Program that has to be on PATH. @default - none */
  readonly needs?: string;
  /** Whether it is among the packages in `peers`. */
  readonly isPackage?: boolean;
  start(given: Given): Promise<RunningSubject>;
}

export interface RunningSubject {
  readonly pid: number;
  /** Where its requests go. */
  readonly url: string;
  stop(): Promise<void>;
}

const nginxConfiguration = (folder: string, server: string): string => `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path ${folder}; proxy_temp_path ${folder};
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${server}
}
`;

/** Answers every request with 128 bytes. */
export function upstream(port: number, core: number): Promise<RunningSubject> {
  return program('nginx', port, core, (folder) => ['-p', folder, '-c', file(folder, 'nginx.conf', nginxConfiguration(folder, `
    server { listen 127.0.0.1:${port} backlog=1024; location / { default_type text/plain; return 200 "${'x'.repeat(128)}"; } }`))]);
}

const nginx: Subject = {
  name: 'nginx', needs: 'nginx',
  start: ({ port, upstream: target, core }) => program('nginx', port, core, (folder) => [
    '-p', folder, '-c', file(folder, 'nginx.conf', nginxConfiguration(folder, `
    upstream up { server 127.0.0.1:${target}; keepalive 128; keepalive_requests 1000000; }
    server { listen 127.0.0.1:${port} backlog=1024; location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; } }`)),
  ]),
};

const haproxy: Subject = {
  name: 'haproxy', needs: 'haproxy',
  start: ({ port, upstream: target, core }) => program('haproxy', port, core, (folder) => ['-db', '-f', file(folder, 'haproxy.cfg', `
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
`)]),
};

const packages = ['fast-proxy', 'http-proxy', 'fastify-http-proxy', 'fast-gateway', 'express-gateway'].map((name): Subject => ({
  name, isPackage: true,
  start: ({ port, upstream: target, core }) => program(process.execPath, port, core, () => [join(PEERS, `${name}.mjs`)], {
    PORT: String(port), UPSTREAM: String(target), LOG_LEVEL: 'error',
  }),
}));

/** Plugins and other entities of our own subjects. */
interface Configuration {
  readonly name: string;
  /** Declarative entities beside service and route. */
  readonly plugins: readonly object[];
  readonly routes?: readonly object[];
}

/** Plugins that run on no request of the bench. */
const ELSEWHERE = Array.from({ length: 100 }, (_, n) => ({ name: `other-${n}`, paths: [`/other-${n}`] }));

/** The policies are those with which Kong was measured: a limit, an id, a changed header. */
const CONFIGURATIONS: readonly Configuration[] = [
  { name: 'this gateway', plugins: [] },
  {
    name: 'this gateway, 100 plugins on other routes', routes: ELSEWHERE,
    plugins: ELSEWHERE.map(({ name }) => ({ name: 'request-termination', route: name })),
  },
  {
    name: 'this gateway, three policies', plugins: [
      { name: 'rate-limiting', config: { hour: 1_000_000_000, policy: 'local' } },
      { name: 'correlation-id', config: {} },
      { name: 'request-transformer', config: { add: { headers: ['x-added:1'] } } },
    ],
  },
];

const ours = CONFIGURATIONS.map(({ name, plugins, routes = [] }): Subject => ({
  name,
  start: ({ port, upstream: target, core }) => program(process.execPath, port, core, () => [START], (folder) => ({
    KONG_PREFIX: folder, KONG_DATABASE: 'off', KONG_PROXY_LISTEN: `127.0.0.1:${port}`, KONG_ADMIN_LISTEN: 'off', KONG_STATUS_LISTEN: 'off',
    KONG_PROXY_ACCESS_LOG: 'off',
    KONG_DECLARATIVE_CONFIG: file(folder, 'kong.json', JSON.stringify({
      _format_version: '3.0',
      services: [{ name: 'up', url: `http://127.0.0.1:${target}`, routes: [{ name: 'all', paths: ['/'] }, ...routes] }],
      plugins,
    })),
  })),
}));

/** The first one is what the others are compared with. */
export const SUBJECTS: readonly Subject[] = [nginx, haproxy, ...ours, ...packages];

function file(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function program(
  command: string, port: number, core: number, args: (folder: string) => readonly string[],
  environment: Readonly<Record<string, string>> | ((folder: string) => Readonly<Record<string, string>>) = {},
): Promise<RunningSubject> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  const more = typeof environment === 'function' ? environment(folder) : environment;
  const child = spawn('taskset', ['-c', String(core), command, ...args(folder)], {
    env: { PATH: process.env.PATH ?? '', ...more }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => { output = (output + part.toString()).slice(-2_000); });
  }
  const url = `http://127.0.0.1:${port}/anything`;
  const stop = () => end(child, folder);
  const deadline = Date.now() + START_LIMIT_MS;
  while (!await fetch(url).then(async (answer) => (await answer.arrayBuffer(), answer.ok)).catch(() => false)) {
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
