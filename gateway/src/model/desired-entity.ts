/** One entity as somebody wants it to be, ready to be written through an Admin API. */
import type { EntityValue } from './schema/field.ts';

export interface DesiredEntity {
  /** Entity type, e.g. `keyauth_credentials`. */
  readonly type: string;
  /** Name in URLs, e.g. `key-auths`. */
  readonly collection: string;
  /** What stands for it in URLs: its name, or an id that follows from what it is. */
  readonly key: string;
  /** Everything but its key and references. */
  readonly fields: EntityValue;
  /** Field → what it refers to; written before this one. */
  readonly references: Readonly<Record<string, EntityReference>>;
}

/** By type and key: the id is known once it is written. */
export interface EntityReference {
  readonly type: string;
  readonly key: string;
}

/** An entity type that declarative files may have. */
export interface DesiredType {
  readonly type: string;
  /** Name in URLs. */
  readonly collection: string;
}

/** What a declarative file says, in an order in which it can be written. */
export interface DesiredConfiguration {
  readonly entities: readonly DesiredEntity[];
  /** What is referred to comes before what refers to it, so entities of the last type are deleted first. */
  readonly types: readonly DesiredType[];
}
