/** Changes as operations of `POST /batch`, in an order in which each of them is possible. */
import type { BatchOperation } from '../../gateway/src/admin-client/batch.ts';
import { foreignFieldsOf, uniqueFieldsOf } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntitySchema } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { idIn, identitiesOf } from './identity.ts';
import { isMembership } from './managed-types.ts';
import type { Change } from './state-difference.ts';

export interface PlannedOperation extends BatchOperation {
  /** The change that it is part of. */
  readonly change: Change;
}

/**
 * Creations and updates come first, deletions last, so that a route can leave a service before that one goes. What has a name that another
 * entity is to get gives it up before.
 */
export function plannedOperations(changes: readonly Change[]): readonly PlannedOperation[] {
  const holders = holdersOf(changes);
  const released = new Set<Change>();
  const early: PlannedOperation[] = [];
  for (const change of changes) {
    if (change.kind === 'delete') continue;
    for (const identity of identitiesOf(change.schema, change.after!)) {
      const holder = holders.get(`${change.schema.name} ${identity}`);
      if (holder === undefined || holder.id === change.id || released.has(holder)) continue;
      released.add(holder);
      early.push(release(holder));
    }
  }
  const isGone = (change: Change) => early.some((operation) => operation.change === change && operation.operation === 'delete');
  const gone = new Set(changes.filter(isGone));
  const written = changes.filter(({ kind }) => kind !== 'delete').map((change) => (
    gone.has(change) || change.kind === 'create' ? creation(change) : update(change, released.has(change))));
  const deleted = changes.filter((change) => change.kind === 'delete' && !gone.has(change)).map(deletion);
  return [...early, ...written, ...deleted];
}

/** By identity: the change of the entity that has it before, and not afterwards. */
function holdersOf(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const holders = new Map<string, Change>();
  for (const change of changes) {
    if (change.before === undefined) continue;
    const after = new Set(change.after === undefined ? [] : identitiesOf(change.schema, change.after));
    for (const identity of identitiesOf(change.schema, change.before)) {
      if (!after.has(identity)) holders.set(`${change.schema.name} ${identity}`, change);
    }
  }
  return holders;
}

/** Frees the names of an entity. What nothing refers to is deleted, and created again where it stays. */
function release(holder: Change): PlannedOperation {
  const names = uniqueFieldsOf(holder.schema).filter((name) => typeof holder.before![name] === 'string');
  if (!REFERRED_TO.has(holder.schema.name) || names.length === 0) return deletion(holder);
  const body = Object.fromEntries(names.map((name) => [name, temporaryName(holder.schema, name, holder.id)]));
  return { ...operationOn(holder, 'patch', holder.before!), body, change: holder };
}

/** Entity types that others refer to. */
const REFERRED_TO: ReadonlySet<string> = new Set([
  'services', 'routes', 'consumers', 'consumer_groups', 'upstreams', 'certificates', 'ca_certificates', 'key_sets', 'partials',
]);

/** A name that no other entity has, in the form that names of the type have. */
function temporaryName({ name: type }: EntitySchema, field: string, id: string): string {
  return type === 'upstreams' && field === 'name' ? `moving-${id}.invalid` : `moving-${id}`;
}

function creation(change: Change): PlannedOperation {
  const { id: _, ...withoutId } = change.after!;
  return { ...operationOn(change, 'create', change.after!), body: isMembership(change.schema) ? withoutId : change.after!, change };
}

function update(change: Change, isReleased: boolean): PlannedOperation {
  const { before, after, fields, isStoredForm, schema } = change;
  if (!isStoredForm) return { ...operationOn(change, 'put', after!), body: after!, change };
  // A whole entity would have its hash hashed again.
  const names = isReleased ? [...fields, ...uniqueFieldsOf(schema)] : fields;
  const body = Object.fromEntries(names.map((name) => [name, after![name] ?? null]));
  return { ...operationOn(change, 'patch', before!), body, change };
}

function deletion(change: Change): PlannedOperation {
  return { ...operationOn(change, 'delete', change.before!), change };
}

function operationOn({ schema, id }: Change, operation: BatchOperation['operation'], row: EntityValue) {
  if (!isMembership(schema)) return { operation, entity: schema.name, ...operation !== 'create' && { key: id } };
  // A membership is known by the two that it joins.
  const joined = foreignFieldsOf(schema).map(({ name }) => [name, idIn(row[name])!] as const);
  return { operation, entity: schema.name, within: Object.fromEntries(joined) };
}
