/** Normal forms of values that can be written in several ways, such as addresses without a port. */
import type { EntitySchema } from '../entity-schema.ts';
import type { EntityValue } from '../field.ts';
import type { Violations } from '../violations.ts';

interface Normalized {
  readonly entity: EntityValue;
  /** Absent when every given value has a normal form; the others stay as they are. */
  readonly violations?: Violations;
}

export function normalized(schema: EntitySchema, given: EntityValue): Normalized {
  const entity: Record<string, unknown> = { ...given };
  const violations: Violations = {};
  for (const { field, normalize } of schema.normalizations ?? []) {
    if (given[field] === undefined) continue;
    const result = normalize(given[field]);
    if ('violation' in result) violations[field] = result.violation;
    else entity[field] = result.value;
  }
  return { entity, ...Object.keys(violations).length > 0 && { violations } };
}
