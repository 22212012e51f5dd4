/** What people and tools read about plugins: `/schemas/plugins/{name}`. */
import { describe, expect, it } from 'vitest';

import { recorded } from '../../test/fixtures/recorded.ts';
import { printSchema } from '../model/schema/print.ts';
import { PLUGIN_SCHEMAS, PLUGINS } from './schemas.ts';

const { plugins } = recorded<{ readonly plugins: Readonly<Record<string, unknown>> }>('plugin-schemas');

/** Without descriptions, which are our own, and without what the original adds on first use; Lua has one kind of empty table. */
function comparable(value: unknown, at = ''): unknown {
  if (Array.isArray(value)) return value.length === 0 ? {} : value.map((item) => comparable(item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([name, item]) => !(name === 'description' && typeof item === 'string') && !(name === 'len_min' && item === 1)
      && !(name === 'required' && ['elements', 'keys', 'values'].includes(at)))
    .map(([name, item]) => [name, comparable(item, name)]));
}

/** Fields without a description, elements of lists excluded. */
function undescribed(fields: readonly unknown[], path = ''): string[] {
  return fields.flatMap((field) => Object.entries(field as Record<string, Record<string, unknown>>).flatMap(([name, attributes]) => [
    ...typeof attributes.description === 'string' || path + name === 'config' ? [] : [path + name],
    ...[attributes, attributes.elements, attributes.values].flatMap((of) => ['fields', 'shorthand_fields'].flatMap((list) => (
      undescribed((of as Record<string, readonly unknown[]> | undefined)?.[list] ?? [], `${path}${name}.`)))),
  ]));
}

describe('the schema of a plugin', () => {
  it('exists for every plugin of the original', () => {
    expect([...PLUGIN_SCHEMAS.keys()].sort()).toEqual(expect.arrayContaining(Object.keys(plugins)));
  });

  it.each(Object.keys(plugins))('of %s is printed as recorded, in the same order', (name) => {
    const printed = JSON.stringify(printSchema(PLUGIN_SCHEMAS.get(name)!))
      // The recording shows no secret; each process makes its own.
      .replace(/(?<="default":")[A-Za-z0-9]{44}(?=")/, 'x'.repeat(32));
    expect(comparable(JSON.parse(printed))).toEqual(comparable(plugins[name]));
  });

  it.each(PLUGINS.map((plugin) => [plugin.name, plugin] as const))('of %s describes every field', (_, plugin) => {
    expect(undescribed(printSchema(plugin).fields)).toEqual([]);
  });

  it('says when the plugin runs, differently from every other open one', () => {
    const open = PLUGINS.filter(({ name }) => name in plugins);
    expect(new Set(open.map(({ priority }) => priority)).size).toBe(open.length);
  });
});
