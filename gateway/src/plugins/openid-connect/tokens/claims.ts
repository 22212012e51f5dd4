/** Claims of tokens: where they are, what they say, and what a configuration requires of them. */

export type Claims = Readonly<Record<string, unknown>>;

/** Alternatives; each is a list of values that all have to be there, and the same as one text. */
export type Requirement = readonly { readonly whole: string; readonly parts: readonly string[] }[];

/** The value at the end of a path of names; only what the token itself contains. */
export function claimAt(claims: Claims | undefined, path: readonly string[]): unknown {
  let value: unknown = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return path.length === 0 ? undefined : value;
}

/** The first of several tokens that has the claim. */
export function firstClaim(sources: readonly (Claims | undefined)[], path: readonly string[]): unknown {
  for (const claims of sources) {
    const value = claimAt(claims, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** A list claim as texts: of an array its texts and numbers, of a text its words. */
export function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(/\s+/).filter((word) => word !== '');
  return valuesOf(claim);
}

/** As `wordsOf`, but a text is one value. */
export function valuesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim];
  if (typeof claim === 'number') return [String(claim)];
  if (!Array.isArray(claim)) return [];
  return claim.filter((value) => typeof value === 'string' || typeof value === 'number').map(String);
}

/** @param required as configured: one entry of the list is enough, an entry with spaces needs each of its words */
export function requirement(required: readonly string[] | null | undefined): Requirement | undefined {
  if (required === null || required === undefined || required.length === 0) return undefined;
  return required.map((entry) => ({ whole: entry, parts: entry.split(/\s+/).filter((word) => word !== '') }));
}

export function isMet(required: Requirement, present: readonly string[]): boolean {
  return required.some(({ whole, parts }) => (
    present.includes(whole) || (parts.length > 0 && parts.every((part) => present.includes(part)))));
}
