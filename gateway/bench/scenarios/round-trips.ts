/** How often a write through the Admin API asks PostgreSQL: each time costs the way to the server and back. */
import { onPostgres, postgresSettings } from '../databases.ts';
import { load } from '../load.ts';
import type { Sent } from '../load.ts';
import type { TableScenario } from '../measured.ts';
import { PostgresRelay } from '../postgres-relay.ts';
import { ServerProcess } from '../server-process.ts';

/** Of each kind. They do not depend on how many there are. */
const WRITES = 200;

const KINDS: readonly (readonly [string, (n: number) => Sent])[] = [
  ['POST of a consumer', (n) => ({ method: 'POST', path: '/consumers', body: { username: `c${n}` }, status: 201 })],
  ['PATCH of a consumer', (n) => ({ method: 'PATCH', path: `/consumers/c${n}`, body: { custom_id: `custom-${n}` }, status: 200 })],
  ['POST of a key of a consumer', (n) => ({ method: 'POST', path: `/consumers/c${n}/key-auth`, body: { key: `key-${n}` }, status: 201 })],
  ['DELETE of a consumer with its key', (n) => ({ method: 'DELETE', path: `/consumers/c${n}`, status: 204 })],
  ['PUT of a new service', (n) => ({ method: 'PUT', path: `/services/s${n}`, body: { host: 'upstream.test' }, status: 200 })],
  ['POST of a route of a service', (n) => (
    { method: 'POST', path: `/services/s${n}/routes`, body: { name: `r${n}`, paths: [`/r${n}`] }, status: 201 })],
  ['POST of a plugin of a route', (n) => ({ method: 'POST', path: `/routes/r${n}/plugins`, body: { name: 'cors' }, status: 201 })],
  ['PATCH of a route', (n) => ({ method: 'PATCH', path: `/routes/r${n}`, body: { paths: [`/changed-${n}`] }, status: 200 })],
  ['DELETE of a route with its plugin', (n) => ({ method: 'DELETE', path: `/routes/r${n}`, status: 204 })],
];

export const roundTrips: TableScenario = {
  name: 'Round trips',
  about: 'How often a write through the Admin API asks PostgreSQL, counted between a single node and the server. '
    + 'In all: with what the Admin API reads before the write, and with the export, one for several writes.',
  table: async ({ requests }) => await onPostgres(async (address) => {
    const relay = await PostgresRelay.start(address.port);
    try {
      const node = await ServerProcess.node(postgresSettings({ ...address, port: relay.port }));
      try {
        return await linesOf(node, relay, Math.min(requests, WRITES));
      } finally {
        await node.close();
      }
    } finally {
      await relay.close();
    }
  }) ?? ['skipped: no PostgreSQL binaries for this platform'],
};

async function linesOf(node: ServerProcess, relay: PostgresRelay, count: number): Promise<readonly string[]> {
  const lines = ['| write | round trips of its transaction | at most | in all |', '|---|---|---|---|'];
  for (const [kind, make] of KINDS) {
    const before = relay.counts();
    await load(node, count, make);
    const { ofWrites, writes, all } = relay.counts();
    if (writes - before.writes < count) throw new Error(`${kind}: ${writes - before.writes} transactions for ${count} writes`);
    const each = (ofWrites - before.ofWrites) / (writes - before.writes);
    lines.push(`| ${kind} | ${each.toFixed(1)} | 4 | ${((all - before.all) / count).toFixed(1)} |`);
  }
  return lines;
}
