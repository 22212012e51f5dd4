/** Partials: plugins that are linked to one contain its values, and get the new ones when it changes. It stays as long as it is linked. */
import { referencedByOthers, schemaViolation } from '../../model/entity-error.ts';
import { partialKinds, withPartial } from '../../model/partial-links.ts';
import type { PartialLink } from '../../model/partial-links.ts';
import { UUID } from '../../model/schema/compiled/constraints.ts';
import { completeChange } from '../../model/schema/complete.ts';
import { subschemaOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import type { EntityValue, Fields } from '../../model/schema/field.ts';
import { isPlainObject } from '../../model/schema/plain-object.ts';
import type { Entity, Reader, Writer } from '../../store/store.ts';
import { allReferring } from './all-referring.ts';
import type { EntityRules, EntityWrite } from './entity-rules.ts';

export const partialRules: EntityRules = { written: changeLinkedPlugins, removing: refuseWhileLinked };

/** The plugins that are linked to a partial. */
export async function linkedPlugins(reader: Reader, { id }: Entity): Promise<readonly Entity[]> {
  return (await allReferring(reader, 'plugins')).filter((plugin) => linksOf(plugin).some((link) => link.id === id));
}

function linksOf(plugin: EntityValue): readonly PartialLink[] {
  return (plugin.partials ?? []) as readonly PartialLink[];
}

/** @throws EntityError a plugin cannot have the new values */
async function changeLinkedPlugins(writer: Writer, partial: Entity, { schemas }: EntityWrite): Promise<void> {
  const schema = schemas.get('plugins')!;
  for (const plugin of await linkedPlugins(writer, partial)) {
    const config = linksOf(plugin).filter(({ id }) => id === partial.id).reduce<EntityValue>((before, { path }) => (
      withPartial(before, configFieldsOf(schema, plugin), path, partial.config as EntityValue)), plugin.config as EntityValue);
    const { entity, violations } = completeChange(schema, plugin, { config }, { schemas, now: Date.now() });
    if (violations) throw schemaViolation({ ...violations, '@entity': [`plugin ${String(plugin.id)} is linked, but cannot have this`] });
    await writer.replace('plugins', entity);
  }
}

async function refuseWhileLinked(writer: Writer, partial: Entity): Promise<void> {
  const [plugin] = await linkedPlugins(writer, partial);
  if (plugin) throw referencedByOthers('partial', partial.id as string, 'plugins', plugin.id as string);
}

function configFieldsOf(schema: EntitySchema, plugin: EntityValue): Fields {
  const config = subschemaOf(schema, plugin)?.fields.config;
  return config?.type === 'record' ? config.fields ?? {} : {};
}

/**
 * What a client sent for a plugin, with the values of the partials that it is linked to.
 *
 * @throws EntityError there is no such partial, or the plugin has no place for it
 */
export async function withLinkedPartials(
  reader: Reader, schema: EntitySchema, { given }: EntityWrite, stored: Entity | undefined,
): Promise<EntityValue> {
  const links = given.partials === undefined ? stored?.partials : given.partials;
  if (!Object.hasOwn(schema.fields, 'partials') || !Array.isArray(links) || !links.every(isPlainObject)) return given;
  const fields = configFieldsOf(schema, { name: given.name ?? stored?.name });
  const kinds = partialKinds(fields);
  let config = isPlainObject(given.config) ? given.config : {};
  const found: PartialLink[] = [];
  for (const [index, link] of links.entries()) {
    const partial = await partialOf(reader, link);
    const path = link.path ?? (kinds.size === 1 ? [...kinds.keys()][0] : undefined);
    const violation = violationOf(kinds, partial, path);
    if (violation !== undefined) throw schemaViolation({ partials: [...Array<null>(index).fill(null), violation] as never });
    config = withPartial(config, fields, path as string, partial!.config as EntityValue);
    found.push({ id: partial!.id as string, name: partial!.name as string | null, path: path as string });
  }
  return { ...given, config, partials: found };
}

async function partialOf(reader: Reader, { id, name }: EntityValue): Promise<Entity | undefined> {
  if (typeof id === 'string') return UUID.test(id) ? reader.get('partials', id.toLowerCase()) : undefined;
  return typeof name === 'string' ? reader.getByUnique('partials', 'name', name) : undefined;
}

function violationOf(kinds: ReadonlyMap<string, string>, partial: Entity | undefined, path: unknown): string | undefined {
  if (!partial) return 'expected the id or the name of an existing partial';
  const expected = `expected one of: ${[...kinds].map(([place, kind]) => `${place} (${kind})`).join(', ')}`;
  if (kinds.size === 0) return 'this plugin has no connection to Redis that could come from a partial';
  if (typeof path !== 'string' || !kinds.has(path)) return `path: ${expected}`;
  return kinds.get(path) === partial.type ? undefined : `a partial of type ${String(partial.type)} does not fit ${path}, ${expected}`;
}
