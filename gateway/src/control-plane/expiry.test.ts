/** What control planes export when a credential's time to live is over: two on one PostgreSQL, one on a database of its own. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../test/setup/stores.ts';
import { SILENT } from '../base/log.ts';
import { rowsOf } from '../model/config-table.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import type { Place } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { bootstrap } from './bootstrap.ts';
import { ConfigurationWatcher } from './configuration.ts';
import { createEntity } from './entity-operations.ts';
import { exportConfigTable } from './export.ts';

const CONSUMER = '00000000-0000-4000-8000-000000000001';
const TTL_SECONDS = 60;

interface Node {
  readonly store: Store;
  readonly configuration: ConfigurationWatcher;
}

describe.each(STORE_KINDS.filter(({ isLasting }) => isLasting))('control planes on $name', ({ name, newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  // A file of SQLite belongs to one node.
  const count = name === 'PostgreSQL' ? 2 : 1;
  const clock = new ManualClock();
  const nodes: Node[] = [];
  const start = async (place: Place): Promise<Node> => {
    const store = await openAt(place, { clock });
    await bootstrap(store, clock.now());
    const configuration = new ConfigurationWatcher({ store, schemas: SCHEMAS, log: SILENT, clock });
    await configuration.start();
    nodes.push({ store, configuration });
    return { store, configuration };
  };
  const stop = async ({ store, configuration }: Node) => {
    await configuration.close();
    await store.close();
  };
  const startAll = async (place: Place) => {
    const started: Node[] = [];
    for (let n = 0; n < count; n += 1) started.push(await start(place));
    return started;
  };
  afterEach(async () => {
    for (const node of nodes.splice(0)) await stop(node);
  });

  /** A consumer with one credential that expires and one that does not. */
  const addCredentials = async ({ store }: Node) => {
    const context = { schemas: SCHEMAS, now: () => clock.now() };
    const { revision } = await store.write(async (writer) => {
      await createEntity(writer, SCHEMAS.get('consumers')!, { id: CONSUMER, username: 'bob' }, context);
      const schema = SCHEMAS.get('keyauth_credentials')!;
      await createEntity(writer, schema, { key: 'short', consumer: { id: CONSUMER }, ttl: TTL_SECONDS }, context);
      await createEntity(writer, schema, { key: 'for-ever', consumer: { id: CONSUMER } }, context);
    });
    return revision;
  };
  const keysOf = ({ configuration }: Node) => rowsOf(configuration.latest()!.table, 'keyauth_credentials').map(({ key }) => key).sort();
  /** Advances the clock in steps until the node exports this revision. */
  const reached = (node: Node, revision: number) => eventually(`revision ${revision}`, () => {
    clock.advance(100);
    return node.configuration.latest()!.revision === revision;
  });

  it('export the same table under one new revision, after a change that is logged once', async () => {
    const started = await startAll(await newPlace());
    const { store } = started[0]!;
    const before = await addCredentials(started[0]!);
    for (const node of started) {
      await reached(node, before);
      expect(keysOf(node)).toEqual(['for-ever', 'short']);
    }

    clock.advance(TTL_SECONDS * 1000);
    for (const node of started) {
      await reached(node, before + 1);
      expect(keysOf(node)).toEqual(['for-ever']);
    }
    expect(new Set(started.map(({ configuration }) => configuration.latest()!.hash)).size).toBe(1);
    clock.advance(TTL_SECONDS * 1000);
    await store.write(async () => undefined);
    const changes = await store.changesAfter(before, 10);
    expect(changes.map(({ revision, operation }) => [revision, operation])).toEqual([[before + 1, 'expire']]);
  });

  it('agree with one that was stopped when the credential expired', async () => {
    const place = await newPlace();
    const stopped = await start(place);
    const before = await addCredentials(stopped);
    await stop(nodes.pop()!);

    clock.advance(2 * TTL_SECONDS * 1000);
    for (const node of await startAll(place)) {
      await reached(node, before + 1);
      expect(keysOf(node)).toEqual(['for-ever']);
    }
  });

  it('hide the credential at once, and export it until the change is made', async () => {
    let aheadMs = 0;
    const ahead = { now: () => clock.now() + aheadMs, after: clock.after.bind(clock), every: clock.every.bind(clock) };
    const store = await openAt(await newPlace(), { clock: ahead });
    await bootstrap(store, clock.now());
    const node = { store, configuration: new ConfigurationWatcher({ store, schemas: SCHEMAS, log: SILENT, clock }) };
    nodes.push(node);
    await addCredentials(node);
    const before = await exportConfigTable(store, SCHEMAS);

    // No timer of the store has run yet.
    aheadMs = 2 * TTL_SECONDS * 1000;
    expect(await store.read((reader) => reader.getByUnique('keyauth_credentials', 'key', 'short'))).toBeUndefined();
    expect(await store.read((reader) => reader.getByUnique('keyauth_credentials', 'key', 'for-ever'))).toBeDefined();
    expect(await exportConfigTable(store, SCHEMAS)).toEqual(before);
  });
});
