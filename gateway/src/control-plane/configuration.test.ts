import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SILENT } from '../base/log.ts';
import { rowsOf } from '../model/config-table.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
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
    watcher = new ConfigurationWatcher(store, SCHEMAS, SILENT);
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
    expect([watcher.isSince(after.hash, revision), watcher.isSince(before.hash, revision), watcher.isSince(before.hash, before.revision)]).toEqual([true, false, true]);
    expect(watcher.isSince('0'.repeat(32), 0)).toBe(false);
  });

  it('counts a configuration that came back as one of today', async () => {
    const before = watcher.latest()!;
    await insert(store, 1);
    const { revision } = await store.write((writer) => writer.delete('services', '00000000-0000-4000-8000-000000000001'));
    await expect.poll(() => watcher.latest()!.revision).toBe(revision);
    expect(watcher.latest()!.hash).toBe(before.hash);
    expect(watcher.isSince(before.hash, revision)).toBe(true);
  });

  it('tells nobody any more once it is closed', async () => {
    let announced = 0;
    watcher.onChange(() => { announced += 1; });
    await watcher.close();
    await insert(store, 1);
    expect(announced).toBe(0);
  });
});
