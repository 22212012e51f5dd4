/** Old names, until all callers use the new ones. */
import type { Schemas } from './entity-schema.ts';
import type { Field } from './field.ts';
import { violationOf } from './violation-of.ts';
import type { Violation } from './violations.ts';

export { isPlainObject } from './plain-object.ts';

export function validateField(field: Field, value: unknown, { schemas }: { readonly schemas: Schemas }): Violation | undefined {
  return violationOf(field, value, schemas);
}
