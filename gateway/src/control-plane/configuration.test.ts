/** The configuration that a control plane keeps ready, over a real store, and its way through the tunnel to a data plane. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalDataPlane } from '../../test/fixtures/minimal-data-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import { SILENT } from '../base/log.ts';
import { hashConfigTable } from '../model/config-hash.ts';
import { rowsOf } from '../model/config-table.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { TunnelServer } from '../sync/server.ts';
import { bootstrap } from './bootstrap.ts';
import { ConfigurationWatcher } from './configuration.ts';

const insert = (store: Store, n: number) => store.write((writer) => writer.insert('services', {
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, name: `s${n}`, tags: null, enabled: true, client_certificate: null,
}));

describe('the configuration that is kept ready', () => {
  let store: Store;
  let watcher: ConfigurationWatcher;
  beforeEach(async () => {
    store = await openStore({ place: { kind: 'embedded', file: ':memory:' }, schemas: SCHEMAS, log: SILENT, pollMs: 0 });
    await bootstrap(store, Date.now());
    watcher = new ConfigurationWatcher({ store, schemas: SCHEMAS, log: SILENT, intervalMs: 20 });
    await watcher.start();
  });
  afterEach(async () => {
    await watcher.close();
    await store.close();
  });

  it('is there after the start, and is never empty for a data plane', () => {
    expect(watcher.latest()!.table).toMatchObject({ parameters: [{ key: 'cluster_id' }], workspaces: [{ name: 'default' }] });
  });

  it('follows changes, and makes few configurations of many of them', async () => {
    let announced = 0;
    watcher.onChange(() => { announced += 1; });
    await Promise.all(Array.from({ length: 50 }, (_, n) => insert(store, n + 1)));
    await expect.poll(() => rowsOf(watcher.latest()!.table, 'services').length).toBe(50);
    expect(watcher.latest()!.revision).toBe(await store.read((reader) => reader.revision()));
    expect(announced).toBeLessThan(50);
  });

  it('knows which hashes are of a revision or of later ones', async () => {
    const before = watcher.latest()!;
    const { revision } = await insert(store, 1);
    await expect.poll(() => watcher.latest()!.revision).toBe(revision);
    const after = watcher.latest()!;
    expect(await watcher.isSince(after.hash, revision)).toBe(true);
    expect(await watcher.isSince(before.hash, revision)).toBe(false);
    expect(await watcher.isSince(before.hash, before.revision)).toBe(true);
    expect(await watcher.isSince('0'.repeat(32), 0)).toBe(false);
  });

  it('remembers each configuration, also one that was never sent, once a client asked', async () => {
    await watcher.isSince('0'.repeat(32), 0);
    const { revision } = await insert(store, 1);
    await expect.poll(() => watcher.latest()!.revision).toBe(revision);
    const { table } = watcher.latest()!;
    const later = await insert(store, 2);
    await expect.poll(() => watcher.latest()!.revision).toBe(later.revision);
    expect(await watcher.isSince(hashConfigTable(table).config, revision)).toBe(true);
    expect(await watcher.isSince(hashConfigTable(table).config, later.revision)).toBe(false);
  });

  it('counts a configuration that came back as one of today', async () => {
    const before = watcher.latest()!;
    await insert(store, 1);
    const { revision } = await store.write((writer) => writer.delete('services', '00000000-0000-4000-8000-000000000001'));
    await expect.poll(() => watcher.latest()!.revision).toBe(revision);
    expect(watcher.latest()!.hash).toBe(before.hash);
    expect(await watcher.isSince(before.hash, revision)).toBe(true);
  });

  it('calls no listener once it is closed', async () => {
    let announced = 0;
    watcher.onChange(() => { announced += 1; });
    await watcher.close();
    await insert(store, 1);
    expect(announced).toBe(0);
  });
});

it('many writes reach a data plane as four pushes a second, the last of them included', async () => {
  const clock = new ManualClock();
  const store = await openStore({ place: { kind: 'embedded', file: ':memory:' }, schemas: SCHEMAS, log: SILENT, pollMs: 0 });
  await bootstrap(store, clock.now());
  const source = new ConfigurationWatcher({ store, schemas: SCHEMAS, log: SILENT, clock });
  await source.start();
  const identity = await sharedIdentity();
  const registry = { seen: () => undefined, refused: () => undefined };
  const server = new TunnelServer({ trust: { mode: 'shared', identity }, source, registry, log: SILENT });
  const [address] = await server.listen([{ host: '127.0.0.1', port: 0 }]);
  try {
    const dataPlane = await MinimalDataPlane.connect({ port: address!.port, identity });
    await dataPlane.opened();
    dataPlane.introduce({ type: 'basic_info', plugins: [{ name: 'key-auth', version: '3.9.1' }] });
    await eventually('the first push', () => dataPlane.pushes.length === 1);

    for (let n = 1; n <= 100; n += 1) {
      await insert(store, n);
      const before = dataPlane.pushes.length;
      clock.advance(10);
      if ((n * 10 - 50) % 250 === 0) await eventually(`the push at ${n * 10} ms`, () => dataPlane.pushes.length > before);
    }
    clock.advance(1_000);
    await eventually('a push with the last change', () => rowsOf(dataPlane.pushes.at(-1)!.config_table, 'services').length === 100);
    // One at the start, and at 50, 300, 550, 800 and 1,050 ms.
    expect(dataPlane.pushes.length).toBe(6);
  } finally {
    await server.close();
    await source.close();
    await store.close();
  }
});
