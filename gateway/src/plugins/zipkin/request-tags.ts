/** Tags that a client sends along with its request: `name=value; name=value`. */

export interface RequestTags {
  readonly tags: ReadonlyMap<string, string>;
  /** Parts that are no tags. */
  readonly invalid: readonly string[];
}

/** Tags of one request. Others are dropped. */
const MAX_TAGS = 100;

export function requestTags(values: readonly string[]): RequestTags {
  const tags = new Map<string, string>();
  const invalid: string[] = [];
  for (const part of values.flatMap((value) => value.split(';'))) {
    if (part === '' || tags.size >= MAX_TAGS) continue;
    // The last sign separates: names may contain others.
    const at = part.lastIndexOf('=');
    const name = part.slice(0, Math.max(at, 0)).trim();
    const value = part.slice(at + 1).trim();
    if (name === '' || value === '' || /\s/.test(name)) invalid.push(part);
    else tags.set(name, value);
  }
  return { tags, invalid };
}
