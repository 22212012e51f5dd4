/** Shapes of documents as data: which fields there are, of which type, and which must be present. */

export type Shape = (
  TextShape | NumberShape | BooleanShape | IntOrTextShape | QuantityShape | ListShape | MapShape | ObjectShape | FreeShape
) & WhatZeroMeans;

/** Most fields mean by `''`, `0`, `false`, `[]` and `{}` what they mean when they are absent; these do not. */
interface WhatZeroMeans {
  /**
   * - `differs`: the zero value means something else than an absent field.
   * - `compared`: both mean the same, and the admission webhooks tell them apart where they compare old and new.
   */
  readonly zero?: 'differs' | 'compared';
}

export interface TextShape {
  readonly type: 'text';
  /** Values that the custom resource definition allows, where it lists them. */
  readonly values?: readonly string[];
  /** What the text must parse as. */
  readonly format?: 'duration' | 'time';
}
export interface NumberShape {
  readonly type: 'integer' | 'number';
  readonly minimum?: number;
  readonly maximum?: number;
}
interface BooleanShape { readonly type: 'boolean' }
interface IntOrTextShape { readonly type: 'integer or text' }
/** Text or a number: an amount of a resource. */
interface QuantityShape { readonly type: 'quantity' }
export interface ListShape {
  readonly type: 'list';
  readonly items: Shape;
  readonly maxItems?: number;
  /** The order of the items means nothing. */
  readonly isSet?: boolean;
}
export interface MapShape {
  readonly type: 'map';
  readonly values: Shape;
}
export interface ObjectShape {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
}
/** Anything goes: judged elsewhere, or passed on unread. */
interface FreeShape { readonly type: 'free' }

export const text: TextShape = { type: 'text' };
/** Go's time.Duration. */
export const duration: TextShape = { type: 'text', format: 'duration' };
/** RFC 3339. */
export const time: TextShape = { type: 'text', format: 'time' };
export const integer: NumberShape = { type: 'integer' };
/** Go's int32 and uint32. */
export const int32: NumberShape = { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
export const uint32: NumberShape = { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 };
export const number: NumberShape = { type: 'number' };
export const boolean: BooleanShape = { type: 'boolean' };
export const integerOrText: IntOrTextShape = { type: 'integer or text' };
export const quantity: QuantityShape = { type: 'quantity' };
export const free: FreeShape = { type: 'free' };

export function textOf(...values: readonly string[]): TextShape {
  return { type: 'text', values };
}

export function list(items: Shape, maxItems?: number): ListShape {
  return { type: 'list', items, maxItems };
}

export function map(values: Shape = text): MapShape {
  return { type: 'map', values };
}

/** A list whose order means nothing. */
export function set(items: Shape): ListShape {
  return { type: 'list', items, isSet: true };
}

/** A field whose zero value means something else than its absence: a pointer in the tools' types that they look at. */
export function zeroDiffers<S extends Shape>(shape: S): S {
  return { ...shape, zero: 'differs' };
}

/** A field whose zero value means what its absence means, but which the webhooks compare with `reflect.DeepEqual` or as a pointer. */
export function zeroCompared<S extends Shape>(shape: S): S {
  return { ...shape, zero: 'compared' };
}

/** Fields whose name ends with `!` must be present. */
export function object(fields: Readonly<Record<string, Shape>>): ObjectShape {
  const entries = Object.entries(fields).map(([name, shape]) => [name.replace(/!$/, ''), shape] as const);
  return {
    type: 'object',
    fields: Object.fromEntries(entries),
    required: Object.keys(fields).filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1)),
  };
}
