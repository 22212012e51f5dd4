/**
 * Errors of a declarative configuration, nested as the configuration is: by entity type, position in the list, field. The Admin API answers
 * with such a tree.
 */
import { keyText, quotedLua } from '../model/formats/lua-string.ts';
import type { Violation } from '../model/schema/violations.ts';

/** Keys are names, or positions from 1. */
export type ErrorTree = Map<TreeKey, ErrorTree | string>;

export type TreeKey = string | number;

/** Places a violation in a tree. What is there already stays, and both are merged. */
export function placeViolation(tree: ErrorTree, path: readonly TreeKey[], violation: Violation): void {
  let node = tree;
  for (const key of path.slice(0, -1)) node = branch(node, key);
  const key = path.at(-1)!;
  if (typeof violation === 'string') node.set(key, violation);
  else for (const [inner, item] of entriesOf(violation)) placeViolation(branch(node, key), [inner], item);
}

/** Appends a message to the list at a place. */
export function appendMessage(tree: ErrorTree, path: readonly TreeKey[], message: string): void {
  const list = path.reduce(branch, tree);
  list.set(list.size + 1, message);
}

function branch(node: ErrorTree, key: TreeKey): ErrorTree {
  const there = node.get(key);
  if (there instanceof Map) return there;
  const made: ErrorTree = new Map();
  node.set(key, made);
  return made;
}

function entriesOf(violation: Exclude<Violation, string>): (readonly [TreeKey, Violation])[] {
  if (!Array.isArray(violation)) return Object.entries(violation);
  // forEach leaves out what is not there: lists of violations are sparse.
  const entries: (readonly [TreeKey, Violation])[] = [];
  violation.forEach((item, index) => {
    if (item !== undefined) entries.push([index + 1, item]);
  });
  return entries;
}

/** The tree as JSON: positions make a list, with null where there is no error. An empty tree is an empty object. */
export function treeToJson(node: ErrorTree | string): unknown {
  if (typeof node === 'string') return node;
  const keys = [...node.keys()];
  if (keys.length > 0 && keys.every((key) => typeof key === 'number')) {
    return Array.from({ length: Math.max(...keys) }, (_, index) => {
      const item = node.get(index + 1);
      return item === undefined ? null : treeToJson(item);
    });
  }
  return Object.fromEntries([...node].map(([key, item]) => [String(key), treeToJson(item)]));
}

/** The tree as a table of Lua in one line: `{services={{port="…"},[3]={…}}}`. */
export function inlineTree(node: ErrorTree | string): string {
  if (typeof node === 'string') return quotedLua(node);
  const dense: string[] = [];
  for (let item = node.get(1); item !== undefined; item = node.get(dense.length + 1)) dense.push(inlineTree(item));
  const keys = [...node.keys()];
  const names = keys.filter((key) => typeof key === 'string').sort(byBytes);
  const sparse = keys.filter((key) => typeof key === 'number').filter((key) => key > dense.length).sort((one, other) => one - other);
  const keyed = [...names, ...sparse].map((key) => `${typeof key === 'number' ? `[${key}]` : keyText(key)}=${inlineTree(node.get(key)!)}`);
  return `{${[...dense, ...keyed].join(',')}}`;
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
