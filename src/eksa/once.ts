/** Answers that are worked out once for each thing asked about: rules ask the same of all machines, one after the other. */

/** @param answer pure, so that asking again would give the same */
export function oncePer<K extends object, V>(answer: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const found = known.get(key) ?? { value: answer(key) };
    known.set(key, found);
    return found.value;
  };
}
