/** How the log of changes writes entities down: their secrets are encrypted, or left out where there is no key. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import { effectiveFields, secretFieldsOf, subschemaOf } from '../../model/schema/entity-schema.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import type { Field, Fields } from '../../model/schema/field.ts';
import { isPlainObject } from '../../model/schema/plain-object.ts';
import { isSecretReference } from '../../model/schema/secret-references.ts';
import type { Entity } from '../store.ts';
import { WITHHELD } from './withheld.ts';

export interface Seal {
  close(entity: string, row: Entity): string;
  open(entity: string, text: string): Entity;
}

/** In the place of a secret: the key's id, then what was encrypted. */
const SEALED = '$sealed';

const NONCE_BYTES = 12;

const TAG_BYTES = 16;

/** @param keys 32 bytes each; the first encrypts, all decrypt. Without any, secrets are left out. */
export function sealWith(keys: readonly Buffer[], schemas: Schemas): Seal {
  const byId = new Map(keys.map((key) => [idOf(key), key]));
  const [newest] = keys;
  const close = (entity: string, value: unknown): unknown => {
    if (value === null || value === undefined || isSecretReference(value)) return value;
    return newest ? { [SEALED]: `${idOf(newest)}.${encrypted(newest, entity, JSON.stringify(value))}` } : WITHHELD;
  };
  const open = (entity: string, sealed: string): unknown => {
    const [id = '', text = ''] = sealed.split('.');
    const key = byId.get(id);
    if (!key) return WITHHELD;
    try {
      return JSON.parse(decrypted(key, entity, text)) as unknown;
    } catch {
      // It was changed, or put in the place of another.
      return WITHHELD;
    }
  };
  return {
    close: (entity, row) => JSON.stringify(withoutSecrets(schemas, entity, row, (value) => close(entity, value))),
    open: (entity, text) => JSON.parse(text, (_, value: unknown) => (isSealed(value) ? open(entity, value[SEALED]) : value)) as Entity,
  };
}

function withoutSecrets(schemas: Schemas, entity: string, row: Entity, close: (value: unknown) => unknown): Entity {
  const schema = schemas.get(entity);
  if (!schema) return row;
  const own = new Set(secretFieldsOf(schema));
  const subschema = subschemaOf(schema, row);
  const fields = effectiveFields(schema, subschema);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => {
    const field = fields[name];
    // Of a plugin or a vault that the node does not know, everything may be a secret.
    const isUnknown = schema.subschema !== undefined && subschema === undefined && field?.type === 'record';
    return [name, own.has(name) || isUnknown ? close(value) : closed(field, value, close)];
  }));
}

function closed(field: Field | undefined, value: unknown, close: (value: unknown) => unknown): unknown {
  if (field === undefined || value === null || value === undefined) return value;
  if (field.encrypted) return close(value);
  switch (field.type) {
    case 'record': return isPlainObject(value) && field.fields ? closedRecord(field.fields, value, close) : value;
    case 'map': return isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(field.values, item, close)])) : value;
    case 'array':
    case 'set': return Array.isArray(value) ? value.map((item) => closed(field.elements, item, close)) : value;
    default: return value;
  }
}

function closedRecord(fields: Fields, value: Entity, close: (value: unknown) => unknown): Entity {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, closed(fields[name], item, close)]));
}

function isSealed(value: unknown): value is { readonly [SEALED]: string } {
  return typeof value === 'object' && value !== null && typeof (value as { readonly [SEALED]?: unknown })[SEALED] === 'string';
}

/** Finds a key again, and tells nothing of it. */
function idOf(key: Buffer): string {
  return createHash('sha256').update('hybridge history key').update(key).digest('hex').slice(0, 8);
}

/** AES-256-GCM, bound to the entity type. */
function encrypted(key: Buffer, entity: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(entity));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
}

function decrypted(key: Buffer, entity: string, text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(entity)).setAuthTag(tag);
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}
