/** What a plugin costs: everything that the gateway knows of a plugin's credentials comes from its own folder. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import { vaultsOf } from '../../test/fixtures/node-vaults.ts';
import { AdminClient } from '../admin-client/admin-client.ts';
import { applyConfiguration } from '../admin-client/apply-configuration.ts';
import { withNodeSecrets } from '../data-plane/node-secrets.ts';
import { readNodeConfiguration } from '../declarative/node-configuration.ts';
import { readDeclarative } from '../declarative/read.ts';
import { storedRows, tableOfRows } from '../declarative/stored-rows.ts';
import { validateConfigTable } from '../model/declarative.ts';
import { definePlugin } from '../model/entities/plugin.ts';
import { defineEntity } from '../model/schema/entity-schema.ts';
import { foreign, record, string } from '../model/schema/field.ts';
import { noConsumer } from '../model/schema/typedefs.ts';
import * as typedefs from '../model/schema/typedefs.ts';
import { compileSnapshot } from '../model/snapshot.ts';
import { PLUGINS, schemasFor, schemasWith } from './schemas.ts';

/** `entities.ts` of a plugin that the gateway does not have: rows are found by their badge, and the PIN is what lets in. */
const badge = defineEntity({
  name: 'badges',
  endpointKey: 'number',
  adminApiName: 'badge-auths',
  credential: { lookup: 'number' },
  secrets: ['pin'],
  fields: {
    id: typedefs.id,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade' }),
    number: string({ required: true, unique: true }),
    pin: string({ required: true }),
    tags: typedefs.tags,
  },
});

/** Its `schema.ts`. */
const badgeAuth = definePlugin({
  name: 'badge-auth', priority: 1, fields: { consumer: noConsumer, config: record({}, { required: true }) }, entities: [badge],
});

/** Its line in the list. */
const schemas = schemasWith([...PLUGINS, badgeAuth]);

const file = (pin: string): string => `_format_version: "3.0"
plugins: [{ name: badge-auth }]
consumers:
- username: partner
  badges: [{ number: "17", pin: "${pin}" }]
`;

describe('a new plugin with credentials', () => {
  it('is known to declarative files, which take its secrets as references only', () => {
    expect(readDeclarative(file('{vault://env/pin}'), { schemas })).toMatchObject({
      errors: [],
      entities: [
        { type: 'consumers' }, { type: 'plugins' },
        { type: 'badges', collection: 'badge-auths', key: '17', references: { consumer: { type: 'consumers', key: 'partner' } } },
      ],
    });
    expect(readDeclarative(file('0000'), { schemas }).errors).toMatchObject([
      { line: 5, path: 'consumers[0].badges[0].pin', message: expect.stringContaining('got a secret in plain text') as string },
    ]);
  });

  it('lets consumers in by the field of its schema, with secrets of the node', () => {
    const reading = readNodeConfiguration(file('{vault://env/pin}'), { schemas });
    expect(reading.lines()).toEqual([]);
    const checked = validateConfigTable(tableOfRows(storedRows(reading, 0), schemas), { schemas });
    if (!checked.ok) throw new Error(checked.errors[0]!.message);
    const resolved = withNodeSecrets(checked.table, schemas, vaultsOf({ PIN: '0000' }));
    expect(resolved).toMatchObject({ setAside: [], table: { badges: [{ number: '17', pin: '0000' }] } });
    expect(compileSnapshot(resolved.table, 'hash', schemas).credentials.get('badges')?.get('17')?.consumer.username).toBe('partner');
  });

  describe('that a file no longer has', () => {
    let close: (() => void) | undefined;
    afterEach(() => close?.());

    it('is deleted before its consumer, by its name in URLs', async () => {
      const deleted: string[] = [];
      const server = createServer(({ method, url }, response) => {
        if (method === 'DELETE') deleted.push(url!);
        const marked = [{ entity_name: 'consumers', entity_id: 'c' }, { entity_name: 'badges', entity_id: 'b' }];
        const isRevision = url!.startsWith('/clustering/revision');
        const body = isRevision ? { in_sync: true, data_planes: [] } : { data: url!.startsWith('/tags/') ? marked : [] };
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      close = () => server.close();
      const client = new AdminClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      await applyConfiguration(client, readDeclarative('_format_version: "3.0"', { schemas }), { tag: 'apis' });
      expect(deleted).toEqual(['/badge-auths/b', '/consumers/c']);
    });
  });
});

describe('KONG_PLUGINS', () => {
  const enabled = (...plugins: string[]) => [...schemasFor({ plugins }).plugins.keys()];

  it.each<[listed: readonly string[], expected: readonly string[]]>([
    [['bundled'], PLUGINS.map(({ name }) => name)],
    [['acl', 'bundled'], PLUGINS.map(({ name }) => name)],
    [['jwt', 'acl', 'off'], ['acl', 'jwt']],
    [['off'], []],
    [['off', 'acl'], []],
    [[], []],
  ])('%j', (listed, expected) => {
    expect(enabled(...listed)).toEqual(expected);
  });

  it('may have no plugin that this gateway does not have', () => {
    expect(() => enabled('bundled', 'mine')).toThrow("KONG_PLUGINS: this gateway has no plugin 'mine', expected bundled, off, or names");
  });

  it('decides which plugins, and which entities of plugins, the Admin API knows', async () => {
    const node = await startAdminNode(schemasFor({ plugins: ['key-auth'] }));
    try {
      const statusOf = async (path: string) => (await node.send('GET', path)).status;
      const paths = ['/schemas/plugins/key-auth', '/schemas/plugins/acl', '/key-auths', '/acls', '/jwts'];
      expect(await Promise.all(paths.map(statusOf))).toEqual([200, 404, 200, 404, 404]);
      const refused = await node.send('POST', '/plugins', { name: 'acl', config: { allow: ['a'] } });
      expect([refused.status, JSON.parse(refused.text)]).toMatchObject([400, {
        fields: { name: "plugin 'acl' not enabled; add it to the 'plugins' configuration property" },
      }]);
      const { plugins } = JSON.parse((await node.send('GET', '/')).text) as { readonly plugins: { readonly available_on_server: object } };
      expect(plugins.available_on_server).toEqual({ 'key-auth': { version: '3.9.1', priority: 1250 } });
    } finally {
      await node.close();
    }
  });

  it('does not tell that a plugin runs: the node says which do not', async () => {
    const node = await startAdminNode();
    try {
      expect(JSON.parse((await node.send('GET', '/')).text)).toMatchObject({
        plugins: { available_on_server: { 'ldap-auth': { version: '3.9.1', priority: 1200, served: false } } },
      });
    } finally {
      await node.close();
    }
  });
});
