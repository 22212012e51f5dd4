/** Hides secrets in what is printed: fields that schemas call secret, and values that came from the environment. */
import { plainSecrets } from '../../gateway/src/declarative/secrets.ts';
import type { EntitySchema } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';

export const HIDDEN = '[hidden]';

/** Shorter values of variables are no secrets, and would hide parts of words. */
const SHORTEST_HIDDEN = 4;

/** An entity with placeholders in the places of its secrets. */
export function withoutSecrets(schema: EntitySchema, entity: EntityValue): EntityValue {
  const paths = plainSecrets(schema, entity);
  if (paths.length === 0) return entity;
  const copy = structuredClone(entity) as Record<string, unknown>;
  for (const path of paths) {
    let holder = copy as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
    holder[path.at(-1)!] = HIDDEN;
  }
  return copy;
}

/** @param values of environment variables */
export function hiding(values: readonly string[]): (text: string) => string {
  const hidden = [...new Set(values.flatMap((value) => [value, ...value.split('\n'), JSON.stringify(value).slice(1, -1)]))]
    .filter((value) => value.trim().length >= SHORTEST_HIDDEN && !/^(true|false|\d{1,5})$/.test(value))
    .sort((one, other) => other.length - one.length);
  return (text) => hidden.reduce((shown, value) => shown.replaceAll(value, HIDDEN), text);
}
