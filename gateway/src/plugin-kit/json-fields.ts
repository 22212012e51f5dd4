/** Fields of a JSON object. */
import type { Fields } from './field-changes.ts';

/** @returns nothing for what is no JSON object */
export function jsonFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

export function jsonOf(fields: Fields): string {
  return JSON.stringify(Object.fromEntries(fields));
}
