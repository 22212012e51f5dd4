/** Values that programs in the subset of Lua have, and what operators do with them. */

/** `undefined` is nil. Tables are lists or objects without prototype. */
export type LuaValue = undefined | boolean | number | string | readonly LuaValue[] | LuaTable | LuaFunction;

export interface LuaTable {
  readonly [name: string]: LuaValue;
}

export type LuaFunction = (...args: readonly LuaValue[]) => LuaValue;

/** Texts do not grow beyond this. Characters. */
const MAX_TEXT = 65_536;

/** An operation that Lua does not have for its operands. */
export class LuaRunError extends Error {}

export function isTrue(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

export function isTable(value: LuaValue): value is LuaTable | readonly LuaValue[] {
  return typeof value === 'object';
}

/** @returns nil for what a table does not have; inherited members of JavaScript are not there */
export function memberOf(value: LuaValue, key: LuaValue): LuaValue {
  if (!isTable(value)) throw new LuaRunError(`attempt to index a ${typeOf(value)} value`);
  if (Array.isArray(value)) return typeof key === 'number' ? (value as readonly LuaValue[])[key - 1] : undefined;
  const name = String(key);
  return Object.hasOwn(value, name) ? (value as LuaTable)[name] : undefined;
}

export function concatenated(left: LuaValue, right: LuaValue): string {
  for (const value of [left, right]) {
    if (typeof value !== 'string' && typeof value !== 'number') throw new LuaRunError(`attempt to concatenate a ${typeOf(value)} value`);
  }
  const text = `${left as string}${right as string}`;
  if (text.length > MAX_TEXT) throw new LuaRunError(`a text is longer than ${MAX_TEXT} characters`);
  return text;
}

export function numberOf(value: LuaValue): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new LuaRunError(`attempt to perform arithmetic on a ${typeOf(value)} value`);
}

export function isLess(left: LuaValue, right: LuaValue): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  if (typeof left === 'string' && typeof right === 'string') return left < right;
  throw new LuaRunError(`attempt to compare ${typeOf(left)} with ${typeOf(right)}`);
}

export function lengthOf(value: LuaValue): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isTable(value)) return Array.isArray(value) ? value.length : 0;
  throw new LuaRunError(`attempt to get length of a ${typeOf(value)} value`);
}

export function typeOf(value: LuaValue): string {
  return value === undefined ? 'nil' : isTable(value) ? 'table' : typeof value;
}
