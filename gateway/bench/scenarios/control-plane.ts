/** What many routes cost a control plane that has a data plane: one transaction, a comparison by the command line, a write, memory. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { isOnPath } from '../../test/setup/on-path.ts';
import { load } from '../load.ts';
import type { Sent } from '../load.ts';
import type { TableScenario } from '../measured.ts';
import { startPair } from '../pair.ts';
import type { Pair } from '../pair.ts';
import { createAll, fileOf, routeSet, untilRouted } from '../route-set.ts';
import type { RouteSet } from '../route-set.ts';

const HYBRIDGE = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'cli', 'hybridge.mjs');

/** Each is waited for until the data plane has it. */
const WRITES = 30;

/** Writes before these. The engine compiles what runs often. */
const WARM_UP = 300;

/** Nothing listens there: the proxy answers 502 where it has a route. */
const NO_UPSTREAM = 1;

const run = promisify(execFile);

export const controlPlane: TableScenario = {
  name: 'Control plane',
  about: 'A control plane on the embedded store with one data plane: routes, and a tenth as many services. `/batch` creates all routes. '
    + '`hybridge diff` compares a file with all entities and finds no change. A write changes the path of a route and is exported: '
    + `up to ${WRITES}, one after the other; the processor time of the control plane for one, and the median time.`,
  table: async ({ routes, requests }) => {
    if (!isOnPath('openssl')) return ['skipped: not on PATH: openssl'];
    const pair = await startPair();
    try {
      const set = routeSet(routes, NO_UPSTREAM);
      const { controlPlane: { port }, dataPlane } = pair;
      await createAll(port, 'services', set);
      const batch = await secondsOf(() => createAll(port, 'routes', set));
      await untilRouted(dataPlane.proxyPort, `/route-${routes - 1}`);
      const diff = await secondsOf(() => expectNoChange(port, set));
      const { cpuMs, delayMs } = await writes(pair, routes, Math.min(WRITES, requests >> 2));
      const count = (length: number) => length.toLocaleString('en');
      return [
        '| what | measured | at most |', '|---|---|---|',
        `| \`/batch\` of ${count(routes)} routes, s | ${batch.toFixed(2)} | 10 |`,
        `| \`hybridge diff\` of ${count(set.services.length + routes)} entities, s | ${diff.toFixed(2)} | 5 |`,
        `| a write with its export among ${count(routes)} routes, CPU ms | ${cpuMs.toFixed(2)} | 5 |`,
        `| the same, from the request until the data plane routes by it, ms | ${delayMs.toFixed(0)} | |`,
        `| RSS of the control plane afterwards, MB | ${pair.controlPlane.rssMb().toFixed(0)} | 300 |`,
        `| RSS of the data plane afterwards, MB | ${dataPlane.rssMb().toFixed(0)} | |`,
      ];
    } finally {
      await pair.close();
    }
  },
};

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** @throws Error the command finds differences, or fails */
async function expectNoChange(port: number, set: RouteSet): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hybridge-bench-'));
  try {
    const file = join(folder, 'kong.json');
    writeFileSync(file, fileOf(set));
    await run(process.execPath, [HYBRIDGE, 'diff', '--non-zero-exit-code', '--kong-addr', `http://127.0.0.1:${port}`, file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writes({ controlPlane: server, dataPlane: { proxyPort } }: Pair, routes: number, count: number) {
  const pathOf = (n: number) => `/changed-${n}/`;
  const patch = (n: number): Sent => (
    { method: 'PATCH', path: `/routes/route-${n * 7 % routes}`, body: { paths: [pathOf(n)] }, status: 200 });
  const warmUp = count * (WARM_UP / WRITES);
  await load(server, warmUp, patch);
  await untilRouted(proxyPort, pathOf(warmUp - 1));
  const delays: number[] = [];
  const before = server.cpuMs();
  for (let n = warmUp; n < warmUp + count; n += 1) {
    const begun = performance.now();
    await load(server, 1, () => patch(n));
    await untilRouted(proxyPort, pathOf(n));
    delays.push(performance.now() - begun);
  }
  return { cpuMs: (server.cpuMs() - before) / count, delayMs: delays.sort((a, b) => a - b)[count >> 1]! };
}
