/** A key in a body: form, JSON or multipart, as in Kong. Other content types are never looked into. */
import { removeFromForm, valuesInForm } from './form-body.ts';
import { removeFromJson, valuesInJson } from './json-body.ts';
import { boundaryOf, removeFromMultipart, valuesInMultipart } from './multipart-body.ts';

/** A longer body is sent on without being looked at. Bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Stands for a field that is not one text but several. */
export const SEVERAL = Symbol('several');

/** A body that can hold keys. */
export interface KeyBody {
  /** @returns the value of a field, if it is text */
  find(name: string): string | typeof SEVERAL | undefined;
  /** @returns the body without the field, every other byte the same; `undefined` when it does not have it */
  without(name: string): Buffer | undefined;
}

/** @returns `undefined` for a content type that holds no keys */
export function keyBodyOf(body: Buffer, contentType = ''): KeyBody | undefined {
  const text = body.toString('latin1');
  const changed = (result: string | undefined) => (result === undefined ? undefined : Buffer.from(result, 'latin1'));
  switch (contentType.split(';', 1)[0]!.trim().toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return { find: (name) => onlyOne(valuesInForm(text, name)), without: (name) => changed(removeFromForm(text, name)) };
    case 'application/json':
      // Of members with the same name the last counts, as in every common parser.
      return { find: (name) => asKey(valuesInJson(text, name).at(-1)), without: (name) => changed(removeFromJson(text, name)) };
    case 'multipart/form-data': {
      const boundary = boundaryOf(contentType);
      return boundary === undefined ? undefined : {
        find: (name) => valuesInMultipart(text, boundary, name).at(-1),
        without: (name) => changed(removeFromMultipart(text, boundary, name)),
      };
    }
    default: return undefined;
  }
}

function onlyOne(values: readonly (string | undefined)[]): string | typeof SEVERAL | undefined {
  return values.length > 1 ? SEVERAL : values[0];
}

function asKey(value: unknown): string | typeof SEVERAL | undefined {
  if (typeof value === 'object' && value !== null) return SEVERAL;
  return typeof value === 'string' ? value : undefined;
}
