/** docs/reference/admin-api.md: endpoints, fields of entities and plugins, and the declarative format, all from the schemas. */
import { SILENT } from '../src/base/log.ts';
import { adminEndpoints } from '../src/control-plane/admin-api/admin-api.ts';
import { REVISION_HEADER } from '../src/control-plane/admin-api/endpoint-server.ts';
import { ConfigurationWatcher } from '../src/control-plane/configuration.ts';
import { DataPlaneRegistry } from '../src/control-plane/nodes.ts';
import { nestedTypes } from '../src/declarative/file-entities.ts';
import type { EntitySchema } from '../src/model/schema/entity-schema.ts';
import { PLUGIN_SCHEMAS, SCHEMAS } from '../src/plugins/schemas.ts';
import { openStore } from '../src/store/open.ts';
import { fieldTable } from './field-table.ts';
import { code, generatedBy, table } from './markdown.ts';

const READING_ORDER = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const MANAGED = [...SCHEMAS.values()].filter((schema) => schema.hasAdminApi !== false);

export async function adminApiPage(): Promise<string> {
  return [
    generatedBy('admin-api-page.ts', 'the endpoints and schemas of the gateway'),
    '# Admin API and declarative format',
    '',
    'The Admin API of a control plane, and of a single node, takes and answers JSON; it also takes ' +
      '`application/x-www-form-urlencoded` and `multipart/form-data`. ' +
      'By default it listens on 127.0.0.1:8001. Other addresses of `KONG_ADMIN_LISTEN` are used only with `HYBRIDGE_ADMIN_TOKEN`, which '
      + 'requests then carry as `Kong-Admin-Token: <token>` or `Authorization: Bearer <token>`, or with `HYBRIDGE_ADMIN_INSECURE=on`, '
      + 'where the network limits who reaches them.',
    '',
    '## Conventions',
    '',
    '- An entity is addressed by its id or, where the table below says so, by its name.',
    '- `POST` creates, `PUT` creates or replaces, `PATCH` changes the fields that it names, `DELETE` deletes and answers 204.',
    '- Lists come in pages: `?size=` (1 to 1000, default 100), `?offset=` as the last page gave it, `?tags=a,b` '
    + '(both) or `?tags=a/b` (any).',
    `- Each write answers with the header \`${REVISION_HEADER}\`: the number of the change. \`GET `
    + '/clustering/revision?revision=<n>&wait=10` answers 200 as soon as all connected data planes run it, 504 when '
    + 'they do not in time.',
    '- Other answers have the newest revision in that header. `/revisions`, `/diff`, `/batch`, `ETag` and `If-Match`: '
    + '[history.md](../history.md).',
    '- Errors have `message`, and for rejected entities `name`, `code` and `fields`: one message for each field.',
    '',
    '```sh',
    'curl -s localhost:8001/services -d name=example -d url=http://example.com',
    "curl -s localhost:8001/services/example/routes -d name=example -d 'paths[]=/example'",
    'curl -s localhost:8001/routes/example/plugins -d name=key-auth',
    'curl -s localhost:8001/schemas/plugins/key-auth',
    '```',
    '',
    '## Endpoints',
    '',
    'A node prints this table with its schemas as an OpenAPI 3.1 document at `/openapi.json`. `HEAD` and `OPTIONS` work everywhere.',
    '',
    ...table(
      ['path', 'methods'],
      (await endpoints()).map(({ path, methods }) => [code(path), methods.join(', ')]),
    ),
    '',
    '## Entities',
    '',
    ...MANAGED.flatMap(entitySection),
    '## Plugins',
    '',
    'A plugin is an entity `plugins` whose `name` says which one it is, and whose `config` has its fields: each plugin has '
    + '[a page of its own](plugins/README.md).',
    '',
    '## Declarative format',
    '',
    'A declarative file is YAML or JSON with `_format_version` (`"3.0"`; `"1.1"` and `"2.1"` are read, too) and one '
    + 'list for each kind of entity. An entity may contain the lists of what refers to it:',
    '',
    ...table(
      ['list', 'may contain'],
      MANAGED.map((schema) => [code(schema.name), childrenOf(schema).map(code).join(', ')]),
    ),
    '',
    'A credential has no name to be found again by, so it needs an `id`, and its secret has to be a reference such '
    + 'as `{vault://env/BOB_KEY}`.',
    '',
    '```yaml',
    '_format_version: "3.0"',
    'services:',
    '  - name: example',
    '    url: http://example.com',
    '    routes:',
    '      - name: example',
    '        paths: [/example]',
    '        plugins:',
    '          - name: key-auth',
    'consumers:',
    '  - username: bob',
    '```',
    '',
    '`GatewayControlPlane.addDeclarativeConfig()` checks such a file at synth and applies it at deployment. A node '
    + 'with `KONG_DATABASE=off` reads one at start and through `POST /config` ([db-less.md](../db-less.md)).',
    '',
  ].join('\n');
}

/** The endpoints of a real node over an empty store, in the order in which it lists them. */
async function endpoints(): Promise<readonly { readonly path: string; readonly methods: readonly string[] }[]> {
  const store = await openStore({ place: { kind: 'embedded', file: ':memory:' }, schemas: SCHEMAS, log: SILENT, pollMs: 0 });
  const registry = new DataPlaneRegistry(store.dataPlanes, 60, SILENT);
  try {
    const all = adminEndpoints({
      store, schemas: SCHEMAS, plugins: PLUGIN_SCHEMAS, role: 'control_plane', log: SILENT, failures: registry,
      configuration: new ConfigurationWatcher({ store, schemas: SCHEMAS, log: SILENT }),
      node: { nodeId: '', hostname: '', configuration: {} },
      counts: { accepted: 0, active: 0, requests: 0 },
    });
    return all.map(({ path, methods }) => ({ path, methods: READING_ORDER.filter((method) => methods[method]) }));
  } finally {
    await registry.close();
    await store.close();
  }
}

function entitySection(schema: EntitySchema): string[] {
  const shorthands = Object.fromEntries(Object.entries(schema.shorthands ?? {}).map(([name, { field }]) => [name, field]));
  return [
    `### ${schema.name}`,
    '',
    ...schema.endpointKey ? [`Addressed by id or ${code(schema.endpointKey)}.`, ''] : [],
    ...fieldTable(schema.fields),
    '',
    ...Object.keys(shorthands).length > 0 ? ['Short forms, which are expanded when they are read:', '', ...fieldTable(shorthands), ''] : [],
    ...schema.hasTtl ? ['A body may have `ttl`: seconds after which the entity is deleted.', ''] : [],
  ];
}

const NESTED = nestedTypes(new Map(MANAGED.map((schema) => [schema.name, schema])));

function childrenOf({ name }: EntitySchema): string[] {
  return (NESTED.get(name) ?? []).map(({ type }) => type.name);
}
