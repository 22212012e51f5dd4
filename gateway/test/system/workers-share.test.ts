/** What the workers of one node share: configurations, certificates, sessions of TLS, the health of targets, the log level, streams. */
import { createSocket } from 'node:dgram';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect as connectPlain, createServer as createPlainServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { freePorts } from '../../../cli/demo/free-ports.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';
import { withTraffic } from './traffic.ts';
import { listenersAt, ownerOf, runs, workersOf } from './worker-nodes.ts';

const topology = new LocalTopology();
const PAIR = { certificate: join(topology.folder, 'tls.crt'), key: join(topology.folder, 'tls.key') };
const closing: (() => unknown)[] = [];
let node: LocalNode;
let ports: { readonly secure: number; readonly stream: number; readonly datagrams: number };

beforeAll(async () => {
  const [secure, stream, datagrams] = await freePorts(3) as [number, number, number];
  ports = { secure, stream, datagrams };
  await writePair('first.test');
  const [plain] = await freePorts(1);
  node = await topology.singleNode('shared', {
    KONG_DATABASE: 'off',
    KONG_NGINX_WORKER_PROCESSES: '2',
    KONG_LOG_LEVEL: 'error',
    KONG_PROXY_ACCESS_LOG: 'off',
    KONG_PROXY_LISTEN: `127.0.0.1:${plain}, 127.0.0.1:${secure} ssl`,
    KONG_STREAM_LISTEN: `127.0.0.1:${stream}, 127.0.0.1:${datagrams} udp`,
    KONG_SSL_CERT: PAIR.certificate,
    KONG_SSL_CERT_KEY: PAIR.key,
  });
  node = { ...node, proxy: `http://127.0.0.1:${plain}` };
  await eventually('the Admin API listens', async () => await statusOf(node.admin) === 200);
  await load({});
  await bothServe();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => topology.close());

async function load(configuration: object): Promise<void> {
  await admin(node, 'POST', '/config', { _format_version: '3.0', ...configuration });
}

async function bothServe(): Promise<void> {
  await eventually('both workers serve', () => listenersAt(Number(new URL(node.proxy).port)) === 2);
}

async function writePair(commonName: string): Promise<void> {
  const pair = await createSelfSignedCertificate({ commonName, days: 2 });
  for (const part of ['certificate', 'key'] as const) {
    writeFileSync(`${PAIR[part]}.new`, pair[part], { mode: 0o600 });
    renameSync(`${PAIR[part]}.new`, PAIR[part]);
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** @param agent `false`: a connection of its own, so that the kernel chooses a worker */
function ask(path = '/', agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${node.proxy}${path}`, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => { body += text; }).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    }).on('error', reject).end();
  });
}

function keptConnection(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(() => agent.destroy());
  return agent;
}

/** Several at once, so that both workers get some. */
function times<T>(count: number, make: (index: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}

async function startPeer<T extends Server | ReturnType<typeof createPlainServer>>(server: T): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

it('no request sees two configurations while they change quickly, and none fails', async () => {
  const port = await startPeer(createServer(({ headers }, response) => void setTimeout(() => response.end(headers['x-asked']), 5)));
  const revision = (number: number) => load({
    services: [{ name: 'echo', url: `http://127.0.0.1:${port}`, routes: [{ name: 'all', paths: ['/'] }] }],
    plugins: [
      { name: 'request-transformer', config: { add: { headers: [`x-asked:${number}`] } } },
      { name: 'response-transformer', config: { add: { headers: [`x-answered:${number}`] } } },
    ],
  });
  const LAST = 60;
  const torn: Answer[] = [];
  const seen = new Set<number>();
  const flow = (agent: Agent | false) => {
    let before = 0;
    return async () => {
      const answer = await ask('/', agent);
      const number = Number(answer.body);
      if (answer.headers['x-answered'] !== answer.body || !(number >= 1)) torn.push(answer);
      // A connection stays with one worker, which never goes back.
      if (agent !== false && number < before) torn.push(answer);
      before = number;
      seen.add(number);
      return answer.status;
    };
  };
  await revision(1);
  await withTraffic([...Array.from({ length: 6 }, () => flow(keptConnection())), ...Array.from({ length: 4 }, () => flow(false))],
    async (traffic) => {
      await traffic.flows(1);
      // One after another, then many at once, of which some are refused.
      for (let number = 2; number <= LAST - 20; number += 1) await revision(number);
      await times(19, () => revision(LAST - 1).catch(({ message }: Error) => expect(message).toMatch('429')));
      await revision(LAST);
      await traffic.flows(2);
    });
  expect(torn).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
  expect(new Set((await times(16, () => ask())).map(({ body }) => body))).toEqual(new Set([String(LAST)]));
});

