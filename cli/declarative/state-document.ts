/** The entities of a control plane as a state file that decK reads, too: nested, references by name, without what the schemas fill in. */
import { effectiveFields, foreignFieldsOf, subschemaOf } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue, Field, Fields } from '../../gateway/src/model/schema/field.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import { idIn } from './identity.ts';
import { MEMBERSHIPS } from './managed-types.ts';
import type { PresentState } from './state-difference.ts';

interface DocumentOptions {
  readonly schemas: Schemas;
  /** They become `_info.select_tags`, and are left out of the entities. */
  readonly selectTags: readonly string[];
  /** Whether entities with a name keep their ids. */
  readonly withIds: boolean;
}

/** Where decK nests entities: by entity type, the fields whose target may contain it. The first one that is set does. */
const NESTED_IN: Readonly<Record<string, readonly string[]>> = {
  routes: ['service'], plugins: ['service', 'route', 'consumer', 'consumer_group'], targets: ['upstream'], snis: ['certificate'],
  keyauth_credentials: ['consumer'], basicauth_credentials: ['consumer'], hmacauth_credentials: ['consumer'], jwt_secrets: ['consumer'],
  oauth2_credentials: ['consumer'], acls: ['consumer'], mtls_auth_credentials: ['consumer'],
};

/** Fields that decK knows by name in an entity of its own, in the order in which files list entity types. */
const ORDER = [
  'services', 'routes', 'consumer_groups', 'consumers', 'plugins', 'upstreams',
  'certificates', 'ca_certificates', 'vaults', 'key_sets', 'keys',
];

type Item = Record<string, unknown>;

export function stateDocument(present: PresentState, { schemas, selectTags, withIds }: DocumentOptions): EntityValue {
  const items = new Map<string, Item>();
  const lists = new Map<string, Item[]>();
  const handles = handlesOf(present, schemas);
  for (const [type, rows] of present) {
    const schema = schemas.get(type);
    if (!schema || type === MEMBERSHIPS) continue;
    for (const row of rows.values()) items.set(`${type} ${String(row.id)}`, itemOf(schema, row, { selectTags, withIds }));
  }
  for (const [type, rows] of present) {
    const schema = schemas.get(type);
    if (!schema || type === MEMBERSHIPS) continue;
    // Ids differ from one control plane to another: names give an order that is the same on all.
    const sorted = [...rows.values()].sort((one, other) => byText(sortKey(schema, one), sortKey(schema, other)));
    for (const row of sorted) place(schema, row, items, lists, handles);
  }
  addGroups(present, items, handles);
  const rank = (type: string) => (ORDER.indexOf(type) + ORDER.length) % ORDER.length;
  const sorted = [...lists].filter(([, list]) => list.length > 0).sort(([one], [other]) => rank(one) - rank(other) || byText(one, other));
  return {
    _format_version: '3.0',
    ...selectTags.length > 0 && { _info: { select_tags: selectTags } },
    ...Object.fromEntries(sorted),
  };
}

/** Puts an entity into the one that it belongs to, or into the list of its type with its references. */
function place(
  schema: EntitySchema, row: EntityValue, items: ReadonlyMap<string, Item>, lists: Map<string, Item[]>,
  handles: ReadonlyMap<string, string>,
): void {
  const item = items.get(`${schema.name} ${String(row.id)}`)!;
  const references = foreignFieldsOf(schema).flatMap(({ name, reference }) => {
    const id = idIn(row[name]);
    return id === undefined ? [] : [{ name, reference, id }];
  });
  const [only] = references;
  const parent = references.length === 1 && NESTED_IN[schema.name]?.includes(only!.name) ? items.get(
    `${only!.reference} ${only!.id}`,
  ) : undefined;
  if (parent) {
    ((parent[schema.name] ??= []) as Item[]).push(item);
    return;
  }
  for (const { name, reference, id } of references) {
    const handle = handles.get(`${reference} ${id}`) ?? id;
    // Plugins name what they belong to; everything else has a record.
    item[name] = schema.name === 'plugins' ? handle : { [handle === id ? 'id' : reference === 'consumers' ? 'username' : 'name']: handle };
  }
  lists.set(schema.name, [...lists.get(schema.name) ?? [], item]);
}

