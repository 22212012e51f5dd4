import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';

import { recordedInputs } from '../../../test/fixtures/recorded-inputs.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { completeEntity } from './complete.ts';
import { defineEntity, subschemaOf } from './entity-schema.ts';
import type { EntitySchema, Subschema } from './entity-schema.ts';
import type { EntityValue, Fields } from './field.ts';
import { array, boolean, foreign, integer, map, number, record, string } from './field.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { presentEntity } from './present.ts';

const OPTIONS = { schemas: SCHEMAS, now: 0 };

/** Fastify's own validator, without the changes that it makes to values. */
const server: FastifyInstance = Fastify({
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allowUnionTypes: true, strict: false } },
});
const paths = new Map<unknown, string>();
afterAll(() => server.close());

/** One path for each schema, made before the first request. */
function register(schema: EntitySchema, subschema?: Subschema): string {
  const key = subschema ?? schema;
  const path = paths.get(key) ?? `/${paths.size}`;
  if (!paths.has(key)) server.post(path, { schema: { body: jsonSchemaOf(schema, subschema) } }, () => 'valid');
  paths.set(key, path);
  return path;
}

async function refusal(path: string, payload: object): Promise<string | undefined> {
  const { statusCode, body } = await server.inject({ method: 'POST', url: path, payload });
  return statusCode === 200 ? undefined : (JSON.parse(body) as { message: string }).message;
}

const valid = recordedInputs().flatMap(([type, given]) => {
  const schema = SCHEMAS.get(type)!;
  const { entity, violations } = completeEntity(schema, given, OPTIONS);
  // The time to live is judged by the operation that writes, not by the schema.
  if (given.ttl !== undefined && !(Number.isInteger(given.ttl) && given.ttl as number >= 0)) return [];
  return violations ? [] : [{ given, shown: presentEntity(schema, entity, OPTIONS), path: register(schema, subschemaOf(schema, entity)) }];
});

const fields = {
  name: string({ required: true }),
  mode: string({ one_of: ['a', 'b'], default: 'a', description: 'The mode.' }),
  code: string({ match: '^%u+$' }),
  port: integer({ required: true, default: 80, between: [0, 65535] }),
  rate: number({ gt: 0 }),
  on: boolean(),
  list: array(string({ len_max: 2 }), { len_min: 1 }),
  headers: map(string({ starts_with: 'x-' }), integer()),
  secret: string({ referenceable: true, uuid: true }),
  never: string({ eq: null }),
  config: record({ needed: string({ required: true }) }, {
    shorthand_fields: { only: { field: integer(), expand: () => ({}) } },
  }),
  parent: foreign('parents'),
} satisfies Fields;
const sample = defineEntity({ name: 'samples', hasTtl: true, primaryKey: 'name', fields });
const samplePath = register(sample);

describe('the JSON Schema', () => {
  it('accepts every recorded valid input, and what answers show of it', async () => {
    expect(valid.length).toBeGreaterThan(400);
    for (const { shown, path } of valid) expect(await refusal(path, shown), JSON.stringify(shown)).toBeUndefined();
    const refused: string[] = [];
    for (const { given, path } of valid) {
      const message = await refusal(path, given);
      if (message !== undefined) refused.push(`${message} ${JSON.stringify(given)}`);
    }
    expect(refused).toEqual([]);
  });

  it.each<[EntityValue, string | undefined]>([
    [{ name: 'n', mode: null, code: 'AB', port: 1, rate: 0.1, list: ['a'], headers: { 'x-a': 1 }, ttl: 5 }, undefined],
    [{}, "body must have required property 'name'"],
    [{ name: null }, 'body/name must be string'],
    [{ name: '' }, 'body/name must NOT have fewer than 1 characters'],
    [{ name: 'n', mode: 'c' }, 'body/mode must be equal to one of the allowed values'],
    [{ name: 'n', code: 'ab' }, 'body/code must match pattern "^[A-Z]+$"'],
    [{ name: 'n', port: 65536 }, 'body/port must be <= 65535'],
    [{ name: 'n', port: null }, 'body/port must be integer'],
    [{ name: 'n', rate: 0 }, 'body/rate must be > 0'],
    [{ name: 'n', list: [] }, 'body/list must NOT have fewer than 1 items'],
    [{ name: 'n', list: [null] }, 'body/list/0 must be string'],
    [{ name: 'n', list: ['abc'] }, 'body/list/0 must NOT have more than 2 characters'],
    [{ name: 'n', headers: { a: 1 } }, 'body/headers must match pattern "^x-", body/headers property name must be valid'],
    [{ name: 'n', secret: '{vault://env/x}' }, undefined],
    [{ name: 'n', secret: null }, undefined],
    [{ name: 'n', never: 'x' }, 'body/never must be null'],
    [{ name: 'n', config: {} }, "body/config must have required property 'needed', body/config must have required property 'only', "
      + 'body/config must match a schema in anyOf'],
    [{ name: 'n', config: { needed: 'x', only: 1 } }, undefined],
    [{ name: 'n', other: 1 }, 'body must NOT have additional properties'],
    [{ name: 'n', parent: { id: 'x' } }, 'body/parent/id must match format "uuid"'],
    [{ name: 'n', parent: { name: 'x' } }, undefined],
  ])('judges %j', async (given, expected) => {
    expect(await refusal(samplePath, given)).toBe(expected);
  });

  it('says what fields mean, what fills them, and which are only written', () => {
    const { properties } = jsonSchemaOf(sample) as { readonly properties: Readonly<Record<string, EntityValue>> };
    expect(properties.mode).toEqual({
      type: ['string', 'null'], enum: ['a', 'b', null], minLength: 1, description: 'The mode.', default: 'a',
    });
    expect((properties.config!.properties as EntityValue).only).toEqual({ type: ['integer', 'null'], writeOnly: true });
  });
});
