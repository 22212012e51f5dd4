/** What several groups say alike is written once. */
import type { Value } from './typescript';
import { write } from './typescript';

type Values = Readonly<Record<string, Value>>;

interface SharedValues {
  /** Written with the cluster. */
  readonly shared: Values;
  /** What is left for each group. */
  readonly own: readonly Values[];
}

/**
 * A group that says nothing about something gets what the cluster says: so the cluster says what its first group does, but only where no
 * group is silent.
 */
export function shareOut(groups: readonly Values[]): SharedValues {
  const names = [...new Set(groups.flatMap((group) => Object.keys(group)))];
  const shared = Object.fromEntries(
    names.map((name) => [name, groups.every((group) => group[name] !== undefined) ? groups[0][name] : undefined]),
  );
  const own = groups.map((group) =>
    Object.fromEntries(Object.entries(group).filter(([name, value]) => text(value) !== text(shared[name]))),
  );
  return { shared, own };
}

function text(value: Value): string {
  return write(value, '');
}