function sortKey(schema: EntitySchema, row: EntityValue): string {
  const own = [row[schema.endpointKey ?? ''], row.name, row.custom_id, row.group].filter((part) => typeof part === 'string');
  return JSON.stringify([own, schema.name === 'plugins' ? row.config : '', row.id]);
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Names by which references lead to entities, by type and id. */
function handlesOf(present: PresentState, schemas: Schemas): ReadonlyMap<string, string> {
  const handles = new Map<string, string>();
  for (const [type, rows] of present) {
    const name = schemas.get(type)?.endpointKey;
    if (name === undefined) continue;
    for (const row of rows.values()) if (typeof row[name] === 'string') handles.set(`${type} ${String(row.id)}`, row[name]);
  }
  return handles;
}

function addGroups(present: PresentState, items: ReadonlyMap<string, Item>, handles: ReadonlyMap<string, string>): void {
  const joined = [...present.get(MEMBERSHIPS)?.values() ?? []].flatMap(({ consumer, consumer_group: group }) => {
    const item = items.get(`consumers ${idIn(consumer)}`);
    const name = handles.get(`consumer_groups ${idIn(group)}`);
    return item && name !== undefined ? [{ item, name }] : [];
  });
  for (const { item, name } of joined.sort((one, other) => byText(one.name, other.name))) ((item.groups ??= []) as Item[]).push({ name });
}

/** An entity without references, times, and values that the schema fills in. */
function itemOf(schema: EntitySchema, row: EntityValue, { selectTags, withIds }: Pick<DocumentOptions, 'selectTags' | 'withIds'>): Item {
  const subschema = subschemaOf(schema, row);
  const given = givenValues(effectiveFields(schema, subschema), row);
  const item: Item = {};
  for (const [name, value] of Object.entries(given)) {
    const field = schema.fields[name];
    if (OMITTED.has(name) || field?.type === 'foreign' || field?.transient || DERIVED.has(`${schema.name} ${name}`)) continue;
    if (name !== 'tags') item[name] = value;
  }
  const tags = Array.isArray(row.tags) ? row.tags.filter((tag) => !selectTags.includes(tag as string)) : [];
  if (tags.length > 0) item.tags = tags;
  return withIds || !isNamed(schema, row) ? { id: row.id, ...item } : item;
}

const OMITTED: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at', 'ttl']);

/** Values that follow from others. */
const DERIVED: ReadonlySet<string> = new Set(['ca_certificates cert_digest']);

/** Whether a file finds the entity again without its id. Certificates keep it, as decK wants. */
function isNamed(schema: EntitySchema, row: EntityValue): boolean {
  if (schema.name === 'certificates' || schema.name === 'ca_certificates') return false;
  if (['plugins', 'targets', 'acls'].includes(schema.name)) return true;
  return typeof row[schema.endpointKey ?? ''] === 'string';
}

/** The values that are not what the schema says for absent ones. */
function givenValues(fields: Fields, row: EntityValue): Item {
  const given: Item = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = row[name] ?? null;
    if (isFilledIn(field, value)) continue;
    given[name] = field.type === 'record' && field.fields && isPlainObject(value) ? givenValues(field.fields, value) : value;
  }
  return given;
}

function isFilledIn(field: Field, value: unknown): boolean {
  const byDefault = field.default ?? null;
  if (field.type === 'record' && field.fields && isPlainObject(value)) {
    // A record that is there, but has nothing of its own, says something where it would be absent otherwise.
    return (
      field.required === true || byDefault !== null
    ) && byDefault === null && Object.keys(givenValues(field.fields, value)).length === 0;
  }
  return JSON.stringify(value) === JSON.stringify(byDefault);
}
