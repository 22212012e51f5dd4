/** How Kong tells that an entity of a configuration refers to one that the configuration does not have. */

/** @param printed the reference as it is written */
export function invalidReference(field: string, printed: string, type: string): string {
  return `invalid reference '${field}: ${printed}' (no such entry in '${type}')`;
}
