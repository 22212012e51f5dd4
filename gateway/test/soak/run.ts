/**
 * Whether a node's memory stays flat under many connections: `npx projen test:soak`, with
 *
 *     --minutes 10 --connections 10000 --workers 1 --changes 0
 *
 * `--changes`: how many changes of the configuration a second. It needs the bundle. Ends with 1 when memory grows, or an answer is missing.
 */
import { parseArgs } from 'node:util';

import { SoakClients } from './clients.ts';
import type { LiveMemory } from './live-memory.ts';
import { SoakNode } from './node.ts';
import { startUpstream } from './upstream.ts';

/**
 * How much more memory the last fifth of the time may need than the second one. How much of the heap's garbage stays resident depends on
 * how busy the machine is.
 */
const ALLOWED_GROWTH: Readonly<Record<keyof LiveMemory, number>> = { live: 1.1, resident: 1.25 };

const SAMPLE_MS = 15_000;

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
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, start + written * 1_000 / changes - Date.now())));
  }
  console.log(`${written} changes`);
  return undefined;
}

/** @returns what went wrong */
async function watch(): Promise<string | undefined> {
  const samples: LiveMemory[] = [];
  const start = Date.now();
  while (Date.now() < start + minutes * 60_000) {
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    if (node.hasEnded) return 'the node ended';
    const sample = await node.memory();
    samples.push(sample);
    console.log(`${Math.round((Date.now() - start) / 1000)} s: ${Math.round(sample.live)} MiB live, `
      + `${Math.round(sample.resident)} MiB resident, ${clients.open} connections, ${JSON.stringify(clients.counts)}`);
  }
  const { answered, failed } = clients.counts;
  console.log(`${answered} answers, ${clients.failures} missing`);
  if (clients.failures > 0 || answered === 0) return `answers are missing: ${JSON.stringify(failed)}; ${answered} came`;
  return grown('live', samples.map(({ live }) => live)) ?? grown('resident', samples.map(({ resident }) => resident));
}

/**
 * Compares the last fifth of the time with the second one. A leak lifts the least that is needed; what is needed at a moment depends on how
 * many answers wait for clients that are busy, too.
 *
 * @returns what went wrong
 */
function grown(what: keyof LiveMemory, samples: readonly number[]): string | undefined {
  const fifth = Math.max(1, Math.floor(samples.length / 5));
  const [before, after] = [Math.min(...samples.slice(fifth, 2 * fifth)), Math.min(...samples.slice(-fifth))];
  console.log(`${what}: ${Math.round(before)} MiB at least in the second fifth, ${Math.round(after)} MiB in the last`);
  return after > before * ALLOWED_GROWTH[what] ? `${what} memory grew by ${Math.round((after / before - 1) * 100)} %` : undefined;
}
