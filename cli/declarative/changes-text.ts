/** Changes for people: one line each, with the fields that differ, and counts. */
import { effectiveFields, subschemaOf } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntitySchema } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue, Field } from '../../gateway/src/model/schema/field.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import { HIDDEN, withoutSecrets } from '../../gateway/src/model/schema/secret-values.ts';
import type { Colours } from '../terminal/colours.ts';
import { labelOf } from './identity.ts';
import type { Change, PresentState } from './state-difference.ts';
import { isSameValue } from './value-comparison.ts';

/** Longest value that is printed whole. */
const MAX_VALUE_CHARACTERS = 400;

/** Names of entities by type and id, before and after. */
export type Labels = (type: string, id: string) => string | undefined;

export function labelsOf(changes: readonly Change[], present: PresentState): Labels {
  const rows = new Map<string, readonly [EntitySchema, EntityValue]>();
  for (const { schema, id, before, after } of changes) rows.set(`${schema.name} ${id}`, [schema, (after ?? before)!]);
  const none: Labels = () => undefined;
  return (type, id) => {
    const [schema, row] = rows.get(`${type} ${id}`) ?? [];
    if (schema) return labelOf(schema, row!, none);
    const known = present.get(type)?.get(id);
    const name = known?.name ?? known?.username ?? known?.custom_id;
    return typeof name === 'string' ? name : undefined;
  };
}

/** `keyauth_credential`, as sentences need it. */
export function kindOf({ name }: EntitySchema): string {
  return name.replace(/ies$/, 'y').replace(/s$/, '');
}

const VERBS = { create: 'creating', update: 'updating', delete: 'deleting' } as const;

export function changeText(change: Change, labels: Labels, colours: Colours): string {
  const { kind, schema, before, after } = change;
  const paint = { create: colours.added, update: colours.changed, delete: colours.removed }[kind];
  const headline = paint(`${VERBS[kind]} ${kindOf(schema)} ${labelOf(schema, (after ?? before)!, labels)}`);
  const lines = kind === 'update' ? fieldLines(change, colours) : [];
  return [headline, ...lines].join('\n');
}

function fieldLines({ schema, before, after, fields }: Change, colours: Colours): readonly string[] {
  const known = effectiveFields(schema, subschemaOf(schema, after!));
  const printable = [withoutSecrets(schema, before!), withoutSecrets(schema, after!)] as const;
  return fields.flatMap((name) => [...differences([name], known[name], before![name], after![name])]).flatMap((path) => {
    const [old, now] = printable.map((row) => shown(valueAt(row, path)));
    return [
      ...old === undefined ? [] : [colours.removed(`  - ${path.join('.')}: ${old}`)],
      ...now === undefined ? [] : [colours.added(`  + ${path.join('.')}: ${now}`)],
    ];
  });
}

/** Paths of the innermost fields that differ. */
function* differences(path: readonly string[], field: Field | undefined, one: unknown, other: unknown): Generator<readonly string[]> {
  if (field?.type === 'record' && field.fields && isPlainObject(one) && isPlainObject(other)) {
    for (const [name, inner] of Object.entries(field.fields)) {
      if (!isSameValue(inner, one[name], other[name])) yield* differences([...path, name], inner, one[name], other[name]);
    }
    return;
  }
  yield path;
}

function valueAt(row: EntityValue, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isPlainObject(value) ? value[name] : undefined), row);
}

/** @returns undefined for a value that is not there */
function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === HIDDEN) return HIDDEN;
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE_CHARACTERS ? text : `${text.slice(0, MAX_VALUE_CHARACTERS)}… (${text.length} characters)`;
}

export interface Counts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

export function countsOf(changes: readonly Change[]): Counts {
  const count = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length;
  return { created: count('create'), updated: count('update'), deleted: count('delete') };
}

export function summaryText({ created, updated, deleted }: Counts): string {
  return `Summary:\n  Created: ${created}\n  Updated: ${updated}\n  Deleted: ${deleted}\n`;
}
