/** What has to change so that a control plane has the entities that files want. */
import type { FileEntity } from '../../gateway/src/declarative/file-entities.ts';
import { normalized } from '../../gateway/src/model/schema/compiled/normalizations.ts';
import { transformed } from '../../gateway/src/model/schema/compiled/transformations.ts';
import type { EntitySchema } from '../../gateway/src/model/schema/entity-schema.ts';
import { effectiveFields, foreignFieldsOf, primaryKeyOf, subschemaOf } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue, Field, Fields } from '../../gateway/src/model/schema/field.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import type { DesiredEntity } from './desired-state.ts';
import { idIn, identitiesOf } from './identity.ts';
import { isSkipped } from './managed-types.ts';
import type { Selection } from './managed-types.ts';
import { isSameValue } from './value-comparison.ts';

/** Entities of a control plane by type and id, as its API shows them. */
export type PresentState = ReadonlyMap<string, ReadonlyMap<string, EntityValue>>;

export interface Change {
  readonly kind: 'create' | 'update' | 'delete';
  readonly schema: EntitySchema;
  readonly id: string;
  /** Absent for a new entity. */
  readonly before?: EntityValue;
  /** Every field, as it is sent; absent for an entity that goes. */
  readonly after?: EntityValue;
  /** Names of fields that differ. */
  readonly fields: readonly string[];
  /** Whether a value is in the store's own form already, such as a hash, and must not be sent again. */
  readonly isStoredForm?: boolean;
  /** Where a file wants it; absent for an entity that goes. */
  readonly origin?: FileEntity;
}

interface DifferenceOptions {
  /** In writing order. */
  readonly types: readonly EntitySchema[];
  readonly selection: Selection;
  /** Whether entities that the files do not have are deleted. */
  readonly deletes: boolean;
}

/** @returns creations and updates in writing order, then deletions in the opposite one */
export function differenceOf(desired: readonly DesiredEntity[], present: PresentState, options: DifferenceOptions): readonly Change[] {
  const { types, selection, deletes } = options;
  const ids = new Map<string, string>();
  const changes: Change[] = [];
  const kept = new Set<string>();
  const byType = new Map<string, DesiredEntity[]>(types.map(({ name }) => [name, []]));
  for (const entity of desired) byType.get(entity.entity.schema.name)?.push(entity);
  const served = servedBy(desired, present);
  for (const schema of types) {
    const rows = (byType.get(schema.name) ?? []).filter(({ complete }) => !isSkipped(selection, schema, complete));
    const matching = new Matching(schema, present.get(schema.name) ?? new Map());
    // Ids come first, so that a name does not take the entity that another one has by id.
    const found = new Map<DesiredEntity, EntityValue>();
    const wanted = rows.map((row) => [row, resolved(schema, row.complete, ids)] as const);
    for (const [row] of wanted) if (row.hasId) matching.takeById(row, found);
    for (const [row, complete] of wanted) {
      if (!row.hasId && !found.has(row)) matching.take(row, storedForm(schema, complete, row.entity.given), found, served.get(row.id));
    }
    for (const [row, complete] of wanted) {
      const before = found.get(row);
      const id = before === undefined ? row.id : before.id as string;
      ids.set(row.id, id);
      kept.add(`${schema.name} ${id}`);
      const change = before === undefined ? created(schema, id, complete, row) : updated(schema, before, complete, row);
      if (change) changes.push(change);
    }
  }
  return deletes ? [...changes, ...deletions(types, present, kept, selection)] : changes;
}

/** Finds the present entity for each entity of a file. One present entity is the match of one only. */
class Matching {
  readonly #present: ReadonlyMap<string, EntityValue>;
  readonly #schema: EntitySchema;
  readonly #byIdentity = new Map<string, EntityValue>();
  readonly #taken = new Set<EntityValue>();

  constructor(schema: EntitySchema, present: ReadonlyMap<string, EntityValue>) {
    this.#schema = schema;
    this.#present = present;
    for (const row of present.values()) for (const identity of identitiesOf(schema, row)) this.#byIdentity.set(identity, row);
  }

  takeById(entity: DesiredEntity, found: Map<DesiredEntity, EntityValue>): void {
    this.#take(entity, this.#present.get(entity.id), found);
  }

