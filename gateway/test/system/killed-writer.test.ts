/**
 * A process is killed while it writes, again and again: the store has the state after one batch, never parts of two, and loses none that
 * was committed. `HYBRIDGE_TEST_KILLS` is how often; .ci/run asks for more than the suites do.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { SILENT } from '../../src/base/log.ts';
import { openStore } from '../../src/store/open.ts';
import type { Place } from '../../src/store/open.ts';
import type { Entity } from '../../src/store/store.ts';
import { BATCH_SCHEMAS, ROWS, stateAfter } from '../fixtures/store-batches.ts';
import { STORE_KINDS } from '../setup/stores.ts';

const KILLS = Number(process.env.HYBRIDGE_TEST_KILLS ?? 3);

/** At most this long after a batch has begun, in milliseconds: some batches are whole by then. */
const MOST_MS = 60;

const WRITER = join(import.meta.dirname, '..', 'fixtures', 'store-writer.ts');

interface Heard {
  begun: number;
  committed: number;
}

/** Writes until it is killed, some time in a batch that is not the first one of the process. */
async function writeAndKill(place: Place, delayMs: number): Promise<Heard> {
  const args = ['--experimental-transform-types', '--no-warnings', WRITER, JSON.stringify(place)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const heard: Heard = { begun: 0, committed: 0 };
  let [text, errors, isAimed] = ['', '', false];
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const [, word, batch] of text.matchAll(/(begins|committed) (\d+)\n/g)) {
      heard[word === 'begins' ? 'begun' : 'committed'] = Number(batch);
    }
    text = text.slice(text.lastIndexOf('\n') + 1);
    if (isAimed || heard.committed === 0) return;
    isAimed = true;
    setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  await ended;
  expect(errors).toBe('');
  return heard;
}

const byId = (rows: readonly Entity[]) => new Map(rows.map((row) => [row.id, row]));

describe.each(STORE_KINDS.filter(({ isLasting }) => isLasting))('a process that writes to $name, killed', ({ newPlace, skip }) => {
  it.skipIf(skip)(`${KILLS} times, leaves the state before a batch or after it`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
    const place = await newPlace();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { begun, committed } = await writeAndKill(place, Math.random() * MOST_MS);
      const store = await openStore({ place, schemas: BATCH_SCHEMAS, log: SILENT, pollMs: 0 });
      try {
        // A server may still be committing what the killed process had asked it to: a write waits for that.
        await store.write(async () => undefined);
        const { revision, rows } = await store.read(async (reader) => (
          { revision: await reader.revision(), rows: await reader.all('services') }));
        expect(revision).toBeGreaterThanOrEqual(committed);
        expect(revision).toBeLessThanOrEqual(begun);
        expect(byId(rows)).toEqual(byId(stateAfter(revision)));
        const changes = await store.changesAfter(revision - 1, 1_000);
        expect(changes.map((change) => change.revision)).toEqual(new Array(revision === 1 ? ROWS + 1 : ROWS + 2).fill(revision));
        for (const n of [0, ROWS - 1]) {
          const found = await store.latest.getByUnique('services', 'name', `s${n}-${revision}`);
          expect(found).toEqual(stateAfter(revision)[n]);
        }
        const tagged = await store.latest.list('services', { size: 100, tags: { tags: [`batch-${revision}`], match: 'all' } });
        expect(tagged.items).toHaveLength(ROWS);
      } finally {
        await store.close();
      }
    }
  });
});
