/** A state between two others: every place that differs has its old value, its new one, or one on the way. */
import type { Document } from '../model/document';
import { documentPath } from '../model/document';
import { isSame } from '../update/compare';
import { GROUPS, groupName } from './cluster';

/** Value of a place that differs. The place is a leaf, a whole worker group or a whole document that only one side has. */
export type Choose = (path: string, old: unknown, now: unknown) => unknown;

export function between(old: readonly Document[], now: readonly Document[], choose: Choose): Document[] {
  const [before, after] = [old, now].map((documents) => new Map(documents.map((document) => [documentPath(document), document])));
  // The order of the new file, so that two neighbouring states compare well.
  const paths = [...new Set([...after.keys(), ...before.keys()])];
  return paths.flatMap((path) => {
    const document = value(path, before.get(path), after.get(path), choose);
    return document === undefined ? [] : [document as Document];
  });
}

/** Places that differ, as `between` asks for them. */
export function differences(old: readonly Document[], now: readonly Document[]): { path: string; old: unknown; now: unknown }[] {
  const found: { path: string; old: unknown; now: unknown }[] = [];
  between(old, now, (path, before, after) => {
    found.push({ path, old: before, now: after });
    return after;
  });
  return found;
}

function value(path: string, old: unknown, now: unknown, choose: Choose): unknown {
  if (isSame(old, now)) return now;
  if (path === GROUPS && [old, now].every((side) => side === undefined || Array.isArray(side))) {
    const chosen = groups(old as readonly Fields[] ?? [], now as readonly Fields[] ?? [], choose);
    return chosen.length === 0 && (old === undefined || now === undefined) ? undefined : chosen;
  }
  if (isRecord(old) && isRecord(now) && !isWhole(path)) return record(path, old, now, choose);
  return choose(path, old, now);
}

/** A strategy means something only as a whole. */
function isWhole(path: string): boolean {
  return path.endsWith('.upgradeRolloutStrategy');
}

function record(path: string, old: Fields, now: Fields, choose: Choose): Fields {
  const entries = [...new Set([...Object.keys(now), ...Object.keys(old)])].map((name) => {
    return [name, value(`${path}.${name}`, old[name], now[name], choose)] as const;
  });
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

/** Groups that only the old state has come first: one without a name is `md-0` in the first place only. */
function groups(old: readonly Fields[], now: readonly Fields[], choose: Choose): unknown[] {
  const [before, after] = [old, now].map((list) => new Map(list.map((group, index) => [groupName(group, index), group])));
  const names = [...[...before.keys()].filter((name) => !after.has(name)), ...after.keys()];
  return names.map((name) => value(`${GROUPS}[${name}]`, before.get(name), after.get(name), choose)).filter((group) => group !== undefined);
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(candidate: unknown): candidate is Fields {
  return typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
}
