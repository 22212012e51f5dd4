/** References to secrets in a declarative file: each has to lead somewhere on the data planes that run it. */
import { parseVaultReference } from '../base/vault-reference.ts';
import type { VaultReference } from '../base/vault-reference.ts';
import { effectiveFields, subschemaOf } from '../model/schema/entity-schema.ts';
import { withSecrets } from '../model/schema/secret-references.ts';
import { referencedKeys } from '../model/schema/secret-values.ts';
import type { FileEntity } from './file-entities.ts';
import type { Problems } from './problems.ts';
import { pathText } from './source.ts';
import type { SourcePath } from './source.ts';

/** A reference, and where it is. */
export interface FileReference extends VaultReference {
  /** As written. */
  readonly text: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Rejects references where a gateway would use their text: in fields that are not `referenceable`, and inside other text.
 *
 * @param isForeign whether only another gateway knows the entity's fields: then every reference counts
 * @returns the references of an entity that data planes resolve
 */
export function fileReferences(problems: Problems, { schema, given, path }: FileEntity, isForeign: boolean): readonly FileReference[] {
  const resolved = new Set(referencedKeys(schema, given));
  withSecrets(effectiveFields(schema, subschemaOf(schema, given)), given, (text, field) => {
    resolved.add(field);
    return text;
  });
  return [...textsIn(given, [])].flatMap(([place, text]) => {
    const reference = parseVaultReference(text);
    const whole = [...path, ...place];
    if (reference && (isForeign || resolved.has(fieldName(place)))) {
      return [{ ...reference, text, path: pathText(whole), line: problems.lineOf(whole) }];
    }
    if (text.includes('{vault://')) problems.reject(whole, reference ? NOT_HERE : NOT_WITHIN);
    return [];
  });
}

const NOT_HERE = 'got a reference in a field that takes none, so that gateways would use its text: write the value, or remove it';
const NOT_WITHIN = 'got a reference inside other text, which gateways do not replace: make the whole value one reference, and put the '
  + 'other text into the secret';

function* textsIn(value: unknown, path: SourcePath): Generator<readonly [SourcePath, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** As violations name fields: dotted, list elements from 1. */
function fieldName(path: SourcePath): string {
  return path.map((part) => (typeof part === 'number' ? part + 1 : part)).join('.');
}
