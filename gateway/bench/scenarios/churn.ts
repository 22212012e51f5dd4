/** Whether requests wait while the configuration changes: the slowest of a hundred, with changes and without. */
import { cpus } from 'node:os';

import { isOnPath } from '../../test/setup/on-path.ts';
import type { Scale, TableScenario } from '../measured.ts';
import { startPair } from '../pair.ts';
import { load } from '../proxy/clients.ts';
import type { Load } from '../proxy/clients.ts';
import type { Shape } from '../proxy/shapes.ts';
import { upstream } from '../proxy/subjects.ts';
import { createAll, fileOf, routeSet, send, untilRouted } from '../route-set.ts';
import { ServerProcess, freePorts } from '../server-process.ts';

const SHAPE: Shape = { name: 'churn', about: '', connections: 32, answerBytes: 128 };

/** Changes that are under way at once, at most. */
const CHANGES_AT_ONCE = 16;

const PLAIN = { KONG_NGINX_WORKER_PROCESSES: '1', KONG_PROXY_ACCESS_LOG: 'off' };

interface Node {
  readonly proxyPort: number;
  /** Makes a change that no other call has made. */
  change(n: number): Promise<void>;
  close(): Promise<void>;
}

interface Subject {
  readonly name: string;
  readonly changesPerSecond: number;
  start(routes: number, target: number): Promise<Node>;
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'PATCH of a route, a node with its embedded store', changesPerSecond: 50,
    start: async (routes, target) => {
      const node = await ServerProcess.node(PLAIN, '0');
      const close = () => node.close();
      await orClose(createRoutes(node.port, routes, target), close);
      return { proxyPort: node.proxyPort, change: (n) => patch(node.port, routes, n), close };
    },
  },
  {
    name: 'PATCH of a route on the control plane of a data plane', changesPerSecond: 50,
    start: async (routes, target) => {
      const { controlPlane, dataPlane, close } = await startPair('0');
      await orClose(createRoutes(controlPlane.port, routes, target), close);
      return { proxyPort: dataPlane.proxyPort, change: (n) => patch(controlPlane.port, routes, n), close };
    },
  },
  {
    name: '`POST /config` of all routes, a node without a database', changesPerSecond: 1,
    start: async (routes, target) => {
      const node = await ServerProcess.node({ ...PLAIN, KONG_DATABASE: 'off' }, '0');
      const set = routeSet(routes, target);
      const change = (n: number) => {
        const changed = set.routes.map((route, at) => (at === changedOf(routes, n) ? { ...route, paths: [pathOf(n)] } : route));
        return send(node.port, 'POST', '/config', fileOf({ ...set, routes: changed }), 201);
      };
      const close = () => node.close();
      await orClose(send(node.port, 'POST', '/config', fileOf(set), 201), close);
      return { proxyPort: node.proxyPort, change, close };
    },
  },
];

export const churn: TableScenario = {
  name: 'Churn',
  about: 'GET, 128 bytes, 32 connections, as fast as the proxy answers, without changes and while the configuration changes, in turns. '
    + 'What proxies has one processor, client and upstream another. Medians; the aim is no error, and at most 1.5 times the '
    + 'idle p99 with 50 changes a second among 5,000 routes.',
  table: async (scale) => {
    const missing = ['wrk', 'nginx', 'taskset', 'openssl'].filter((name) => !isOnPath(name));
    if (missing.length > 0 || cpus().length < 2) {
      return [`skipped: ${missing.length > 0 ? `not on PATH: ${missing.join(', ')}` : 'one processor only'}`];
    }
    const lines: string[] = [];
    for (const subject of SUBJECTS) lines.push(await lineOf(subject, Math.max(20, scale.routes / 2), scale));
    return [
      '| change | routes | changes/s | requests/s idle | requests/s | p99 idle, ms | p99, ms | p99 against idle | at most | errors |',
      '|---|---|---|---|---|---|---|---|---|---|', ...lines,
    ];
  },
};

/** What was started ends with what failed. */
async function orClose(work: Promise<void>, close: () => Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    await close();
    throw error;
  }
}

async function createRoutes(port: number, routes: number, target: number): Promise<void> {
  const set = routeSet(routes, target);
  await createAll(port, 'services', set);
  await createAll(port, 'routes', set);
}

/** Never the first, which the requests are for. */
function changedOf(routes: number, n: number): number {
  return 1 + n * 7 % (routes - 1);
}

function pathOf(n: number): string {
  return `/changed-${n}/`;
}

function patch(port: number, routes: number, n: number): Promise<void> {
  return send(port, 'PATCH', `/routes/route-${changedOf(routes, n)}`, { paths: [pathOf(n)] }, 200);
}

async function lineOf(subject: Subject, routes: number, { rounds, seconds }: Scale): Promise<string> {
  const [target] = await freePorts(1) as [number];
  const behind = await upstream(target, '1');
  const [idle, changing, rates]: [Load[], Load[], number[]] = [[], [], []];
  try {
    const node = await subject.start(routes, target);
    try {
      await untilRouted(node.proxyPort, '/route-0');
      const measure = () => load(`http://127.0.0.1:${node.proxyPort}/route-0`, SHAPE, seconds, 1);
      // The engine compiles what runs often.
      await measure();
      let made = 0;
      for (let round = 0; round < rounds; round += 1) {
        idle.push(await measure());
        const before = made;
        const begun = performance.now();
        changing.push(await whileChanging(subject.changesPerSecond, () => node.change(made++), measure));
        rates.push((made - before) / ((performance.now() - begun) / 1000));
      }
      // The last change is in effect, so the changes were no idle work.
      await untilRouted(node.proxyPort, pathOf(made - 1));
    } finally {
      await node.close();
    }
  } finally {
    await behind.stop();
  }
  return shown(subject, routes, median(rates), idle, changing);
}

/** @throws Error a change fails */
async function whileChanging<T>(perSecond: number, change: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const pending = new Set<Promise<void>>();
  let failure: unknown;
  const timer = setInterval(() => {
    if (pending.size >= CHANGES_AT_ONCE || failure !== undefined) return;
    const one: Promise<void> = change().catch((error: unknown) => { failure = error; }).finally(() => pending.delete(one));
    pending.add(one);
  }, 1000 / perSecond);
  let result: T;
  try {
    result = await work();
  } finally {
    clearInterval(timer);
    await Promise.all(pending);
  }
  if (failure !== undefined) throw failure;
  return result;
}

function shown(subject: Subject, routes: number, rate: number, idle: readonly Load[], changing: readonly Load[]): string {
  const of = (loads: readonly Load[], key: keyof Load) => median(loads.map((one) => one[key]));
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const ratios = changing.map(({ p99 }, at) => p99 / idle[at]!.p99);
  const errors = [...idle, ...changing].reduce((sum, one) => sum + one.errors, 0);
  const limit = subject.changesPerSecond === 50 ? '1.5×' : '';
  return `| ${[
    subject.name, count(routes), rate.toFixed(1), count(of(idle, 'requestsPerSecond')), count(of(changing, 'requestsPerSecond')),
    of(idle, 'p99').toFixed(2), of(changing, 'p99').toFixed(2), `${median(ratios).toFixed(2)}×`, limit, errors,
  ].join(' | ')} |`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
