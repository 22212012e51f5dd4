/** States of the past, computed from the present: each change, the newest first, is taken back. */
import { isDeepStrictEqual } from 'node:util';

import type { Change, Difference, Entity } from '../store.ts';
import { withheldIn } from './withheld.ts';

/** Rows by entity type and key. */
export type Rows = Map<string, Map<string, Entity>>;

type Undone = Pick<Change, 'entity' | 'key' | 'before'>;

/** @param changes newest first */
export function takeBack(rows: Rows, changes: Iterable<Undone>): void {
  for (const { entity, key, before } of changes) {
    if (before === null) {
      rows.get(entity)?.delete(key);
      continue;
    }
    let table = rows.get(entity);
    if (!table) rows.set(entity, table = new Map());
    table.set(key, before);
  }
}

/** In ascending order of keys; types without rows are left out. */
export function sortedState(rows: Rows): ReadonlyMap<string, readonly Entity[]> {
  return new Map([...rows].filter(([, table]) => table.size > 0).sort(byFirst)
    .map(([entity, table]) => [entity, [...table].sort(byFirst).map(([, row]) => row)]));
}

/**
 * What changes come to: an entity that is at last what it was at first is left out, unless a secret that is withheld may differ.
 *
 * @param changes oldest first; of each entity, those between the first and the last may be missing
 */
export function differencesOf(changes: Iterable<Pick<Change, 'entity' | 'key' | 'before' | 'after'>>): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (const { entity, key, before, after } of changes) {
    const place = `${entity}\n${key}`;
    found.set(place, { entity, key, before: (found.get(place) ?? { before }).before, after });
  }
  const differs = ({ before, after }: Difference) => !isDeepStrictEqual(before, after) || withheldIn(after).length > 0;
  return [...found].filter(([, difference]) => differs(difference)).sort(byFirst).map(([, difference]) => difference);
}

/** The way back. */
export function reversed(differences: readonly Difference[]): readonly Difference[] {
  return differences.map(({ entity, key, before, after }) => ({ entity, key, before: after, after: before }));
}

function byFirst(one: readonly [string, unknown], other: readonly [string, unknown]): number {
  return one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0;
}
