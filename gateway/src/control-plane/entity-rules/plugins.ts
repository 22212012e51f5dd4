/** Plugins have protocols that their route or service can have. */
import { streamPluginCaution } from '../../model/entities/stream-plugin-caution.ts';
import type { Violations } from '../../model/schema/violations.ts';
import type { Entity, Reader } from '../../store/store.ts';
import type { EntityRules, EntityWrite } from './entity-rules.ts';
import { withLinkedPartials } from './partials.ts';

export const pluginRules: EntityRules = { supply: withLinkedPartials, relations: protocolViolation, caution: streamPluginCaution };

/** Routes of a service that are read at most. A service with more of them is not worth the cost of the check. */
const MAX_ROUTES = 1_000;

/** Rejects a plugin that could never run. */
async function protocolViolation(reader: Reader, plugin: Entity, { given, operation }: EntityWrite): Promise<Violations | undefined> {
  // Defaults of a new plugin are not checked, because the client did not choose them.
  const changes = operation === 'patch' ? ['protocols', 'route', 'service'] : ['protocols'];
  if (changes.every((name) => (given[name] ?? null) === null)) return undefined;
  const wanted = plugin.protocols as readonly string[];
  const isServed = (route: Entity) => (route.protocols as readonly string[]).some((protocol) => wanted.includes(protocol));
  const route = await referred(reader, plugin, 'route', 'routes');
  if (route) return isServed(route) ? undefined : { protocols: "must match the associated route's protocols" };
  const service = await referred(reader, plugin, 'service', 'services');
  if (!service) return undefined;
  const { items: routes } = await reader.list('routes', { size: MAX_ROUTES, referring: { field: 'service', key: service.id as string } });
  if (routes.length === 0 || routes.some(isServed)) return undefined;
  return { protocols: "must match the protocols of at least one route pointing to this Plugin's service" };
}

async function referred(reader: Reader, entity: Entity, field: string, target: string): Promise<Entity | undefined> {
  const reference = entity[field] as { readonly id: string } | null;
  return reference ? reader.get(target, reference.id) : undefined;
}
