/** What an entity type does that the schema of one entity cannot express. */
import type { EntitySchema, Schemas } from '../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { Violations } from '../../model/schema/violations.ts';
import type { Entity, Reader, Writer } from '../../store/store.ts';

/** A write of an entity. */
export interface EntityWrite {
  readonly operation: 'create' | 'put' | 'patch';
  /** The fields that the client sent, without defaults. */
  readonly given: EntityValue;
  /** Primary key; undefined while it is not known. */
  readonly key?: string;
  readonly schemas: Schemas;
}

/** Each rule may throw EntityError. */
export interface EntityRules {
  /** Looks at the input before the schema does. */
  readonly admit?: (reader: Reader, write: EntityWrite) => Promise<void>;
  /** What the client gave, with values that other entities have. */
  readonly supply?: (reader: Reader, schema: EntitySchema, write: EntityWrite, stored: Entity | undefined) => Promise<EntityValue>;
  /** What is wrong between a valid entity and those it refers to; `undefined` when nothing is. */
  readonly relations?: (reader: Reader, entity: Entity, write: EntityWrite) => Promise<Violations | undefined>;
  /** Keeps elsewhere what the client sent and the row does not contain. Runs when the row is written. */
  readonly written?: (writer: Writer, entity: Entity, write: EntityWrite, create: CreateEntity) => Promise<void>;
  /** What a valid entity does that its author probably does not expect; logged when it is written. */
  readonly caution?: (entity: Entity) => string | undefined;
  /** Adds to rows what answers show and rows do not contain. */
  readonly complete?: (reader: Reader, rows: readonly Entity[]) => Promise<readonly Entity[]>;
  /** Runs before an existing row is deleted. */
  readonly removing?: (writer: Writer, entity: Entity) => Promise<void>;
}

/** Creates an entity of another type inside the same transaction, with defaults and validation. */
export type CreateEntity = (type: string, given: EntityValue) => Promise<Entity>;

/** The fields that rows of an entity type do not contain. */
export function transientFieldsOf(schema: EntitySchema): readonly string[] {
  return Object.keys(schema.fields).filter((name) => schema.fields[name]!.transient);
}
