/** Fields of a schema as a table: name, type, default, constraints, meaning. */
import type { Field, Fields, Shorthands } from '../src/model/schema/field.ts';
import { code, table } from './markdown.ts';

/** @param shorthands inputs that set other fields */
export function fieldTable(fields: Fields, shorthands: Shorthands = {}): string[] {
  return table(['field', 'type', 'default', 'meaning'], [...rowsOf(fields, ''), ...shorthandRows(shorthands, '')]);
}

function rowsOf(fields: Fields, prefix: string): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.eq === null) return [];
    return [[code(prefix + name), typeOf(field), defaultOf(field), meaningOf(field)], ...nestedRows(field, `${prefix}${name}`)];
  });
}

/** The fields of a record, or of the records that a list or map contains. */
function nestedRows(field: Field, path: string): string[][] {
  switch (field.type) {
    case 'record': return [...rowsOf(field.fields ?? {}, `${path}.`), ...shorthandRows(field.shorthand_fields ?? {}, `${path}.`)];
    case 'array':
    case 'set': return nestedRows(field.elements, `${path}[]`);
    case 'map': return nestedRows(field.values, `${path}.*`);
    default: return [];
  }
}

function shorthandRows(shorthands: Shorthands, prefix: string): string[][] {
  return Object.entries(shorthands).map(([name, { field }]) => [
    code(prefix + name), typeOf(field), '', [meaningOf(field), successorOf(field, prefix)].filter((part) => part).join(' '),
  ]);
}

function successorOf({ deprecation, description = '' }: Field, prefix: string): string {
  if (!deprecation) return '';
  const successor = deprecation.replaced_with?.[0]?.path.join('.');
  if (successor === undefined || description.includes(successor)) return 'Deprecated.';
  return `Deprecated: use ${code(prefix + successor)}.`;
}

function typeOf(field: Field): string {
  const type = bareType(field);
  return field.required && field.default === undefined && !field.auto ? `${type}, required` : type;
}

function bareType(field: Field): string {
  switch (field.type) {
    case 'array': return `list of ${bareType(field.elements)}`;
    case 'set': return `set of ${bareType(field.elements)}`;
    case 'map': return `map of ${bareType(field.keys)} to ${bareType(field.values)}`;
    case 'foreign': return `reference to ${code(field.reference)}`;
    case 'string': return field.uuid ? 'UUID' : 'string';
    case 'json': return 'JSON';
    default: return field.type;
  }
}

function defaultOf(field: Field): string {
  // The default of a secret is another one in each process.
  if (field.auto || (field.encrypted && field.default !== undefined)) return 'made by the gateway';
  return field.default === undefined || field.default === null ? '' : code(JSON.stringify(field.default));
}

function meaningOf(field: Field): string {
  return [field.description, ...limitsOf(field)].filter((part) => part).join(' ');
}

function limitsOf(field: Field): string[] {
  const of = 'elements' in field ? field.elements : field;
  return [
    of.one_of && `One of ${of.one_of.map((value) => code(String(value))).join(', ')}.`,
    of.between && `From ${of.between[0]} to ${of.between[1]}.`,
    of.gt !== undefined && `Greater than ${of.gt}.`,
    of.len_max !== undefined && `Length at most ${of.len_max}.`,
    of.is_regex && 'A regular expression.',
    of.starts_with && `Starts with ${code(of.starts_with)}.`,
    field.unique && 'Unique.',
    field.referenceable && 'May be a reference such as `{vault://env/NAME}`.',
    field.encrypted && 'Secret.',
  ].filter((part) => typeof part === 'string');
}
