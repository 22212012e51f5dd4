/** How the log of changes writes entities down: their secrets are encrypted, or left out where there is no key. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import type { Schemas } from '../../model/schema/entity-schema.ts';
import { withoutSecrets } from '../../model/schema/secret-values.ts';
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
  const close = (entity: string, value: unknown): unknown => (
    newest ? { [SEALED]: `${idOf(newest)}.${encrypted(newest, entity, JSON.stringify(value))}` } : WITHHELD);
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
    close: (entity, row) => {
      const schema = schemas.get(entity);
      return JSON.stringify(schema ? withoutSecrets(schema, row, (value) => close(entity, value)) : row);
    },
    open: (entity, text) => JSON.parse(text, (_, value: unknown) => (isSealed(value) ? open(entity, value[SEALED]) : value)) as Entity,
  };
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
