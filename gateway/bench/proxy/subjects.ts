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

/** The JSON line of nginx has what ours has by default. */
const LOG_FORMAT = `log_format line escape=json '{"time":"$time_iso8601","request_id":"$request_id","client_ip":"$remote_addr",'
  '"method":"$request_method","scheme":"$scheme","host":"$host","path":"$uri","http_version":"$server_protocol","status":$status,'
  '"request_bytes":$request_length,"response_bytes":$bytes_sent,"duration":"$request_time","upstream":"$upstream_addr",'
  '"upstream_status":"$upstream_status","upstream_time":"$upstream_response_time","user_agent":"$http_user_agent"}';`;

const nginxConfiguration = (folder: string, log: string, server: string): string => `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 2048; }
http {
  ${LOG_FORMAT}
  access_log ${log}; keepalive_requests 1000000;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; client_body_buffer_size 128k; client_max_body_size 1m;
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${server}
}
`;

/** Answers every request with 128 bytes, and those of /large with 16 KiB. */
export function upstream(port: number, cores: string): Promise<RunningSubject> {
  return program('nginx', `http://127.0.0.1:${port}/`, cores, (folder) => {
    file(folder, 'large', 'x'.repeat(16_384));
    return ['-p', folder, '-c', file(folder, 'nginx.conf', nginxConfiguration(folder, 'off', `
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

const nginx: Subject = {
  name: 'nginx', needs: 'nginx',
  start: ({ port, upstream: target, cores, shape, identity: { certificate, key } }) => (
    program('nginx', urlOf(port, shape, false), cores, (folder) => {
      const { protocol = 'http', hasPolicies = false } = shape;
      const secure = `ssl_certificate ${file(folder, 'cert.pem', certificate)}; ssl_certificate_key ${file(folder, 'key.pem', key)};`;
      return ['-p', folder, '-c', file(folder, 'nginx.conf', nginxConfiguration(
        folder, hasPolicies ? `${folder}/access.log line buffer=64k flush=1s` : 'off', `
    upstream up { server 127.0.0.1:${target}; keepalive 512; keepalive_requests 1000000; }
    server {
      listen 127.0.0.1:${port} backlog=1024${protocol === 'http' ? '' : ' ssl'}${protocol === 'h2' ? ' http2' : ''};
      ${protocol === 'http' ? '' : secure}
      location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }`))];
    })),
};

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
      nginx,
      ours({ name: 'this gateway, access log', plugins: () => POLICIES, accessLog: 'access.log' }),
      ours({
        name: 'this gateway, file-log',
        plugins: (folder) => [...POLICIES, { name: 'file-log', config: { path: join(folder, 'file.log') } }],
      }),
    ];
  }
  return hasPeers ? [nginx, haproxy, ours({ name: 'this gateway' }), ...packages] : [nginx, ours({ name: 'this gateway' })];
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
