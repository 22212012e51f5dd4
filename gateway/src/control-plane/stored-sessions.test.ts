import { afterAll, beforeAll, expect, it } from 'vitest';

import { SILENT } from '../base/log.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { Store } from '../store/store.ts';
import { storedSessions } from './stored-sessions.ts';

let store: Store;
beforeAll(() => {
  store = new MemoryStore({ schemas: SCHEMAS, log: SILENT });
});
afterAll(() => store.close());

it('keeps sessions until they are removed, or their time is over', async () => {
  let now = Date.now();
  const sessions = storedSessions(() => store, { schemas: SCHEMAS, now: () => now });
  await sessions.save('a', 'data of a', 60);
  await sessions.save('b', 'data of b', 60);
  expect([await sessions.load('a'), await sessions.load('b'), await sessions.load('c')]).toEqual(['data of a', 'data of b', undefined]);
  await sessions.remove('a');
  await sessions.remove('never there');
  expect([await sessions.load('a'), await sessions.load('b')]).toEqual([undefined, 'data of b']);
  now -= 3_600_000;
  await sessions.save('old', 'data', 60);
  expect(await sessions.load('old')).toBeUndefined();
});
