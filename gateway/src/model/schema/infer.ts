/** Static types derived from schemas. */
import type { EntitySchema } from './entity-schema.ts';
import type { Field, Fields } from './field.ts';

/** A reference in the Admin API. */
interface Reference {
  readonly id: string;
}

type OneOf<F, Otherwise> = F extends { readonly one_of: readonly (infer V)[] } ? V : Otherwise;

type Present<F> = F extends { readonly required: true } ? true : F extends { readonly auto: true } ? true : false;

type RawValue<F, Foreign> =
  F extends { readonly type: 'string' } ? OneOf<F, string>
    : F extends { readonly type: 'integer' | 'number' } ? OneOf<F, number>
      : F extends { readonly type: 'boolean' } ? boolean
        : F extends { readonly type: 'array' | 'set'; readonly elements: infer E } ? readonly RawValue<E, Foreign>[]
          : F extends { readonly type: 'map'; readonly values: infer V } ? Readonly<Record<string, RawValue<V, Foreign>>>
            : F extends { readonly type: 'record'; readonly fields: infer R } ? ValuesOf<R, Foreign>
              : F extends { readonly type: 'record' } ? Readonly<Record<string, unknown>>
                : F extends { readonly type: 'foreign' } ? Foreign
                  : F extends { readonly type: 'json' } ? unknown
                    : never;

type FieldValue<F, Foreign> = Present<F> extends true ? RawValue<F, Foreign> : RawValue<F, Foreign> | null;

type ValuesOf<F, Foreign> = { readonly [K in keyof F]: FieldValue<F[K], Foreign> };

/** An entity as stored and as the Admin API returns it: every field, unset ones null, references as `{ id }`. */
export type EntityOf<S> = S extends EntitySchema<infer F> ? ValuesOf<F, Reference> : never;

/** An entity as a row of a configuration table: references are id strings. */
export type RowOf<S> = S extends EntitySchema<infer F> ? ValuesOf<F, string> : never;

/** The values of a record field, e.g. of a plugin's `config`. */
export type RecordOf<F extends Fields> = ValuesOf<F, Reference>;

/** The value of one field. */
export type ValueOf<F extends Field> = FieldValue<F, Reference>;
