/** What a plugin derives from the entities of a configuration, such as an index: built when first asked for, and when they have changed. */
import type { Snapshot } from '../model/snapshot.ts';

/** @param partsOf what `build` reads of a snapshot: objects, which are others when something in them is */
export function perSnapshot<T>(
  partsOf: (snapshot: Snapshot) => readonly object[], build: (snapshot: Snapshot) => T,
): (snapshot: Snapshot) => T {
  const built = new WeakMap<Snapshot, T>();
  let newest: { readonly parts: readonly object[]; readonly made: T } | undefined;
  return (snapshot) => {
    const known = built.get(snapshot);
    if (known !== undefined) return known;
    const parts = partsOf(snapshot);
    if (newest === undefined || parts.some((part, at) => part !== newest!.parts[at])) newest = { parts, made: build(snapshot) };
    built.set(snapshot, newest.made);
    return newest.made;
  };
}
