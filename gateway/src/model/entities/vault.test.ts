/** What the recordings do not show of vaults: forms of prefixes. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

const judged = async (body: object) => (
  JSON.parse((await node.send('POST', '/schemas/vaults/validate', body)).text) as Record<string, unknown>);
const VALID = { message: 'schema validation successful' };

it.each(['ab', 'a1', 'my-env', 'a--b', 'a-1', 'env2', 'z'.repeat(200)])('takes the prefix %s', async (prefix) => {
  expect(await judged({ name: 'env', prefix })).toEqual(VALID);
});

it.each(['a', 'A', '1a', '-a', 'a-', 'a_b', 'a b', 'aB', 'a.b', 'ä', 'ab\n'])('refuses the prefix %j', async (prefix) => {
  expect(await judged({ name: 'env', prefix })).toMatchObject({ fields: { prefix: `invalid value: ${prefix}` } });
});

it('keeps the names of kinds for references without an entity', async () => {
  expect(await judged({ name: 'env', prefix: 'env' })).toMatchObject({ fields: { prefix: 'must not be one of: env' } });
});

it.each(['A', '_', '-a', 'SECRET_', 'a1-_'])('takes %s as the beginning of names of variables', async (prefix) => {
  expect(await judged({ name: 'env', prefix: 'my-env', config: { prefix } })).toEqual(VALID);
});

it.each(['1A', 'a b', 'a.b', ''])('refuses %j as the beginning of names of variables', async (prefix) => {
  const { fields } = await judged({ name: 'env', prefix: 'my-env', config: { prefix } });
  expect(fields).toEqual({ config: { prefix: expect.any(String) as string } });
});

it.each([['aws', 'aws'], [{}, 'nil'], [['x'], 'x'], [[], 'nil']])('knows no kind %j', async (name, shown) => {
  expect(await judged({ name, prefix: 'my-env' })).toMatchObject({ fields: { name: `vault '${shown}' is not installed` } });
});

it('reports a missing name alone, for the kind decides on the other fields', async () => {
  expect(await judged({ prefix: 'A', nope: 1 })).toMatchObject({ fields: { name: 'required field missing' } });
});
