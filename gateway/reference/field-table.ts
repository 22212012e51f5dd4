/** Fields of a schema as a table: name, type, default, constraints, meaning. */
import type { Field, Fields } from '../src/model/schema/field.ts';
import { code, table } from './markdown.ts';

export function fieldTable(fields: Fields): string[] {
  return table(['field', 'type', 'default', 'meaning'], rowsOf(fields, ''));
}

function rowsOf(fields: Fields, prefix: string): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.eq === null) return [];
    const nested = field.type === 'record' ? rowsOf(field.fields ?? {}, `${prefix}${name}.`) : [];
    return [[code(prefix + name), typeOf(field), defaultOf(field), meaningOf(field)], ...nested];
  });
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
    default: return field.type;
  }
}

function defaultOf(field: Field): string {
  if (field.auto) return 'made by the gateway';
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
    of.starts_with && `Starts with ${code(of.starts_with)}.`,
    field.unique && 'Unique.',
    field.referenceable && 'May be a reference such as `{vault://env/NAME}`.',
    field.encrypted && 'Secret.',
  ].filter((part) => typeof part === 'string');
}
