/** Expands the shorthands of an entity and of its records, at any depth. */
import { effectiveFields, subschemaOf } from '../entity-schema.ts';
import type { EntitySchema, Schemas } from '../entity-schema.ts';
import type { EntityValue, Field, Fields, RecordField, Shorthands } from '../field.ts';
import { isPlainObject } from '../plain-object.ts';
import { expandRecord } from '../shorthands.ts';
import { violationOf } from '../violation-of.ts';
import type { Violation, Violations } from '../violations.ts';

interface Expansion {
  readonly entity: EntityValue;
  /** Violations of the shorthands of one record, under their bare names, as in Kong: the first record that has any. */
  readonly violations?: Violations;
}

interface ExpansionOptions {
  readonly schemas: Schemas;
  /** `import` leaves a shorthand that has the name of a field: rows contain the field. @default 'write' */
  readonly mode?: 'write' | 'import';
}

/**
 * Replaces shorthands by the fields that they set.
 *
 * @param stored the entity that is being changed: it may decide the subschema
 */
export function expandShorthands(schema: EntitySchema, given: EntityValue, options: ExpansionOptions, stored?: EntityValue): Expansion {
  const fields = effectiveFields(schema, subschemaOf(schema, stored === undefined ? given : { ...stored, ...given }));
  if (schema.shorthands === undefined && !containShorthands(fields)) return { entity: given };
  const expanding = new Expanding(options);
  const entity = expanding.fieldsOf(schema.shorthands, fields, given);
  return { entity, ...expanding.violations && { violations: expanding.violations } };
}

const known = new WeakMap<Fields, boolean>();

/** Whether a shorthand can be anywhere below these fields. */
function containShorthands(fields: Fields): boolean {
  let found = known.get(fields);
  if (found === undefined) known.set(fields, found = Object.values(fields).some(containsShorthands));
  return found;
}

function containsShorthands(field: Field): boolean {
  switch (field.type) {
    case 'record': return field.shorthand_fields !== undefined || (field.fields !== undefined && containShorthands(field.fields));
    case 'array':
    case 'set': return containsShorthands(field.elements);
    case 'map': return containsShorthands(field.values);
    default: return false;
  }
}

class Expanding {
  violations: Violations | undefined;
  readonly #options: ExpansionOptions;

  constructor(options: ExpansionOptions) {
    this.#options = options;
  }

  fieldsOf(shorthands: Shorthands | undefined, fields: Fields, given: EntityValue): EntityValue {
    const record: Record<string, unknown> = { ...given };
    if (shorthands !== undefined) this.#expand(shorthands, fields, record);
    for (const name of Object.keys(fields)) {
      if (record[name] !== undefined && containsShorthands(fields[name]!)) record[name] = this.#valueOf(fields[name]!, record[name]);
    }
    return record;
  }

  #expand(all: Shorthands, fields: Fields, record: Record<string, unknown>): void {
    const { mode, schemas } = this.#options;
    const shorthands = mode === 'import' ? withoutFields(all, fields) : all;
    const violations = expandRecord<Violation>(shorthands, record, (name, value) => violationOf(shorthands[name]!.field, value, schemas));
    if (violations !== undefined) this.violations ??= violations;
  }

  #valueOf(field: Field, value: unknown): unknown {
    if (Array.isArray(value)) {
      return field.type === 'array' || field.type === 'set' ? value.map((item) => this.#valueOf(field.elements, item)) : value;
    }
    if (!isPlainObject(value)) return value;
    if (field.type === 'record') return this.#recordOf(field, value);
    if (field.type !== 'map') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#valueOf(field.values, item)]));
  }

  #recordOf({ fields, shorthand_fields: shorthands }: RecordField, value: EntityValue): EntityValue {
    return fields === undefined ? value : this.fieldsOf(shorthands, fields, value);
  }
}

function withoutFields(shorthands: Shorthands, fields: Fields): Shorthands {
  return Object.fromEntries(Object.entries(shorthands).filter(([name]) => !Object.hasOwn(fields, name)));
}
