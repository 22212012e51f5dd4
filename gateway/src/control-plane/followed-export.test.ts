/** Two control planes on one store export the same table under the same revision, whether they follow each change or read everything. */
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { openAt } from '../../test/setup/stores.ts';
import { defineEntity, schemasByName } from '../model/schema/entity-schema.ts';
import { boolean, foreign, string } from '../model/schema/field.ts';
import { ConfigurationExport, exportConfigTable } from './export.ts';

const schemas = schemasByName([
  defineEntity({ name: 'owners', hasTtl: true, fields: { id: string(), enabled: boolean() } }),
  defineEntity({ name: 'things', fields: { id: string(), owner: foreign('owners', { on_delete: 'cascade' }) } }),
]);

const write = fc.record({
  entity: fc.constantFrom('owners', 'things'), id: fc.constantFrom('a', 'b', 'c', 'd'), owner: fc.constantFrom('a', 'b', 'c'),
  enabled: fc.boolean(), isRemoved: fc.boolean(), isFollowed: fc.boolean(),
  ttl: fc.constantFrom(null, 5), advance: fc.constantFrom(0, 0, 6_000),
});

it.each(['memory', 'embedded'] as const)('an export that follows changes is the whole export: %s', async (kind) => {
  await fc.assert(fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
    const clock = new ManualClock();
    const store = await openAt(kind === 'memory' ? { kind } : { kind, file: ':memory:' }, { schemas, clock, pollMs: 0 });
    const following = new ConfigurationExport(store, schemas);
    for (const { entity, id, owner, enabled, isRemoved, ttl, advance, isFollowed } of writes) {
      clock.advance(advance);
      const row = entity === 'things' ? { id, owner: { id: owner } } : { id, enabled, ttl: ttl && clock.now() / 1000 + ttl };
      await store.write(async (writer) => {
        if (isRemoved) await writer.delete(entity, id);
        else if (await writer.get(entity, id)) await writer.replace(entity, row);
        else await writer.insert(entity, row);
      }).catch((error: unknown) => expect(error).toMatchObject({ code: 4 }));
      if (isFollowed) await following.next();
    }
    const followed = await following.next();
    const whole = await exportConfigTable(store, schemas);
    // A row may have expired in between.
    if (followed.revision === whole.revision) expect(followed).toEqual(whole);
    await store.close();
  }), { numRuns: 60 });
});
