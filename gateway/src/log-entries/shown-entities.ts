/** Entities as log entries show them: fields with a value, references as objects. Made once for each row. */
import type { Row } from '../model/config-table.ts';
import { DEFAULT_WORKSPACE } from '../model/entities/workspace.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { perSnapshot } from '../plugin-kit/snapshot-index.ts';

interface Workspace {
  readonly id: string;
  readonly name: string;
}

/** The workspace of a configuration: there is one. */
export const workspaceOf = perSnapshot((snapshot) => [snapshot.entities('workspaces')], (snapshot: Snapshot): Workspace => {
  const rows = snapshot.entities('workspaces');
  const row = rows.find(({ name }) => name === DEFAULT_WORKSPACE) ?? rows[0];
  return { id: String(row?.id ?? ''), name: String(row?.name ?? DEFAULT_WORKSPACE) };
});

const REFERENCES = ['service', 'client_certificate'];

const shown = new WeakMap<Row, Readonly<Record<string, unknown>>>();

export function shownEntity(row: Row, workspace: Workspace): Readonly<Record<string, unknown>> {
  const known = shown.get(row);
  if (known !== undefined) return known;
  const made = { ...presentFields(row), ...workspace.id !== '' && { ws_id: workspace.id } };
  shown.set(row, made);
  return made;
}

const CONSUMER_FIELDS = ['id', 'username', 'custom_id', 'tags', 'created_at', 'updated_at'];

const consumers = new WeakMap<Row, Readonly<Record<string, unknown>>>();

export function shownConsumer(row: Row): Readonly<Record<string, unknown>> {
  const known = consumers.get(row);
  if (known !== undefined) return known;
  const present = presentFields(row);
  const made = Object.fromEntries(Object.entries(present).filter(([name]) => CONSUMER_FIELDS.includes(name)));
  consumers.set(row, made);
  return made;
}

function presentFields(row: Row): Readonly<Record<string, unknown>> {
  const fields = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
  const shownValue = (name: string, value: unknown) => (
    REFERENCES.includes(name) && typeof value === 'string' ? { id: value } : ENDS.includes(name) ? withoutNulls(value) : value);
  return Object.fromEntries(fields.map(([name, value]) => [name, shownValue(name, value)]));
}

/** Fields of routes that are lists of records. */
const ENDS = ['sources', 'destinations'];

function withoutNulls(ends: unknown): unknown {
  if (!Array.isArray(ends)) return ends;
  return ends.map((end: object) => Object.fromEntries(Object.entries(end).filter(([, value]) => value !== null)));
}
