/**
 * Changes to fields, by the rules of Kong's transformers: those of a JSON object, a form or a query. Fields are a map, so that no name can
 * reach into a prototype.
 */
import { splitPair } from '../model/plugin-fields/pairs.ts';

export type Fields = Map<string, unknown>;

/** A field of the configuration, split once: `name:value`. `Value` makes the value of a request. */
export interface FieldPair<Value> {
  readonly name: string;
  readonly value: Value;
}

export interface FieldChanges<Value> {
  readonly remove: readonly string[];
  /** Old and new names. */
  readonly rename: readonly FieldPair<string>[];
  readonly replace: readonly FieldPair<Value>[];
  readonly add: readonly FieldPair<Value>[];
  readonly append: readonly FieldPair<Value>[];
}

export function pairsOf<Value>(pairs: readonly string[], valueOf: (value: string, index: number) => Value): readonly FieldPair<Value>[] {
  return pairs.map((pair, index) => {
    const { name = pair, value } = splitPair(pair);
    return { name, value: valueOf(value, index) };
  });
}

export function namesOf(pairs: readonly string[]): readonly string[] {
  return pairs.map((pair) => splitPair(pair).name ?? pair);
}

export function isEmpty({ remove, rename, replace, add, append }: FieldChanges<unknown>): boolean {
  return remove.length + rename.length + replace.length + add.length + append.length === 0;
}

/**
 * Removes, renames, replaces, adds and appends, in this order.
 * @param render the value of a field for this request; a field without one is left alone
 * @returns whether fields may be others now
 */
export function changeFields<Value>(fields: Fields, changes: FieldChanges<Value>, render: (value: Value) => unknown): boolean {
  const wasEmpty = fields.size === 0;
  let isChanged = false;
  const set = ({ name, value }: FieldPair<Value>, change: (rendered: unknown) => unknown): void => {
    const rendered = render(value);
    if (rendered === undefined) return;
    fields.set(name, change(rendered));
    isChanged = true;
  };
  for (const name of changes.remove) fields.delete(name);
  for (const { name, value: newName } of changes.rename) {
    if (newName === name || !fields.has(name)) continue;
    fields.set(newName, fields.get(name));
    fields.delete(name);
    isChanged = true;
  }
  for (const pair of changes.replace) if (isThere(fields.get(pair.name))) set(pair, (value) => value);
  for (const pair of changes.add) if (!isThere(fields.get(pair.name))) set(pair, (value) => value);
  for (const pair of changes.append) set(pair, (value) => appended(fields.get(pair.name), value));
  return isChanged || (!wasEmpty && changes.remove.length > 0);
}

/** As in Lua, `false` is like no value. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** A text becomes a list, a list grows, an object gets a numbered field; anything else is replaced by a list. */
function appended(present: unknown, value: unknown): unknown {
  if (typeof present === 'string') return [present, value];
  if (Array.isArray(present)) return [...present, value];
  if (typeof present === 'object' && present !== null) return Object.fromEntries([...Object.entries(present), ['1', value]]);
  return [value];
}