interface Handshake {
  /** Common name of the node's certificate; empty where a session goes on. */
  readonly name: string;
  readonly isReused: boolean;
  readonly session: Buffer | undefined;
}

/** A connection of its own with one request, after which the session is known. */
async function handshake(options: ConnectionOptions = {}): Promise<Handshake> {
  const socket = connectTls({ host: '127.0.0.1', port: ports.secure, rejectUnauthorized: false, ...options });
  let session: Buffer | undefined;
  let name = '';
  let isReused = false;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('close', () => resolve()).on('session', (given) => { session = given; });
    socket.on('secureConnect', () => {
      name = (socket.getPeerCertificate() as { subject?: { CN: string } }).subject?.CN ?? '';
      isReused = socket.isSessionReused();
      socket.resume().write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    });
  });
  return { name, isReused, session };
}

async function namesSeen(servername?: string): Promise<ReadonlySet<string>> {
  return new Set((await times(12, () => handshake({ ...servername !== undefined && { servername } }))).map(({ name }) => name));
}

it.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s goes on with any worker, and one started later', async (version) => {
  const { session } = await handshake({ minVersion: version, maxVersion: version });
  const resumed = () => times(12, () => handshake({ minVersion: version, maxVersion: version, session: session! }));
  expect((await resumed()).map(({ isReused }) => isReused)).toEqual(Array.from({ length: 12 }, () => true));
  await replaceWorker();
  expect((await resumed()).map(({ isReused }) => isReused)).toEqual(Array.from({ length: 12 }, () => true));
});

it('certificates of server names and those renewed on disk are those of all workers', async () => {
  const own = await createSelfSignedCertificate({ commonName: 'own.test', days: 2 });
  await load({ certificates: [{ cert: own.certificate, key: own.key, snis: [{ name: 'own.test' }] }] });
  expect(await namesSeen('own.test')).toEqual(new Set(['own.test']));
  expect(await namesSeen()).toEqual(new Set(['first.test']));
  await writePair('second.test');
  await eventually('all serve the second', async () => (await handshake()).name === 'second.test'
    && [...await namesSeen()].join() === 'second.test');
  await replaceWorker();
  expect(await namesSeen()).toEqual(new Set(['second.test']));
  expect(await namesSeen('own.test')).toEqual(new Set(['own.test']));
});

async function replaceWorker(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const [ended] = workersOf(node);
  process.kill(ended!, signal);
  await eventually('the worker has ended', () => !runs(ended!));
  await bothServe();
}

interface Target {
  readonly port: number;
  status: number;
  /** Requests of clients. */
  requests: number;
  /** Processes that probed it. */
  readonly probers: Set<number | undefined>;
}

async function startTarget(): Promise<Target> {
  const target = { status: 200, requests: 0, probers: new Set<number | undefined>() };
  const port = await startPeer(createServer(({ url, socket }, response) => {
    if (url === '/probe') target.probers.add(ownerOf(node, socket.remotePort!));
    else target.requests += 1;
    response.writeHead(target.status).end();
  }));
  return Object.assign(target, { port });
}

