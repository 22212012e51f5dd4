/**
 * Whether a node's memory stays flat under many connections: `npx projen test:soak`, with `--minutes` (10) and `--connections` (10000).
 * It needs the bundle. Ends with 1 when memory grows, or an answer is missing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { costsOf } from '../../bench/process-costs.ts';
import { freePorts } from '../../bench/server-process.ts';
import { SoakClients } from './clients.ts';

const START = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'image', 'start.mjs');

/** How much more memory the last fifth of the time may need than the second one. */
const ALLOWED_GROWTH = 1.1;

const SAMPLE_MS = 2_000;

const { values: wanted } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, connections: { type: 'string', default: '10000' } },
});
const [minutes, connections] = [Number(wanted.minutes), Number(wanted.connections)];

const upstream = createServer((socket) => {
  let pending = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(pending.slice(0, end))?.[1] ?? 0);
      if (pending.length < end + 4 + length) return;
      const isSlow = pending.startsWith('GET /soak/slow');
      pending = pending.slice(end + 4 + length);
      const body = `${'x'.repeat(isSlow ? 200_000 : 500)}</end>`;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    }
  });
});
upstream.listen(0, '127.0.0.1', 4_096);
await once(upstream, 'listening');

const folder = mkdtempSync(join(tmpdir(), 'hybridge-soak-'));
const [port] = await freePorts(1) as [number];
writeFileSync(join(folder, 'kong.json'), JSON.stringify({
  _format_version: '3.0',
  services: [{
    name: 'up', url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    routes: [{ name: 'all', paths: ['/'], strip_path: false }],
  }],
  plugins: [{ name: 'correlation-id' }, { name: 'rate-limiting', config: { second: 1_000_000, policy: 'local' } }],
}));
const node = spawn(process.execPath, [START], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env.PATH ?? '', KONG_PREFIX: folder, KONG_DATABASE: 'off', KONG_ADMIN_LISTEN: 'off', KONG_STATUS_LISTEN: 'off',
    KONG_PROXY_LISTEN: `127.0.0.1:${port} backlog=4096`, KONG_PROXY_ACCESS_LOG: 'off', KONG_LOG_LEVEL: 'warn',
    KONG_DECLARATIVE_CONFIG: join(folder, 'kong.json'),
  },
});
const clients = new SoakClients(port, 10_000);
let failure: string | undefined;
try {
  await reachable();
  await clients.start(connections);
  failure = await watch();
} finally {
  clients.stop();
  node.kill('SIGTERM');
  await once(node, 'exit');
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
}
if (failure !== undefined) console.error(failure);
process.exit(failure === undefined ? 0 : 1);

async function reachable(): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!await fetch(`http://127.0.0.1:${port}/`).then(async (answer) => (await answer.arrayBuffer(), answer.ok)).catch(() => false)) {
    if (node.exitCode !== null || Date.now() > deadline) throw new Error('the node did not start');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns what went wrong */
async function watch(): Promise<string | undefined> {
  const samples: number[] = [];
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    if (node.exitCode !== null) return 'the node ended';
    samples.push(costsOf(node.pid!).rssBytes / 2 ** 20);
    if (samples.length % 15 === 0) {
      const [seconds, mebibytes] = [samples.length * SAMPLE_MS / 1000, Math.round(samples.at(-1)!)];
      console.log(`${seconds} s: ${mebibytes} MiB, ${clients.open} connections, ${JSON.stringify(clients.counts)}`);
    }
  }
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const [before, after] = [median(samples.slice(fifth, 2 * fifth)), median(samples.slice(-fifth))];
  const { answered, failed } = clients.counts;
  console.log(`${Math.round(before)} MiB in the second fifth, ${Math.round(after)} MiB in the last`);
  console.log(`${answered} answers, ${failed} missing`);
  if (after > before * ALLOWED_GROWTH) return `memory grew by ${Math.round((after / before - 1) * 100)} %`;
  return failed > 0 || answered === 0 ? `${failed} answers are missing, ${answered} came` : undefined;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
