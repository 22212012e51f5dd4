/** docs/reference/plugins/: one page for each plugin, from its schema, and an index. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PluginSchema } from '../src/model/entities/plugin.ts';
import type { EntitySchema } from '../src/model/schema/entity-schema.ts';
import { isServed, PLUGINS } from '../src/plugins/schemas.ts';
import { fieldTable } from './field-table.ts';
import { code, generatedBy, table } from './markdown.ts';

const SOURCES = join(import.meta.dirname, '..', 'src', 'plugins');

const SCOPES = ['service', 'route', 'consumer'] as const;

/** File names and contents. */
export function pluginPages(): ReadonlyMap<string, string> {
  return new Map([['README.md', indexPage()], ...PLUGINS.map((plugin): [string, string] => [`${plugin.name}.md`, pluginPage(plugin)])]);
}

function indexPage(): string {
  const byName = [...PLUGINS].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    generatedBy('plugin-pages.ts', 'the schemas of plugins'),
    '# Plugins',
    '',
    'Higher priorities run earlier. [plugin-kit.md](../plugin-kit.md) says how plugins work inside, [gateway.md](../gateway.md) what the '
    + 'gateway does beside them.',
    '',
    ...table(['plugin', 'what it does', 'priority', 'data planes run it'], byName.map((plugin) => [
      `[${plugin.name}](${plugin.name}.md)`, summaryOf(plugin.name), String(plugin.priority), isServed(plugin.name) ? 'yes' : 'no',
    ])),
    '',
  ].join('\n');
}

function pluginPage(plugin: PluginSchema): string {
  const { config } = plugin.fields;
  if (config?.type !== 'record') throw new Error(`${plugin.name}: the schema has no record config`);
  return [
    generatedBy('plugin-pages.ts', `gateway/src/plugins/${plugin.name}/schema.ts`),
    `# ${plugin.name}`,
    '',
    summaryOf(plugin.name),
    '',
    ...isServed(plugin.name) ? [] : [
      'Data planes of this version do not run this plugin: its configuration is stored and validated, and requests that it would see are '
      + 'answered with status 500 ([decision 0028](../../decisions/0028-plugins-without-code.md)).',
      '',
    ],
    ...table(['', ''], [
      ['priority', String(plugin.priority)],
      ['may be bound to', scopesOf(plugin).join(', ') || 'nothing: it is global'],
      ['protocols', protocolsOf(plugin)],
      ...(plugin.entities ?? []).length > 0 ? [['adds the entities', plugin.entities!.map(({ name }) => code(name)).join(', ')]] : [],
    ]),
    '',
    '## Configuration',
    '',
    'Fields of `config`:',
    '',
    ...fieldTable(config.fields ?? {}, config.shorthand_fields),
    '',
    ...(plugin.entities ?? []).filter(({ hasAdminApi }) => hasAdminApi !== false).flatMap(entitySection),
  ].join('\n');
}

function entitySection({ name, fields }: EntitySchema): string[] {
  return [`## ${name}`, '', '[Endpoints](../admin-api.md#endpoints) are in the Admin API. Fields:', '', ...fieldTable(fields), ''];
}

/** The sentence at the head of the schema, which says what the plugin does. */
function summaryOf(name: string): string {
  const source = readFileSync(join(SOURCES, name, 'schema.ts'), 'utf8');
  const [, comment] = /^\/\*\*([^]*?)\*\//.exec(source) ?? [];
  const text = (comment ?? '').replace(/^\s*\* ?/gm, ' ').replace(/\s+/g, ' ').trim();
  const [, sentence] = new RegExp(`^${name}: (.*?\\.)(?: |$)`).exec(text) ?? [];
  if (sentence === undefined) throw new Error(`gateway/src/plugins/${name}/schema.ts: expected a head comment "${name}: what it does."`);
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function scopesOf(plugin: PluginSchema): string[] {
  const bound: string[] = SCOPES.filter((scope) => plugin.fields[scope]?.eq !== null);
  return plugin.takesConsumerGroups === true ? [...bound, 'group of consumers (profile `full`)'] : bound;
}

function protocolsOf({ fields: { protocols } }: PluginSchema): string {
  if (protocols?.type !== 'set') return 'all of HTTP';
  const allowed = protocols.elements.one_of ?? [];
  const standard = Array.isArray(protocols.default) ? protocols.default.map(String) : [];
  const others = allowed.length > standard.length ? `; allowed: ${allowed.map((each) => code(String(each))).join(', ')}` : '';
  return `${standard.map(code).join(', ')} unless configured${others}`;
}
