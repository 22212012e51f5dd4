/**
 * Replays the recordings of the Admin API against a running node, and prints for each suite how many cases are answered as recorded:
 *
 *     npx tsx gateway/test/conformance/replay-admin.ts http://127.0.0.1:8001 [--erase] [--recording FILE] [SUITE…]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { adminClient } from '../fixtures/admin-client.ts';
import type { AdminClient } from '../fixtures/admin-client.ts';
import type { GoldenSuite } from '../fixtures/golden-admin.ts';
import { recorded } from '../fixtures/recorded.ts';
import { OTHERWISE } from './admin-deviations.ts';
import { erase, held, replay } from './admin-replay.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { erase: { type: 'boolean', default: false }, recording: { type: 'string' } },
});
const [address, ...parts] = positionals;
if (address === undefined) {
  console.error('usage: replay-admin.ts ADDRESS [--erase] [--recording FILE] [SUITE…]   ADDRESS such as http://127.0.0.1:8001');
  process.exit(2);
}

const client = adminClient(address);
await refuseToErase(client);
const suites = values.recording === undefined
  ? recorded<readonly GoldenSuite[]>('admin-validation')
  : JSON.parse(readFileSync(values.recording, 'utf8')) as readonly GoldenSuite[];

let total = 0;
let equal = 0;
let unexplained = 0;
for (const suite of suites.filter(({ id }) => parts.length === 0 || parts.some((part) => id.includes(part)))) {
  const result = await replay(client, suite);
  total += result.total;
  equal += result.total - result.differences.length;
  console.log(`${suite.id}: ${result.total - result.differences.length}/${result.total}`);
  for (const { id, difference } of result.differences) {
    const reason = OTHERWISE[id];
    if (reason === undefined) unexplained += 1;
    console.log(`    ${id}: ${difference.slice(0, 1000)}${reason === undefined ? '' : `\n        as decided: ${reason}`}`);
  }
}
await erase(client);
console.log(`total: ${equal}/${total}, ${unexplained} without a reason`);
process.exitCode = unexplained === 0 ? 0 : 1;

/** The replay deletes everything, so a node that holds something is left alone unless the caller says otherwise. */
async function refuseToErase(node: AdminClient): Promise<void> {
  const rows = values.erase ? [] : await held(node);
  if (rows.length === 0) return;
  console.error(`${address} holds ${rows.length} entities, such as ${rows[0]}. The replay deletes everything: `
    + 'use an empty node, or say --erase.');
  process.exit(2);
}
