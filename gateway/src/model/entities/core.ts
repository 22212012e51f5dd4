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
