/** The plugins that every plane knows, and the schemas of all entity types. A new plugin is one line in the list. */
import { coreEntities } from '../model/entities/core.ts';
import type { PluginSchema } from '../model/entities/plugin.ts';
import { inReferenceOrder, schemasByName } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { acl } from './acl/entities.ts';
import { acmeStorage } from './acme/entities.ts';
import { basicAuthCredential } from './basic-auth/entities.ts';
import { hmacAuthCredential } from './hmac-auth/entities.ts';
import { jwtSecret } from './jwt/entities.ts';
import { keyAuth } from './key-auth/schema.ts';
import { oauth2AuthorizationCode, oauth2Credential, oauth2Token } from './oauth2/entities.ts';
import { rateLimitingMetric } from './rate-limiting/entities.ts';
import { session } from './session/entities.ts';

export const PLUGINS = [keyAuth] as const satisfies readonly PluginSchema[];

export type PluginName = typeof PLUGINS[number]['name'];

/** Plugins by name. */
export const PLUGIN_SCHEMAS: ReadonlyMap<string, PluginSchema> = new Map(PLUGINS.map((plugin) => [plugin.name, plugin]));

/** Entity types of plugins whose schema does not name them yet. */
const PLUGIN_ENTITIES = [
  acl, acmeStorage, basicAuthCredential, hmacAuthCredential, jwtSecret, oauth2Credential, oauth2AuthorizationCode, oauth2Token,
  rateLimitingMetric, session,
];

/** Every entity type by name: those of the core, then those of plugins. */
export const SCHEMAS: Schemas = schemasWith(PLUGINS);

/** The entity types of a gateway with these plugins. An entity type comes after those that it refers to. */
export function schemasWith(plugins: readonly PluginSchema[]): Schemas {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const ofPlugins = new Set([...plugins.flatMap(({ entities }) => entities ?? []), ...PLUGIN_ENTITIES]);
  return schemasByName(inReferenceOrder([...coreEntities(byName), ...ofPlugins]));
}
