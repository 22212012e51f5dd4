/** The plugins that control planes know, and all schemas together. A new plugin is a line in each list. */
import { coreEntities } from '../model/entities/core.ts';
import type { PluginSchema } from '../model/entities/plugin.ts';
import { schemasByName } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import { keyAuthCredential } from './key-auth/entities.ts';
import { keyAuth } from './key-auth/schema.ts';

export const PLUGINS = [keyAuth] as const satisfies readonly PluginSchema[];

export type PluginName = typeof PLUGINS[number]['name'];

/** Entity types that plugins bring along. */
const PLUGIN_ENTITIES: readonly EntitySchema[] = [keyAuthCredential];

/** Plugins by name. */
export const PLUGIN_SCHEMAS: ReadonlyMap<string, PluginSchema> = new Map(PLUGINS.map((plugin) => [plugin.name, plugin]));

/** Every entity type by name. */
export const SCHEMAS: Schemas = schemasByName([...coreEntities(PLUGIN_SCHEMAS), ...PLUGIN_ENTITIES]);