  /** @param candidate id of a present entity that does what this one is for */
  take(entity: DesiredEntity, row: EntityValue, found: Map<DesiredEntity, EntityValue>, candidate: string | undefined): void {
    const candidates = identitiesOf(this.#schema, row).map((identity) => this.#byIdentity.get(identity));
    if (candidate !== undefined) candidates.push(this.#present.get(candidate));
    this.#take(entity, candidates.find((match) => match !== undefined && !this.#taken.has(match)), found);
  }

  #take(entity: DesiredEntity, match: EntityValue | undefined, found: Map<DesiredEntity, EntityValue>): void {
    if (match === undefined || this.#taken.has(match)) return;
    this.#taken.add(match);
    found.set(entity, match);
  }
}

/** A certificate without an id that replaces another one serves the same names: by its id, the id of the present one. */
function servedBy(desired: readonly DesiredEntity[], present: PresentState): ReadonlyMap<string, string> {
  const byName = new Map([...present.get('snis')?.values() ?? []].map((sni) => [sni.name, idIn(sni.certificate)]));
  const served = new Map<string, string>();
  for (const { entity, complete } of desired) {
    if (entity.schema.name !== 'snis') continue;
    const [certificate, now] = [idIn(complete.certificate), byName.get(complete.name)];
    if (certificate !== undefined && now !== undefined) served.set(certificate, now);
  }
  return served;
}

/** References lead to the entities that are there. */
function resolved(schema: EntitySchema, complete: EntityValue, ids: ReadonlyMap<string, string>): EntityValue {
  const references = foreignFieldsOf(schema).flatMap(({ name }) => {
    const id = idIn(complete[name]);
    const real = id === undefined ? undefined : ids.get(id);
    return real === undefined || real === id ? [] : [[name, { id: real }] as const];
  });
  return references.length === 0 ? complete : { ...complete, ...Object.fromEntries(references) };
}

/** As a store would keep it: addresses in their normal form, passwords as hashes. */
function storedForm(schema: EntitySchema, complete: EntityValue, given: EntityValue): EntityValue {
  return transformed(schema, normalized(schema, complete).entity, given);
}

function created(schema: EntitySchema, id: string, complete: EntityValue, { entity: origin }: DesiredEntity): Change {
  const after = { ...sendable(schema, complete), id };
  return { kind: 'create', schema, id, after, fields: Object.keys(after), origin };
}

function updated(schema: EntitySchema, before: EntityValue, complete: EntityValue, { entity }: DesiredEntity): Change | undefined {
  const { given } = entity;
  const id = before.id as string;
  const fields = effectiveFields(schema, subschemaOf(schema, complete));
  const whole = withKeptValues(fields, { ...complete, id }, given, before);
  const stored = storedForm(schema, whole, given);
  const differing: string[] = [];
  let isStoredForm = false;
  for (const [name, field] of Object.entries(fields)) {
    if (UNCOMPARED.has(name) || field.transient || isSameValue(field, stored[name], before[name])) continue;
    // Having no tags and having an empty list of them are one.
    if (name === 'tags' && isEmpty(stored[name]) && isEmpty(before[name])) continue;
    // A dump has values as they are stored.
    if (isSameValue(field, whole[name], before[name])) isStoredForm = true;
    else differing.push(name);
  }
  // A lifetime counts from when it was written: only that there is one is compared.
  if (schema.hasTtl && isLimited(given.ttl) !== isLimited(before.ttl)) differing.push('ttl');
  if (differing.length === 0) return undefined;
  const after = { ...sendable(schema, whole), id, ...before.created_at !== undefined && { created_at: before.created_at } };
  return { kind: 'update', schema, id, before, after, fields: differing, origin: entity, ...isStoredForm && { isStoredForm } };
}

const UNCOMPARED: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isLimited(ttl: unknown): boolean {
  return typeof ttl === 'number' && ttl > 0;
}

/** Values that a gateway generates when a file gives none stay what they are. */
function withKeptValues(fields: Fields, whole: EntityValue, given: unknown, before: unknown): EntityValue {
  if (!isPlainObject(before)) return whole;
  const from = isPlainObject(given) ? given : {};
  const kept = Object.entries(fields).flatMap(([name, field]): (readonly [string, unknown])[] => {
    if (UNCOMPARED.has(name)) return [];
    if (field.auto && (from[name] ?? null) === null && (before[name] ?? null) !== null) return [[name, before[name]]];
    if (!isRecordWithFields(field) || !isPlainObject(whole[name])) return [];
    const below = withKeptValues(field.fields, whole[name], from[name], before[name]);
    return below === whole[name] ? [] : [[name, below]];
  });
  return kept.length === 0 ? whole : { ...whole, ...Object.fromEntries(kept) };
}

function isRecordWithFields(field: Field): field is Field & { readonly fields: Fields } {
  return field.type === 'record' && field.fields !== undefined;
}

/** Without what the control plane sets itself. */
function sendable(schema: EntitySchema, complete: EntityValue): EntityValue {
  return Object.fromEntries(Object.entries(complete).filter(([name]) => (
    name !== 'updated_at' && name !== 'created_at' && !schema.fields[name]?.transient && name !== primaryKeyOf(schema))));
}

function deletions(
  types: readonly EntitySchema[], present: PresentState, kept: ReadonlySet<string>, selection: Selection,
): readonly Change[] {
  return types.toReversed().flatMap((schema) => [...present.get(schema.name)?.values() ?? []].flatMap((before): Change[] => {
    const id = before.id as string;
    return kept.has(`${schema.name} ${id}`) || isSkipped(selection, schema, before) ? [] : [{
      kind: 'delete', schema, id, before, fields: [],
    }];
  }));
}
