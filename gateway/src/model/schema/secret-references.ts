/** References to secrets in `referenceable` fields, and their replacement by the secrets. */
import { parseVaultReference } from '../../base/vault-reference.ts';
import type { EntityValue, Field, Fields } from './field.ts';

/** @param path dotted, list elements from 1, as violations name fields @returns the secret */
type ResolveSecret = (reference: string, path: string) => string;

export function isSecretReference(value: unknown): value is string {
  return typeof value === 'string' && parseVaultReference(value) !== undefined;
}

/** Replaces references by secrets. Values without references are returned unchanged. */
export function withSecrets(fields: Fields, values: EntityValue, resolve: ResolveSecret, path = ''): EntityValue {
  return changed(values, (name, value) => {
    const field = fields[name];
    return field === undefined ? value : resolveField(field, value, resolve, path === '' ? name : `${path}.${name}`);
  });
}

function resolveField(field: Field, value: unknown, resolve: ResolveSecret, path: string): unknown {
  if (value === null || value === undefined) return value;
  switch (field.type) {
    case 'string': return field.referenceable && isSecretReference(value) ? resolve(value, path) : value;
    case 'record': return field.fields === undefined ? value : withSecrets(field.fields, value as EntityValue, resolve, path);
    case 'map': return changed(value as EntityValue, (key, item) => resolveField(field.values, item, resolve, `${path}.${key}`));
    case 'array':
    case 'set': {
      const items = value as readonly unknown[];
      const resolved = items.map((item, index) => resolveField(field.elements, item, resolve, `${path}.${index + 1}`));
      return resolved.some((item, index) => item !== items[index]) ? resolved : items;
    }
    default: return value;
  }
}

/** Returns the same object when nothing in it changes: most rows have no reference. */
function changed(values: EntityValue, change: (name: string, value: unknown) => unknown): EntityValue {
  let made: Record<string, unknown> | undefined;
  for (const name of Object.keys(values)) {
    const value = change(name, values[name]);
    if (value !== values[name]) (made ??= { ...values })[name] = value;
  }
  return made ?? values;
}
