/** Old name, until all callers use `completeEntity`. */
import { completeEntity } from './complete.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue } from './field.ts';

export function fillEntity(
  schema: EntitySchema, given: EntityValue, { mode, now }: { readonly mode: 'write' | 'import'; readonly now: () => number },
): EntityValue {
  return { ...given, ...completeEntity(schema, given, { schemas: new Map(), mode, now: now() * 1000 }).entity };
}
