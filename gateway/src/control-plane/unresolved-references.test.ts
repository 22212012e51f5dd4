/** What the recordings do not show of references by name: several at once, and together with what is invalid. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
  await node.send('PUT', '/services/there', { host: 'a.test' });
  await node.send('PUT', '/consumers/there', {});
});
afterAll(() => node.close());

const unresolved = (name: string, value: string, target: string) => (
  `the foreign key cannot be resolved with '{${name}="${value}"}' for an existing '${target}' entity`);
const service = unresolved('name', 'gone', 'services');
const consumer = (field: string) => unresolved(field, 'gone', 'consumers');
const route = unresolved('name', 'gone', 'routes');

it.each([
  ['is reported before what is invalid', '/routes', { service: { name: 'gone' }, paths: 5 }, {
    code: 13, message: `foreign key unresolved (service.name: ${service})`, fields: { service: { name: service } },
  }],
  ['is reported before an unknown plugin', '/plugins', { service: { name: 'gone' }, name: 'gone' }, { code: 13 }],
  ['is reported with all others', '/plugins', { service: { name: 'gone' }, route: { name: 'gone' }, name: 'cors' }, {
    code: 13, message: `2 foreign keys unresolved (route.name: ${route}; service.name: ${service})`,
    fields: { route: { name: route }, service: { name: service } },
  }],
  ['is reported by each unique field', '/acls', { consumer: { username: 'gone', custom_id: 'gone' }, group: 'g' }, {
    code: 13, fields: { consumer: { username: consumer('username'), custom_id: consumer('custom_id') } },
  }],
  ['is invalid when no entity can have the name', '/plugins', { service: { name: 'a b' }, name: 'cors' }, {
    code: 2, fields: { service: { name: "invalid value 'a b': the only accepted ascii characters are alphanumerics or ., -, _, and ~" } },
  }],
  ['that has a target leaves what is invalid', '/routes', { service: { name: 'there' }, paths: ['/'], strip_path: 1 }, {
    code: 2, fields: { strip_path: 'expected a boolean' },
  }],
])('a reference to nothing %s', async (_, path, given, expected) => {
  const { status, text } = await node.send('POST', path, given);
  expect([status, JSON.parse(text)]).toMatchObject([400, expected]);
});

it('a reference needs one unique field that has a target', async () => {
  const { status } = await node.send('POST', '/acls', { consumer: { username: 'there', custom_id: 'gone' }, group: 'g' });
  expect(status).toBe(201);
});
