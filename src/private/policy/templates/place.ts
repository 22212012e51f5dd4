/** Values of a template with the path at which they are, so that a rule that finds one can name it. */

export interface Place {
  /** Such as `Properties.Tags.0.Key`. */
  readonly path: string;
  /** Undefined where the template has nothing. */
  readonly value: unknown;
}

/** @param names of properties, separated by dots */
export function at(place: Place, names: string): Place {
  return names.split('.').reduce(({ path, value }, name) => ({ path: `${path}.${name}`, value: propertyOf(value, name) }), place);
}

function propertyOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] ?? undefined : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of a list. CloudFormation and IAM take one object for a list of one. */
export function entries(place: Place, names: string): readonly Place[] {
  const list = at(place, names);
  if (Array.isArray(list.value)) return list.value.map((value, index) => ({ path: `${list.path}.${index}`, value }));
  return isGiven(list) ? [list] : [];
}

/** The values of a map, with their names at the end of the path. */
export function named(place: Place, names: string): readonly (Place & { readonly name: string })[] {
  const map = at(place, names);
  return isObject(map.value) ? Object.entries(map.value).map(([name, value]) => ({ path: `${map.path}.${name}`, name, value })) : [];
}

export function isGiven({ value }: Place): boolean {
  return value !== undefined && value !== null;
}

/** CloudFormation takes the text for the number, and the number for the text. Undefined when only the deployment knows it. */
export function numberOf({ value }: Place): number | undefined {
  const isNumeric = typeof value === 'number' || typeof value === 'string' && /^-?\d+$/.test(value.trim());
  return isNumeric ? Number(value) : undefined;
}

/** Undefined when only the deployment knows it. */
export function textOf({ value }: Place): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** What only the deployment knows is not true. */
export function isTrue({ value }: Place): boolean {
  return value === true || typeof value === 'string' && value.toLowerCase() === 'true';
}

/** What only the deployment knows is not false. */
export function isFalse({ value }: Place): boolean {
  return value === false || typeof value === 'string' && value.toLowerCase() === 'false';
}

/** @returns those that are not certainly true */
export function notTrue(...places: readonly Place[]): readonly Place[] {
  return places.filter((place) => !isTrue(place));
}
