/** What a plugin derives from the entities of a configuration, such as an index: built once for each, when first asked for. */
import type { Snapshot } from '../model/snapshot.ts';

export function perSnapshot<T>(build: (snapshot: Snapshot) => T): (snapshot: Snapshot) => T {
  const built = new WeakMap<Snapshot, T>();
  return (snapshot) => {
    const known = built.get(snapshot);
    if (known !== undefined) return known;
    const made = build(snapshot);
    built.set(snapshot, made);
    return made;
  };
}
