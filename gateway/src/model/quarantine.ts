/** Entities of a configuration that a node does not serve, as it reports them. Bounded: a report is part of a row that others read. */
import type { SetAsideRow, TableError } from './table-error.ts';

export interface QuarantinedEntity {
  /** Entity type, e.g. `plugins`. */
  readonly entity: string;
  readonly id: string | null;
  readonly name: string | null;
  /** What is wrong, without secrets. */
  readonly reason: string;
}

export interface Quarantine {
  /** Number of entities, beyond those that are listed. */
  readonly total: number;
  readonly entities: readonly QuarantinedEntity[];
}

/** Most entities that are listed. */
const MAX_LISTED = 50;

/** Longest texts, in characters. */
const MAX_TEXT = 300;

export const NO_QUARANTINE: Quarantine = { total: 0, entities: [] };

/** @param entities whose texts are bounded */
export function quarantineOf(entities: readonly QuarantinedEntity[]): Quarantine {
  return { total: entities.length, entities: entities.slice(0, MAX_LISTED) };
}

/** A quarantine as a peer sent it; undefined when it is none. */
export function readQuarantine(value: unknown): Quarantine | undefined {
  const { total, entities } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof Quarantine, unknown>>;
  if (!Number.isSafeInteger(total) || (total as number) < 0 || !Array.isArray(entities)) return undefined;
  const read = entities.slice(0, MAX_LISTED).filter((item) => typeof item === 'object' && item !== null)
    .map((item: Partial<Record<keyof QuarantinedEntity, unknown>>) => bounded({
      entity: String(item.entity), id: textOrNull(item.id), name: textOrNull(item.name), reason: String(item.reason),
    }));
  return { total: total as number, entities: read };
}

/** One line for a log. */
export function describeQuarantined({ entity, id, name, reason }: QuarantinedEntity): string {
  return `${entity} ${name ?? id ?? '(without id)'}: ${reason}`;
}

export function quarantinedRow({ entity, row, errors }: SetAsideRow): QuarantinedEntity {
  const { id = null, name = null } = errors[0]!;
  return { entity, id: id ?? textOrNull(row.id), name, reason: errors.map(reasonOf).join('; ') };
}

function reasonOf({ field, message }: TableError): string {
  return field === '' || field === '@entity' ? message : `${field}: ${message}`;
}

/** With texts that are cut where they are too long. */
export function bounded({ entity, id, name, reason }: QuarantinedEntity): QuarantinedEntity {
  return { entity: cut(entity), id: id && cut(id), name: name && cut(name), reason: cut(reason) };
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
