/** The arguments of a form as one object: their names say with dots and brackets where a value belongs. */
import type { EntityValue } from '../../model/schema/field.ts';
import { MAX_LEVELS, RequestError, UNUSABLE_NAME } from './request-error.ts';

export type Pair = readonly [name: string, value: Scalar];

/** An argument without `=` is true. */
type Scalar = string | true;

/** A number is a position in a list, from 1. */
type Key = string | number;

type Container = Map<Key, Item>;

type Item = Scalar | Container;

/** `config.limit=1`, `tags[]=a`, `tags[1]=a`, `headers[x-a]=1` and repeated names, as one object. */
export function nest(pairs: readonly Pair[]): EntityValue {
  const byName = new Map<string, Scalar[]>();
  for (const [name, value] of pairs) byName.set(name, [...byName.get(name) ?? [], value]);
  const root: Container = new Map();
  // Plain names come last: their values join what brackets have put into the same list.
  const names = [...byName.keys()].sort((one, other) => Number(isPlain(one)) - Number(isPlain(other)));
  for (const name of names) merge(root, branch(name, byName.get(name)!));
  return toObject(root) as EntityValue;
}

function isPlain(name: string): boolean {
  return !/[.[]/.test(name);
}

/** The object that one argument says. */
function branch(name: string, values: readonly Scalar[]): Container {
  const { keys, appends } = pathOf(name);
  const list: Container = new Map(values.map((value, index) => [index + 1, value]));
  let item: Item = appends || values.length > 1 ? list : values[0]!;
  for (const key of [...keys].reverse()) item = new Map([[key, item]]);
  return item as Container;
}

/** What is at the same place in both becomes one list, or one object. */
function merge(into: Container, from: Container): void {
  for (const [key, item] of from) {
    const there = into.get(key);
    if (there === undefined) into.set(key, item);
    else {
      const both: Container = there instanceof Map ? there : new Map([[1, there]]);
      into.set(key, both);
      if (item instanceof Map) merge(both, item);
      else both.set(nextPosition(both), item);
    }
  }
}

function nextPosition(list: Container): number {
  let position = 1;
  while (list.has(position)) position += 1;
  return position;
}

interface Path {
  readonly keys: readonly Key[];
  /** Whether the values are added to the list at the path. */
  readonly appends: boolean;
}

/** `a.b[1][c]` → `a`, `b`, 1, `c`. */
function pathOf(name: string): Path {
  const segments = segmentsOf(name);
  const keys = segments.flatMap(({ base, brackets }): readonly Key[] => {
    // Empty brackets before others mean the first position; before a dot they mean nothing.
    const inner = brackets.at(-1) === '' ? brackets.slice(0, -1) : brackets;
    return [base, ...inner.map((key) => (key === '' ? 1 : POSITION.test(key) ? Number(key) : key))];
  });
  if (keys.length > MAX_LEVELS) {
    throw new RequestError(400, `the name of an argument has ${keys.length} levels, expected at most ${MAX_LEVELS}`);
  }
  if (keys.includes(UNUSABLE_NAME)) throw new RequestError(400, `the name of an argument contains ${UNUSABLE_NAME}, which is no field`);
  return { keys: keys.length > 0 ? keys : [name], appends: segments.at(-1)?.brackets.at(-1) === '' };
}

/** Only brackets contain positions: after a dot, a number is a name. */
const POSITION = /^\d+$/;

interface Segment {
  readonly base: string;
  readonly brackets: readonly string[];
}

/** The parts between dots; dots inside brackets separate nothing. A bracket that nothing closes, or that begins a part, is a character. */
function segmentsOf(name: string): readonly Segment[] {
  const segments: Segment[] = [];
  const lastClosing = name.lastIndexOf(']');
  let at = 0;
  while (at < name.length) {
    if (name[at] === '.') at += 1;
    else {
      const from = at;
      const brackets: string[] = [];
      let end: number | undefined;
      for (at += 1; at < name.length && name[at] !== '.'; at += 1) {
        if (name[at] === '[' && at < lastClosing) {
          end ??= at;
          const closing = name.indexOf(']', at);
          brackets.push(name.slice(at + 1, closing));
          at = closing;
        }
      }
      segments.push({ base: name.slice(from, end ?? at), brackets });
    }
  }
  return segments;
}

/** Positions 1, 2, … without gaps make a list. */
function toObject(item: Item): unknown {
  if (!(item instanceof Map)) return item;
  const list = Array.from(item.keys(), (_, index) => item.get(index + 1));
  if (list.length > 0 && !list.includes(undefined)) return list.map((element) => toObject(element!));
  return Object.fromEntries([...item].map(([key, value]) => [key, toObject(value)]));
}
