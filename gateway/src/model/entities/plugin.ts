/** Plugins: what is done with requests, bound to routes, services and consumers, or to none of them. */
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema, Subschema } from '../schema/entity-schema.ts';
import { boolean, foreign, set, string } from '../schema/field.ts';
import type { Fields } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

/** What a plugin is to the control plane. Its fields replace those of the entity; `config` is always there. */
export interface PluginSchema<F extends Fields = Fields> extends Subschema {
  readonly name: string;
  /** Plugins run in descending order. */
  readonly priority: number;
  readonly fields: F & Fields;
  /** Entity types that it brings along. @default - none */
  readonly entities?: readonly EntitySchema[];
}

interface PluginDefinition<F extends Fields> {
  readonly name: string;
  readonly priority: number;
  readonly fields: F;
  readonly entities?: readonly EntitySchema[];
}

export function definePlugin<const F extends Fields>(schema: PluginDefinition<F>): PluginSchema<F> & { readonly fields: F } {
  return schema as PluginSchema<F> & { readonly fields: F };
}

const fields = {
  id: typedefs.id,
  name: string({ required: true, description: 'Which plugin.' }),
  instance_name: { ...typedefs.utf8Name, description: 'Names this use of the plugin in URLs and logs.' },
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  route: foreign('routes', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this route.' }),
  service: foreign('services', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this service.' }),
  consumer: foreign('consumers', { default: null, on_delete: 'cascade', description: 'Runs only on requests of this consumer.' }),
  config: { type: 'record', abstract: true } as const,
  protocols: set(typedefs.protocol, {
    required: true, default: ['grpc', 'grpcs', 'http', 'https'], description: 'Runs only on requests that came by one of these protocols.',
  }),
  enabled: boolean({ required: true, default: true, description: 'A plugin that is not enabled reaches no data plane.' }),
  tags: typedefs.tags,
};

/** The entity type of plugins, for a set of known plugins. */
export function pluginEntity(plugins: ReadonlyMap<string, PluginSchema>): EntitySchema<typeof fields> {
  return defineEntity({
    name: 'plugins',
    endpointKey: 'instance_name',
    uniqueTogether: ['name', 'route', 'service', 'consumer'],
    fields,
    subschema: {
      key: 'name',
      needsStored: true,
      choose: (name) => plugins.get(name),
      unknown: (name) => `plugin '${name}' not enabled; add it to the 'plugins' configuration property`,
    },
  });
}

export type Plugin = EntityOf<ReturnType<typeof pluginEntity>>;
export type PluginRow = RowOf<ReturnType<typeof pluginEntity>>;
