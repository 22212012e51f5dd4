/** Fields of a body: form, JSON or multipart, as in Kong. Other content types are never looked into. */
import { removeFromForm, valuesInForm } from './form-body.ts';
import { removeFromJson, valuesInJson } from './json-body.ts';
import { boundaryOf, removeFromMultipart, valuesInMultipart } from './multipart-body.ts';

/** What plugins read of a body to find a field; a longer one is sent on without being looked at. Bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Stands for a field that is not one text but several. */
export const SEVERAL = Symbol('several');

/** A body that has fields. */
export interface BodyFields {
  /** @returns the value of a field, if it is text */
  find(name: string): string | typeof SEVERAL | undefined;
  /** Whether the field is there, and is not `false` or `null`. */
  has(name: string): boolean;
  /** @returns the body without the field, every other byte the same; `undefined` when it does not have it */
  without(name: string): Buffer | undefined;
}

/** @returns `undefined` for a content type without fields */
export function bodyFieldsOf(body: Buffer, contentType = ''): BodyFields | undefined {
  const text = body.toString('latin1');
  const changed = (result: string | undefined) => (result === undefined ? undefined : Buffer.from(result, 'latin1'));
  switch (contentType.split(';', 1)[0]!.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return {
        find: (name) => onlyOne(valuesInForm(text, name)),
        has: (name) => valuesInForm(text, name).length > 0,
        without: (name) => changed(removeFromForm(text, name)),
      };
    case 'application/json':
      // Of members with the same name the last counts, as in every common parser.
      return {
        find: (name) => asText(valuesInJson(text, name).at(-1)),
        has: (name) => ![undefined, null, false].includes(valuesInJson(text, name).at(-1) as undefined),
        without: (name) => changed(removeFromJson(text, name)),
      };
    case 'multipart/form-data': {
      const boundary = boundaryOf(contentType);
      return boundary === undefined ? undefined : {
        find: (name) => valuesInMultipart(text, boundary, name).at(-1),
        has: (name) => valuesInMultipart(text, boundary, name).length > 0,
        without: (name) => changed(removeFromMultipart(text, boundary, name)),
      };
    }
    default: return undefined;
  }
}

function onlyOne(values: readonly (string | undefined)[]): string | typeof SEVERAL | undefined {
  return values.length > 1 ? SEVERAL : values[0];
}

function asText(value: unknown): string | typeof SEVERAL | undefined {
  if (typeof value === 'object' && value !== null) return SEVERAL;
  return typeof value === 'string' ? value : undefined;
}
