import { describe, expect, it } from 'vitest';

import { canonicalSchema } from '../../../test/fixtures/golden-admin.ts';
import { recorded } from '../../../test/fixtures/recorded.ts';
import { PLUGIN_SCHEMAS, SCHEMAS } from '../../plugins/schemas.ts';
import { printSchema } from './print.ts';

const { entities, plugins } = recorded<Record<'entities' | 'plugins', Readonly<Record<string, unknown>>>>('schemas');

/** Descriptions are our own words; the recording has none. */
const comparable = (printed: unknown) => canonicalSchema(JSON.parse(JSON.stringify(printed)));

describe('a printed schema', () => {
  it.each(Object.keys(entities))('of %s is as recorded, fields in the same order', (name) => {
    expect(comparable(printSchema(SCHEMAS.get(name)!))).toEqual(canonicalSchema(entities[name]));
  });

  it.each(Object.keys(plugins))('of the plugin %s is as recorded', (name) => {
    expect(comparable(printSchema(PLUGIN_SCHEMAS.get(name)!))).toEqual(canonicalSchema(plugins[name]));
  });

  it('describes every field of what people configure', () => {
    const undescribed = ['services', 'routes', 'consumers', 'plugins', 'keyauth_credentials'].flatMap((entity) => (
      Object.entries(SCHEMAS.get(entity)!.fields)
        .filter(([name, field]) => field.description === undefined && name !== 'config').map(([name]) => `${entity}.${name}`)));
    expect(undescribed).toEqual([]);
  });
});
