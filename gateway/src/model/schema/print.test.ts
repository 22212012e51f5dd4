import { describe, expect, it } from 'vitest';

import { canonicalSchema } from '../../../test/fixtures/golden-admin.ts';
import { recorded } from '../../../test/fixtures/recorded.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { vaultSubschema } from '../entities/vault.ts';
import { printSchema } from './print.ts';

const { entities, vaults } = recorded<Record<'entities' | 'vaults', Readonly<Record<string, unknown>>>>('schemas');

/** Descriptions are our own words; the recording has none. */
const comparable = (printed: unknown) => canonicalSchema(JSON.parse(JSON.stringify(printed)));

describe('a printed schema', () => {
  it.each(Object.keys(entities))('of %s is as recorded, fields in the same order', (name) => {
    expect(comparable(printSchema(SCHEMAS.get(name)!))).toEqual(canonicalSchema(entities[name]));
  });

  it.each(Object.keys(vaults))('of the vault %s is as recorded', (name) => {
    expect(comparable(printSchema(vaultSubschema(name)!))).toEqual(canonicalSchema(vaults[name]));
  });

  it('describes every field of what people configure', () => {
    const undescribed = ['services', 'routes', 'consumers', 'plugins', 'keyauth_credentials'].flatMap((entity) => (
      Object.entries(SCHEMAS.get(entity)!.fields)
        .filter(([name, field]) => field.description === undefined && name !== 'config').map(([name]) => `${entity}.${name}`)));
    expect(undescribed).toEqual([]);
  });
});
