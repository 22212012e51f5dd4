/**
 * Whether a node's memory stays flat under many connections: `npx projen test:soak`, with
 *
 *     --minutes 10 --connections 10000 --workers 1 --changes 0
 *
 * `--changes`: how many changes of the configuration a second. It needs the bundle. Ends with 1 when memory grows, or an answer is missing.
 */
import { parseArgs } from 'node:util';

import { SoakClients } from './clients.ts';
import { SoakNode } from './node.ts';
import { startUpstream } from './upstream.ts';

/** How much more memory the last fifth of the time may need than the second one. */
const ALLOWED_GROWTH = 1.1;

const SAMPLE_MS = 2_000;

const { values: wanted } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' }, connections: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '1' }, changes: { type: 'string', default: '0' },
  },
});
const [minutes, connections, changes] = [Number(wanted.minutes), Number(wanted.connections), Number(wanted.changes)];

const upstream = await startUpstream();
const node = await SoakNode.start(upstream.port, wanted.workers);
const clients = new SoakClients(node.port, 10_000);
let isOver = false;
let failure: string | undefined;
try {
  const changing = change();
  await clients.start(connections);
  failure = await watch();
  isOver = true;
  failure ??= await changing;
} finally {
  isOver = true;
  clients.stop();
  await node.stop();
  upstream.server.close();
}
if (failure !== undefined) console.error(failure);
process.exit(failure === undefined ? 0 : 1);

/** Changes the configuration until the time is over. @returns what went wrong */
async function change(): Promise<string | undefined> {
  if (changes === 0) return undefined;
  let written = 0;
  const start = Date.now();
  while (!isOver) {
    try {
      await node.change();
    } catch (error) {
      return isOver ? undefined : `a change failed: ${(error as Error).message}`;
    }
    written += 1;
    await new Promise((resolve) => setTimeout(resolve, start + written * 1_000 / changes - Date.now()));
  }
  console.log(`${written} changes`);
  return undefined;
}

/** @returns what went wrong */
async function watch(): Promise<string | undefined> {
  const samples: number[] = [];
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    if (node.hasEnded) return 'the node ended';
    samples.push(node.mebibytes);
    if (samples.length % 15 === 0) {
      const [seconds, mebibytes] = [samples.length * SAMPLE_MS / 1000, Math.round(samples.at(-1)!)];
      console.log(`${seconds} s: ${mebibytes} MiB, ${clients.open} connections, ${JSON.stringify(clients.counts)}`);
    }
  }
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const [before, after] = [median(samples.slice(fifth, 2 * fifth)), median(samples.slice(-fifth))];
  const { answered, failed } = clients.counts;
  console.log(`${Math.round(before)} MiB in the second fifth, ${Math.round(after)} MiB in the last`);
  console.log(`${answered} answers, ${clients.failures} missing`);
  if (after > before * ALLOWED_GROWTH) return `memory grew by ${Math.round((after / before - 1) * 100)} %`;
  return clients.failures > 0 || answered === 0 ? `answers are missing: ${JSON.stringify(failed)}; ${answered} came` : undefined;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