function pool(targets: readonly Target[], healthchecks: object): object {
  return {
    upstreams: [{ name: 'pool.test', healthchecks, targets: targets.map(({ port }) => ({ target: `127.0.0.1:${port}` })) }],
    services: [{ name: 'pool', host: 'pool.test', retries: 0, routes: [{ name: 'pool', paths: ['/'] }] }],
  };
}

const healthOf = async ({ port }: Target): Promise<string | undefined> => {
  const { data } = await admin<{ data: readonly { target: string; health: string }[] }>(node, 'GET', '/upstreams/pool.test/health');
  return data.find(({ target }) => target === `127.0.0.1:${port}`)?.health;
};

/** Whether a target gets requests of any worker. */
async function isUsed(target: Target): Promise<boolean> {
  const { requests } = target;
  await times(16, () => ask());
  return target.requests > requests;
}

it('what one worker sees of a target counts for all, and a worker that is started later knows it, too', async () => {
  const [bad, good] = [await startTarget(), await startTarget()];
  await load(pool([bad, good], { passive: { unhealthy: { http_failures: 3 }, healthy: { successes: 1 } } }));
  expect(await isUsed(bad)).toBe(true);
  bad.status = 500;
  // One connection, so one worker.
  const agent = keptConnection();
  await eventually('one worker has seen enough', async () => {
    await ask('/', agent);
    return await healthOf(bad) === 'UNHEALTHY';
  });
  await eventually('no worker uses the target', async () => !await isUsed(bad));
  await replaceWorker();
  expect(await isUsed(bad)).toBe(false);
  expect(new Set((await times(16, () => ask())).map(({ status }) => status))).toEqual(new Set([200]));
});

it('failures that are spread over the workers count together, and a success of any takes them back', async () => {
  const [bad, good] = [await startTarget(), await startTarget()];
  await load(pool([bad, good], { passive: { unhealthy: { http_failures: 12 }, healthy: { successes: 1 } } }));
  bad.status = 500;
  await times(8, () => ask());
  bad.status = 200;
  await times(8, () => ask());
  expect(await healthOf(bad)).toBe('HEALTHY');
  bad.status = 500;
  await eventually('it is out', async () => {
    await times(4, () => ask());
    return await healthOf(bad) === 'UNHEALTHY';
  });
});

it('only the supervisor probes, and what it finds counts for all workers', async () => {
  const [probed, good] = [await startTarget(), await startTarget()];
  const active = {
    http_path: '/probe', healthy: { interval: 1, successes: 1 }, unhealthy: { interval: 1, http_failures: 1 },
  };
  await load(pool([probed, good], { active }));
  probed.status = 500;
  await eventually('the probes find it', async () => await healthOf(probed) === 'UNHEALTHY');
  await eventually('no worker uses it', async () => !await isUsed(probed));
  probed.status = 200;
  await eventually('all workers use it again', () => isUsed(probed));
  expect(await healthOf(probed)).toBe('HEALTHY');
  expect([...probed.probers]).toEqual([node.process.pid]);
});

it('plain streams and datagrams are served by both workers, and a worker that ends takes only its own', async () => {
  const owners = new Set<number | undefined>();
  const echo = createPlainServer((socket) => {
    owners.add(ownerOf(node, socket.remotePort!));
    socket.on('data', (chunk) => socket.write(`echo:${chunk.toString()}`));
  });
  const names = createSocket('udp4').on('message', (text, { port, address }) => void names.send(`name:${text.toString()}`, port, address));
  closing.push(() => names.close());
  await new Promise<void>((resolve) => void names.bind(0, '127.0.0.1', resolve));
  await load({
    services: [
      {
        name: 'echo', protocol: 'tcp', host: '127.0.0.1', port: await startPeer(echo), routes: [
          { name: 'echo', protocols: ['tcp'], destinations: [{ port: ports.stream }] },
        ],
      },
      {
        name: 'names', protocol: 'udp', host: '127.0.0.1', port: names.address().port, routes: [
          { name: 'names', protocols: ['udp'], sources: [{ ip: '127.0.0.0/8' }] },
        ],
      },
    ],
  });
  const clients = await times(16, openStream);
  expect(await times(16, (index) => clients[index]!.say('one'))).toEqual(Array.from({ length: 16 }, () => 'echo:one'));
  expect([...owners].sort()).toEqual([...workersOf(node)].sort());
  const datagrams = await times(16, async () => {
    const socket = createSocket('udp4');
    closing.push(() => socket.close());
    const answer = new Promise<string>((resolve) => void socket.once('message', (text) => resolve(text.toString())));
    socket.send('ping', ports.datagrams, '127.0.0.1');
    return answer;
  });
  expect(new Set(datagrams)).toEqual(new Set(['name:ping']));
  await replaceWorker();
  const left = clients.filter(({ isOpen }) => isOpen());
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(16);
  expect(new Set(await Promise.all(left.map((client) => client.say('two'))))).toEqual(new Set(['echo:two']));
  expect(await (await openStream()).say('new')).toBe('echo:new');
});

