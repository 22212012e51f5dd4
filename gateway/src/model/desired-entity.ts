/** The entities that a declarative file describes, prepared for the Admin API. */
import type { EntityValue } from './schema/field.ts';

export interface DesiredEntity {
  /** Entity type, e.g. `keyauth_credentials`. */
  readonly type: string;
  /** Name in URLs, e.g. `key-auths`. */
  readonly collection: string;
  /** Identifies it in URLs: its name, its id, or an id derived from its contents. */
  readonly key: string;
  /** All fields but id and references. */
  readonly fields: EntityValue;
  /** By field: the entity referred to, which is written before this one. */
  readonly references: Readonly<Record<string, EntityReference>>;
}

/** By type and key, because the id is known only after writing. */
interface EntityReference {
  readonly type: string;
  readonly key: string;
}

/** An entity type that declarative files may have. */
export interface DesiredType {
  readonly type: string;
  /** Name in URLs. */
  readonly collection: string;
  /** Set when its URLs are below an entity of another type only: that type, and the field that refers to it. */
  readonly below?: { readonly type: string; readonly field: string };
}

/** The contents of a declarative file in writing order. */
export interface DesiredConfiguration {
  readonly entities: readonly DesiredEntity[];
  /** In writing order: an entity type comes after those that it refers to. Deletion goes in the reverse order. */
  readonly types: readonly DesiredType[];
}
