/** Equality as the tools mean it. */

/** Same structure and values; the order of fields does not count. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (
    typeof one !== 'object' ||
    typeof other !== 'object' ||
    one === null ||
    other === null ||
    Array.isArray(one) !== Array.isArray(other)
  ) {
    return false;
  }
  const keys = definedKeys(one);
  return keys.length === definedKeys(other).length && keys.every((key) => isSame((one as Fields)[key], (other as Fields)[key]));
}

/** Lists whose order means nothing. */
export function isSameSet(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return isSame([...one].sort(), [...other].sort());
}

/** Two references, or none twice. */
export function isSameRef(one: RefLike | undefined, other: RefLike | undefined): boolean {
  return one?.kind === other?.kind && one?.name === other?.name;
}

type Fields = Readonly<Record<string, unknown>>;

interface RefLike {
  readonly kind?: string;
  readonly name?: string;
}

function definedKeys(value: object): string[] {
  return Object.keys(value).filter((key) => (value as Fields)[key] !== undefined);
}
