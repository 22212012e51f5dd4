/** Rules between an entity and those it refers to, which no schema of one entity can tell. */
import type { EntityValue } from '../model/schema/field.ts';
import type { Violations } from '../model/schema/violations.ts';
import type { Entity, Reader } from '../store/store.ts';

type Rule = (reader: Reader, entity: Entity, given: EntityValue) => Promise<Violations | undefined>;

/** What is wrong between an entity and those it refers to, or nothing. `given` is what the user said himself. */
export async function violatedRelations(reader: Reader, entityType: string, entity: Entity, given: EntityValue): Promise<Violations | undefined> {
  return RULES[entityType]?.(reader, entity, given);
}

const RULES: Readonly<Record<string, Rule>> = { plugins: pluginProtocols };

/** A service with more routes than this has some for the plugin's protocols, or a person who looks. */
const ROUTES_LOOKED_AT = 1_000;

/** A plugin that never could run is a mistake; the default protocols are not the user's word, so they are not judged. */
async function pluginProtocols(reader: Reader, plugin: Entity, given: EntityValue): Promise<Violations | undefined> {
  if (!Array.isArray(given.protocols)) return undefined;
  const wanted = given.protocols as readonly string[];
  const isServed = (route: Entity) => (route.protocols as readonly string[]).some((protocol) => wanted.includes(protocol));
  const route = await referred(reader, plugin, 'route', 'routes');
  if (route) return isServed(route) ? undefined : { protocols: "must match the associated route's protocols" };
  const service = await referred(reader, plugin, 'service', 'services');
  if (!service) return undefined;
  const { items: routes } = await reader.list('routes', { size: ROUTES_LOOKED_AT, referring: { field: 'service', key: service.id as string } });
  if (routes.length === 0 || routes.some(isServed)) return undefined;
  return { protocols: "must match the protocols of at least one route pointing to this Plugin's service" };
}

async function referred(reader: Reader, entity: Entity, field: string, target: string): Promise<Entity | undefined> {
  const reference = entity[field] as { readonly id: string } | null;
  return reference ? reader.get(target, reference.id) : undefined;
}
