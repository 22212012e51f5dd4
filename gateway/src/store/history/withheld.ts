/** Secrets that the log of changes does not keep. */
import type { Entity } from '../store.ts';

/** Takes the place of a secret in entities of the past. It is valid in no field, so an entity that contains one cannot be written. */
export const WITHHELD = Object.freeze({ $withheld: true });

/** Whether a value of an entity of the past is a secret that the log does not have. */
export function isWithheld(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { readonly $withheld?: unknown }).$withheld === true;
}

/** Where an entity of the past lacks secrets: names of fields, joined by dots, in the order of the entity. */
export function withheldIn(entity: Entity | null): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown, place: readonly string[]): void => {
    if (isWithheld(value)) found.push(place.join('.'));
    else if (typeof value === 'object' && value !== null) for (const [name, part] of Object.entries(value)) visit(part, [...place, name]);
  };
  visit(entity, []);
  return found;
}
