/**
 * Replays the recorded requests to `/config` against a running node without a database, and prints how many are answered as recorded:
 *
 *     npx tsx gateway/test/conformance/replay-config.ts http://127.0.0.1:8001 [--recording FILE] [CASE…]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { adminClient } from '../fixtures/admin-client.ts';
import { recorded } from '../fixtures/recorded.ts';
import { configDifference } from './config-replay.ts';
import type { ConfigCase } from './config-replay.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { recording: { type: 'string' } } });
const [address, ...parts] = positionals;
if (address === undefined) {
  console.error('usage: replay-config.ts ADDRESS [--recording FILE] [CASE…]   ADDRESS such as http://127.0.0.1:8001');
  process.exit(2);
}

const client = adminClient(address);
const { configuration } = JSON.parse((await client.send('GET', '/')).text) as { readonly configuration?: { readonly database?: string } };
if (configuration?.database !== 'off') {
  console.error(`${address} has the database '${configuration?.database}': only a node with KONG_DATABASE=off loads configurations`);
  process.exit(2);
}
const all = values.recording === undefined
  ? recorded<{ readonly cases: readonly ConfigCase[] }>('dbless-config').cases
  : read(values.recording);
const cases = all.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
let equal = 0;
for (const golden of cases) {
  const difference = await configDifference(client, golden);
  if (difference === undefined) equal += 1;
  else console.log(`    ${golden.name}: ${difference.slice(0, 1000)}`);
}
console.log(`total: ${equal}/${cases.length}`);
process.exitCode = equal === cases.length ? 0 : 1;

/** Requests and answers by the name of the case. */
function read(file: string): readonly ConfigCase[] {
  const byName = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Omit<ConfigCase, 'name'>>>;
  return Object.entries(byName).map(([name, one]) => ({ name, ...one }));
}