interface StreamClient {
  isOpen(): boolean;
  say(text: string): Promise<string>;
}

async function openStream(): Promise<StreamClient> {
  const socket = connectPlain(ports.stream, '127.0.0.1');
  let isOpen = true;
  closing.push(() => socket.destroy());
  socket.on('error', () => undefined).on('close', () => { isOpen = false; });
  return {
    isOpen: () => isOpen,
    say: (text) => new Promise((resolve) => {
      socket.once('data', (answer) => resolve(answer.toString())).once('close', () => resolve('closed'));
      socket.write(text);
    }),
  };
}

it('the log level is that of all workers, also when it was changed for a while', async () => {
  // A stream without an upstream is a line of the level `warn` of the worker that has it.
  const nobody = await startPeer(createPlainServer());
  for (const close of closing.splice(0)) close();
  await load({
    services: [{
      name: 'dead', protocol: 'tcp', host: '127.0.0.1', port: nobody, retries: 0, routes: [
        { name: 'dead', protocols: ['tcp'], destinations: [{ port: ports.stream }] },
      ],
    }],
  });
  const lines = () => [...readFileSync(node.process.log, 'utf8').matchAll(/"message":"a stream has no upstream.*?"worker":(\d)/g)]
    .map(([, worker]) => worker);
  const happen = async () => {
    expect(await times(8, async () => (await openStream()).say('x'))).toEqual(Array.from({ length: 8 }, () => 'closed'));
  };
  const bothLog = async () => {
    const before = lines().length;
    await eventually('both log', async () => {
      await happen();
      return new Set(lines().slice(before)).size === 2;
    });
  };
  /** Whether neither says anything; the change may be on its way to them at first. More lines than a message may have would hide some. */
  const noneLogs = async () => {
    let found = -1;
    for (let tries = 0; tries < 3 && found !== 0; tries += 1) {
      const before = lines().length;
      await happen();
      // Workers answer behind what they have written.
      await statusOf(`${node.status}/status`);
      await sleep(50);
      found = lines().length - before;
    }
    expect(found).toBe(0);
  };
  const level = async () => (await (await fetch(`${node.status}/debug/node/log-level`)).json() as { message: string }).message;
  await noneLogs();
  expect((await fetch(`${node.status}/debug/node/log-level/warn?timeout=3`, { method: 'PUT' })).status).toBe(200);
  await bothLog();
  await replaceWorker();
  await eventually('the configured level holds again', async () => await level() === 'log level: error');
  await noneLogs();
  process.kill(node.process.pid, 'SIGUSR2');
  await bothLog();
  process.kill(node.process.pid, 'SIGUSR2');
  await noneLogs();
});

it('a worker that crashes in native code is replaced, and says how it ended', async () => {
  await load({});
  await replaceWorker('SIGSEGV');
  expect(readFileSync(node.process.log, 'utf8')).toMatch(/"message":"a worker has ended and is started again".*"signal":"SIGSEGV"/);
  expect(new Set((await times(16, () => ask())).map(({ status }) => status))).toEqual(new Set([404]));
});
