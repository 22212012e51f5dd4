/** The tree of an entity's violations and its one-line text, in the formats of the Admin API (errors with code 2). */

import { keyText, quotedLua } from '../formats/lua-string.ts';

/** By field; lists are sparse, by element. `@entity` contains violations of several fields. */
export interface Violations {
  [field: string]: Violation;
}

export type Violation = string | Violations | Violation[];

/** Adds a violation of the entity as a whole. */
export function addEntityViolation(violations: Violations, text: string): void {
  const present = violations['@entity'] ?? [];
  // A body may have a field of this name, which is unknown.
  violations['@entity'] = [...typeof present === 'string' ? [present] : present as string[], text];
}

/** `schema violation (host: required field missing)`, or `2 schema violations (…; …)`. */
export function describeViolations(violations: Violations): string {
  const { '@entity': ofEntity, ...ofFields } = violations;
  const items = ofEntity === undefined ? [] : describe('@entity', ofEntity);
  for (const field of Object.keys(ofFields).sort(byFieldName)) items.push(...describe(field, ofFields[field]!));
  const what = items.length === 1 ? 'schema violation' : `${items.length} schema violations`;
  return `${what} (${items.join('; ')})`;
}

/** All violations as pairs of path and text: `[['config.limit', 'expected a number']]`. Elements count from 1. */
export function flattenViolations(violation: Violation, path = ''): readonly (readonly [string, string])[] {
  if (typeof violation === 'string') return [[path, violation]];
  const entries = Array.isArray(violation)
    ? violation.map((item, index) => [String(index + 1), item] as const).filter(([, item]) => item !== undefined)
    : Object.entries(violation);
  return entries.flatMap(([key, item]) => flattenViolations(item, path ? `${path}.${key}` : key));
}

function describe(field: string, violation: Violation): string[] {
  if (typeof violation === 'string') return [`${field}: ${violation}`];
  if (field === '@entity') return (violation as Violation[]).map((item) => (typeof item === 'string' ? item : prettyTable(item)));
  return entriesOf(violation).map(([key, item]) => `${field}.${key}: ${typeof item === 'string' ? item : prettyTable(item)}`);
}

function entriesOf(violation: Violations | Violation[]): [string, Violation][] {
  if (!Array.isArray(violation)) return Object.keys(violation).sort(byFieldName).map((key) => [key, violation[key]!]);
  return violation.flatMap((item, index) => (item === undefined ? [] : [[String(index + 1), item] as [string, Violation]]));
}

/** A table in Lua's notation over several lines, as the Admin API prints levels below the second. */
function prettyTable(value: Violation, indent = ''): string {
  if (typeof value === 'string') return quotedLua(value);
  const inner = `${indent}  `;
  const items = Array.isArray(value) ? prettyList(value, inner) : prettyRecord(value, inner);
  return `{\n${items.join(',\n')}\n${indent}}`;
}

function prettyList(list: readonly Violation[], indent: string): string[] {
  let dense = true;
  return Array.from(list, (item, index) => {
    if (item === undefined) {
      dense = false;
      return undefined;
    }
    return dense ? `${indent}${prettyTable(item, indent)}` : `${indent}[${index + 1}] = ${prettyTable(item, indent)}`;
  }).filter((line) => line !== undefined);
}

function prettyRecord(violations: Violations, indent: string): string[] {
  return Object.keys(violations).sort(byFieldName).map((key) => {
    return `${indent}${keyText(key)} = ${prettyTable(violations[key]!, indent)}`;
  });
}

function byFieldName(one: string, other: string): number {
  // In the order of bytes '@entity' comes before letters.
  return one < other ? -1 : one > other ? 1 : 0;
}

/** `{name="x",service={id="…"}}`: keys and values of a key, as error messages print them. */
export function inlineTable(values: Readonly<Record<string, unknown>>): string {
  const items = Object.keys(values).sort().map((key) => `${key}=${inlineValue(values[key])}`);
  return `{${items.join(',')}}`;
}

function inlineValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'object') return inlineTable(value as Record<string, unknown>);
  return String(value);
}
