/** Workers, each a real process, that fail in ways of their own: their supervisor replaces them, and the others serve meanwhile. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { SYSTEM_CLOCK } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import type { ConfigTable } from '../../src/model/config-table.ts';
import { readSettings } from '../../src/settings/read.ts';
import { Supervisor } from '../../src/workers/supervisor.ts';
import { eventually } from '../fixtures/eventually.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { IMAGE, statusOf } from './local-topology.ts';
import { listenersAt, runs } from './worker-nodes.ts';

const folder = temporaryFolder('workers-replaced');
/** A worker with this file, and its process id behind the name, says that it cannot run configurations. */
const REFUSES = join(folder, 'refuses-');
/** While this file is there, workers end when they start. */
const ENDS = join(folder, 'ends');

/** The program of a worker, with faults that the test turns on. */
const FAULTY = `
import { existsSync } from 'node:fs';
if (existsSync(${JSON.stringify(ENDS)})) process.exit(3);
const send = process.send.bind(process);
process.send = (message, ...rest) => {
  const applied = message[0] === 'answer' && message[2]?.result?.applied === true;
  if (!applied || !existsSync(${JSON.stringify(REFUSES)} + process.pid)) return send(message, ...rest);
  return send(['answer', message[1], { ...message[2], result: { applied: false, message: 'no room', errors: [] } }], ...rest);
};
process.on('SIGWINCH', () => { throw new Error('a defect outside of a request'); });
await import(${JSON.stringify(pathToFileURL(join(IMAGE, 'worker.mjs')).href)});
`;

interface Line {
  readonly message: string;
  readonly worker?: number;
  readonly pid?: number;
  readonly exit_code?: number;
  readonly wait_ms?: number;
}

const logged: Line[] = [];
const output: string[] = [];
let dataPlane: DataPlane;
let port: number;
let revision = 0;

beforeAll(async () => {
  writeFileSync(join(folder, 'faulty.mjs'), FAULTY);
  const { settings } = readSettings({
    KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', KONG_PROXY_ACCESS_LOG: 'off',
  });
  dataPlane = new DataPlane({
    settings,
    keepsConfiguration: false,
    log: createLog({ level: 'info', write: (line) => void logged.push(JSON.parse(line) as Line) }),
    // Looks for silent workers often.
    clock: { ...SYSTEM_CLOCK, every: (ms, look) => SYSTEM_CLOCK.every(ms / 20, look) },
    proxying: (options) => new Supervisor({
      ...options, workers: 2, artefact: join(folder, 'faulty.mjs'), silenceLimitMs: 3_000,
      output: { stdout: () => undefined, stderr: (lines) => void output.push(lines) },
    }),
  });
  expect(await run()).toMatchObject({ applied: true });
  port = (await dataPlane.start()).proxy[0]!.port;
  await bothServe();
});
afterAll(() => dataPlane.close(0));

/** A configuration that answers with its own status at its own path. */
function run(): ReturnType<DataPlane['apply']> {
  revision += 1;
  const id = '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
  const table = {
    _format_version: '3.0',
    routes: [{ id, name: 'own', paths: [`/${revision}`] }],
    plugins: [{ id: id.replace('1', '2'), name: 'request-termination', config: { status_code: 418 }, route: id }],
  };
  return dataPlane.apply(table as unknown as ConfigTable, String(revision).padStart(32, '0'));
}

async function bothServe(): Promise<void> {
  await eventually('both workers serve', () => listenersAt(port) === 2);
}

/** The process of a worker. */
function pidOf(worker: number): number {
  return logged.findLast((line) => line.message === 'a worker serves' && line.worker === worker)!.pid!;
}

/** All connections are answered by the newest configuration. */
async function allRunTheNewest(): Promise<void> {
  const url = `http://127.0.0.1:${port}`;
  const statuses = await Promise.all(Array.from({ length: 12 }, () => statusOf(`${url}/${revision}`, { connection: 'close' })));
  expect(new Set(statuses)).toEqual(new Set([418]));
}

async function replaced(pid: number): Promise<Line> {
  await eventually('the worker has ended', () => !runs(pid));
  const end = await eventually('its end is logged', () => logged.find((line) => line.pid === pid && line.wait_ms !== undefined));
  await bothServe();
  await allRunTheNewest();
  return end;
}

it('a defect outside of a request ends the worker with its stack, and it is replaced', async () => {
  const pid = pidOf(0);
  process.kill(pid, 'SIGWINCH');
  expect((await replaced(pid)).exit_code).toBe(70);
  expect(output.join('\n')).toMatch(/hybridge: defect: Error: a defect outside of a request\n\s+at /);
});

it('a worker that cannot run what the other runs is replaced, and the configuration counts as applied', async () => {
  const pid = pidOf(1);
  writeFileSync(`${REFUSES}${pid}`, '');
  expect(await run()).toEqual({ applied: true });
  await replaced(pid);
  expect(logged).toContainEqual(expect.objectContaining({
    message: 'a worker does not run the configuration of the others and is replaced', worker: 1, reason: 'no room',
  }));
});

it('what no worker can run is refused, and the one before goes on', async () => {
  for (const worker of [0, 1]) writeFileSync(`${REFUSES}${pidOf(worker)}`, '');
  const pids = [pidOf(0), pidOf(1)];
  expect(await run()).toMatchObject({ applied: false, message: 'no room' });
  expect(pids.map(runs)).toEqual([true, true]);
  for (const worker of [0, 1]) rmSync(`${REFUSES}${pidOf(worker)}`);
  expect(await run()).toEqual({ applied: true });
  await allRunTheNewest();
});

it('a worker that is silent is ended and replaced, and a configuration waits for no longer than that', async () => {
  const pid = pidOf(0);
  process.kill(pid, 'SIGSTOP');
  expect(await run()).toEqual({ applied: true });
  await replaced(pid);
  expect(logged).toContainEqual(expect.objectContaining({ message: 'a worker does not answer and is ended', worker: 0, pid }));
});

it('a worker that ends whenever it is started is started again after longer and longer waits, while the other serves', async () => {
  writeFileSync(ENDS, '');
  const before = logged.length;
  process.kill(pidOf(0), 'SIGKILL');
  const waits = () => logged.slice(before).flatMap(({ wait_ms: wait, worker }) => wait === undefined || worker !== 0 ? [] : [wait]);
  await eventually('three starts', () => waits().length >= 4);
  await allRunTheNewest();
  rmSync(ENDS);
  expect(existsSync(ENDS)).toBe(false);
  await bothServe();
  const [first, ...others] = waits();
  expect(others).toEqual(others.map((_, index) => first! * 2 ** (index + 1)));
  await allRunTheNewest();
});
