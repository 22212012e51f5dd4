/** Old name, until all callers use `completeEntity`. */
import { completeEntity } from './complete.ts';
import type { EntitySchema, Schemas } from './entity-schema.ts';
import type { EntityValue } from './field.ts';
import type { Violations } from './violations.ts';

export function validateEntity(
  schema: EntitySchema, entity: EntityValue, options: { readonly schemas: Schemas; readonly acceptsPlainReferences?: boolean },
): Violations | undefined {
  return completeEntity(schema, entity, { ...options, mode: 'import', now: 0 }).violations;
}
