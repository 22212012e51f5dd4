/** The entity types that every plane knows, whatever plugins it has. */
import type { EntitySchema } from '../schema/entity-schema.ts';
import { clusteringDataPlane } from './clustering-data-plane.ts';
import { consumer } from './consumer.ts';
import { parameter } from './parameter.ts';
import { pluginEntity } from './plugin.ts';
import type { PluginSchema } from './plugin.ts';
import { route } from './route.ts';
import { service } from './service.ts';
import { tag } from './tag.ts';
import { workspace } from './workspace.ts';

/** All of them, in the order in which they can be made: what is referred to comes before what refers to it. */
export function coreEntities(plugins: ReadonlyMap<string, PluginSchema>): readonly EntitySchema[] {
  return [workspace, consumer, service, route, pluginEntity(plugins), tag, clusteringDataPlane, parameter];
}

/** Entity types that Kong 3.9.1 knows and we have no schema for yet: tables carry them through, unvalidated, with a warning. */
export const ENTITIES_WITHOUT_SCHEMA: ReadonlySet<string> = new Set([
  'acls', 'acme_storage', 'basicauth_credentials', 'ca_certificates', 'certificates', 'filter_chains', 'hmacauth_credentials', 'jwt_secrets', 'key_sets', 'keys',
  'oauth2_credentials', 'oauth2_tokens', 'snis', 'targets', 'upstreams', 'vaults',
]);
