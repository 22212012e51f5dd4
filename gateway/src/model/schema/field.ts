/**
 * Fields as data. A field's attributes carry the names that `/schemas/{entity}` prints, so a schema is its own documentation;
 * functions (`check`) are ours and never printed.
 */

/** A Lua pattern and the message of its violation. */
export interface PatternRule {
  readonly pattern: string;
  readonly err?: string;
}

/** What a value must satisfy besides its type. All are optional; they are looked at in the order of constraints.ts. */
export interface Constraints {
  /** The only value allowed. `null` forbids the field. */
  readonly eq?: unknown;
  readonly one_of?: readonly (string | number)[];
  readonly not_one_of?: readonly (string | number)[];
  readonly gt?: number;
  /** Inclusive bounds. */
  readonly between?: readonly [number, number];
  readonly timestamp?: boolean;
  readonly uuid?: boolean;
  readonly len_eq?: number;
  /** Characters of a string, elements of a list. Strings have 1 unless told otherwise. */
  readonly len_min?: number;
  readonly len_max?: number;
  readonly starts_with?: string;
  /** Lua patterns, as they are printed. */
  readonly match?: string;
  readonly match_none?: readonly PatternRule[];
  readonly match_all?: readonly PatternRule[];
  readonly match_any?: { readonly patterns: readonly string[]; readonly err?: string };
  /** Elements of at most one of these sets may be used together. */
  readonly mutually_exclusive_subsets?: readonly (readonly string[])[];
  /** Replaces the message of a violated constraint. */
  readonly err?: string;
  /** Returns what is wrong, or nothing. Must not throw. */
  readonly check?: (value: never) => string | undefined;
}

export interface Attributes extends Constraints {
  /** One sentence for people: what the field means. Printed, shown in forms. */
  readonly description?: string;
  /** May not be null. */
  readonly required?: boolean;
  /** Used when the field is absent; an explicit null stays null. */
  readonly default?: unknown;
  /** Filled in by the gateway: a UUID, the time, or 32 random characters. */
  readonly auto?: boolean;
  readonly unique?: boolean;
  readonly unique_across_ws?: boolean;
  readonly encrypted?: boolean;
  readonly referenceable?: boolean;
  /** Given by the subschema only. */
  readonly abstract?: boolean;
  readonly on_delete?: 'cascade' | 'null';
}

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean';

export interface ScalarField extends Attributes {
  readonly type: ScalarType;
}

/** `array` keeps order and repetitions, `set` drops repetitions. */
export interface ListField extends Attributes {
  readonly type: 'array' | 'set';
  readonly elements: Field;
}

export interface MapField extends Attributes {
  readonly type: 'map';
  readonly keys: Field;
  readonly values: Field;
}

export interface RecordField extends Attributes {
  readonly type: 'record';
  /** Absent while abstract. */
  readonly fields?: Fields;
  readonly entity_checks?: readonly EntityCheck[];
}

export interface ForeignField extends Attributes {
  readonly type: 'foreign';
  /** Name of the entity type referred to. */
  readonly reference: string;
}

export type Field = ScalarField | ListField | MapField | RecordField | ForeignField;

/** In the order in which they are printed and validated. */
export type Fields = Readonly<Record<string, Field>>;

export type EntityValue = Readonly<Record<string, unknown>>;

/** A rule over several fields. Field names may be dotted paths. */
export type EntityCheck =
  | { readonly at_least_one_of: readonly string[] }
  | { readonly only_one_of: readonly string[] }
  | { readonly mutually_exclusive: readonly string[] }
  | { readonly mutually_required: readonly string[] }
  | { readonly distinct: readonly string[] }
  | { readonly conditional: Conditional }
  | { readonly custom_entity_check: CustomCheck };

export interface Conditional {
  readonly if_field: string;
  readonly if_match: Constraints & { readonly elements?: Constraints & { readonly type?: ScalarType } };
  readonly then_field: string;
  readonly then_match: Constraints & { readonly required?: boolean };
  /** @default - names the deciding field */
  readonly then_err?: string;
}

export interface CustomCheck {
  /** Skipped when one of these is invalid. */
  readonly field_sources: readonly string[];
  readonly run_with_missing_fields?: boolean;
  /** Returns violations by field (`@entity` for the whole), or nothing. */
  readonly fn: (entity: EntityValue) => Readonly<Record<string, string>> | undefined;
}

type With<T extends string, A> = { readonly type: T } & A;

export function string<const A extends Attributes>(attributes?: A): With<'string', A> {
  return { type: 'string', ...attributes } as With<'string', A>;
}

export function integer<const A extends Attributes>(attributes?: A): With<'integer', A> {
  return { type: 'integer', ...attributes } as With<'integer', A>;
}

export function number<const A extends Attributes>(attributes?: A): With<'number', A> {
  return { type: 'number', ...attributes } as With<'number', A>;
}

export function boolean<const A extends Attributes>(attributes?: A): With<'boolean', A> {
  return { type: 'boolean', ...attributes } as With<'boolean', A>;
}

export function array<const E extends Field, const A extends Attributes>(elements: E, attributes?: A): With<'array', A> & { readonly elements: E } {
  return { type: 'array', elements, ...attributes } as With<'array', A> & { readonly elements: E };
}

export function set<const E extends Field, const A extends Attributes>(elements: E, attributes?: A): With<'set', A> & { readonly elements: E } {
  return { type: 'set', elements, ...attributes } as With<'set', A> & { readonly elements: E };
}

export function map<const K extends Field, const V extends Field, const A extends Attributes>(
  keys: K, values: V, attributes?: A,
): With<'map', A> & { readonly keys: K; readonly values: V } {
  return { type: 'map', keys, values, ...attributes } as With<'map', A> & { readonly keys: K; readonly values: V };
}

export function record<const F extends Fields, const A extends Attributes & { readonly entity_checks?: readonly EntityCheck[] }>(
  fields: F, attributes?: A,
): With<'record', A> & { readonly fields: F } {
  return { type: 'record', fields, ...attributes } as With<'record', A> & { readonly fields: F };
}

export function foreign<const R extends string, const A extends Attributes>(reference: R, attributes?: A): With<'foreign', A> & { readonly reference: R } {
  return { type: 'foreign', reference, ...attributes } as With<'foreign', A> & { readonly reference: R };
}
