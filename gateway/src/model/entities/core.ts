/** The entity types that every plane knows, independent of its plugins. */
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

/** In the order in which their rows can be created: an entity type comes after those that it refers to. */
export function coreEntities(plugins: ReadonlyMap<string, PluginSchema>): readonly EntitySchema[] {
  return [workspace, consumer, service, route, pluginEntity(plugins), tag, clusteringDataPlane, parameter];
}
