/** Configured plugins: code that runs on requests, for a route, a service, a consumer, or globally. */
import { DEFAULT_COMPATIBILITY } from '../../base/compatibility.ts';
import type { Compatibility } from '../../base/compatibility.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema, Subschema } from '../schema/entity-schema.ts';
import { array, boolean, foreign, record, set, string } from '../schema/field.ts';
import type { EntityCheck, Fields } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

/** What the control plane knows of a plugin. Its fields replace those of the entity; `config` is always among them. */
export interface PluginSchema<F extends Fields = Fields> extends Subschema {
  readonly name: string;
  /** Plugins with a higher priority run first. */
  readonly priority: number;
  readonly fields: F & Fields;
  /** Whether it can be bound to a group of consumers. @default false */
  readonly takesConsumerGroups?: boolean;
  /** Entity types that the plugin adds. @default - none */
  readonly entities?: readonly EntitySchema[];
  /** What is different on a node. @default - nothing */
  readonly onNode?: (node: NodeKind) => Partial<Subschema>;
}

/** Where the plugin is configured: what its data planes can reach follows from it. */
export interface NodeKind {
  readonly role: 'traditional' | 'control_plane' | 'data_plane';
  readonly hasDatabase: boolean;
}

/** Whether the node's own data plane reaches the database. Those of a control plane do not. */
export function servesFromDatabase({ role, hasDatabase }: NodeKind): boolean {
  return role === 'traditional' && hasDatabase;
}

interface PluginDefinition<F extends Fields> {
  readonly name: string;
  readonly priority: number;
  readonly fields: F;
  readonly entity_checks?: readonly EntityCheck[];
  readonly takesConsumerGroups?: boolean;
  readonly entities?: readonly EntitySchema[];
  readonly onNode?: (node: NodeKind) => Partial<Subschema>;
}

export function definePlugin<const F extends Fields>(schema: PluginDefinition<F>): PluginSchema<F> & { readonly fields: F } {
  return schema as PluginSchema<F> & { readonly fields: F };
}

const fields = {
  id: typedefs.id,
  name: string({ required: true, description: 'Name of the plugin.' }),
  instance_name: { ...typedefs.utf8Name, description: 'Names this configuration of the plugin in URLs and logs.' },
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  route: foreign('routes', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this route.' }),
  service: foreign('services', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this service.' }),
  consumer: foreign('consumers', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this consumer.' }),
  config: { type: 'record', abstract: true } as const,
  protocols: set(typedefs.protocol, {
    required: true, default: ['grpc', 'grpcs', 'http', 'https'], description: 'Runs only on requests with one of these protocols.',
  }),
  enabled: boolean({ required: true, default: true, description: 'A disabled plugin is not sent to data planes.' }),
  tags: typedefs.tags,
};

const consumerGroup = foreign('consumer_groups', {
  default: null, on_delete: 'cascade', description: 'Runs only on requests of members of this group.',
});

const noConsumerGroup = foreign('consumer_groups', { eq: null, description: 'This plugin cannot be bound to a group of consumers.' });

const partials = array(record({
  id: string({ uuid: true, description: 'Id of the partial.' }),
  name: string({ description: 'Name of the partial, in place of its id.' }),
  path: string({ description: 'Part of the configuration that it provides: `config.redis`. Default: the only one that it can provide.' }),
}, { entity_checks: [{ at_least_one_of: ['id', 'name'] }] }), {
  description: 'Partials that parts of the configuration come from. They replace what is given there.',
});

/** The fields of the profile `full`. Consumer groups are a scope between consumers and the configuration. */
function fullFields() {
  const { config, protocols, enabled, tags, ...before } = fields;
  return { ...before, consumer_group: consumerGroup, config, protocols, enabled, tags, partials };
}

/** The entity type `plugins`, for a set of known plugins. */
export function pluginEntity(
  plugins: ReadonlyMap<string, PluginSchema>, compatibility: Compatibility = DEFAULT_COMPATIBILITY,
): EntitySchema<typeof fields> {
  const hasGroups = compatibility === 'full';
  const subschemas: ReadonlyMap<string, Subschema> = hasGroups ? mapValues(plugins, withGroups) : plugins;
  return defineEntity({
    name: 'plugins',
    endpointKey: 'instance_name',
    uniqueTogether: [['name', 'route', 'service', 'consumer', ...hasGroups ? ['consumer_group'] : []]],
    fields: hasGroups ? fullFields() : fields,
    subschema: {
      key: 'name',
      choose: (name) => subschemas.get(name),
      unknown: (name) => `plugin '${name}' not enabled; add it to the 'plugins' configuration property`,
    },
  });
}

function mapValues<A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B): ReadonlyMap<string, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function withGroups(plugin: PluginSchema): Subschema {
  return plugin.takesConsumerGroups ? plugin : { ...plugin, fields: { consumer_group: noConsumerGroup, ...plugin.fields } };
}

export type Plugin = EntityOf<ReturnType<typeof pluginEntity>>;
export type PluginRow = RowOf<ReturnType<typeof pluginEntity>>;
