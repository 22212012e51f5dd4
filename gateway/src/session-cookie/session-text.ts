/** The text of a session that is sealed into its cookie. */
import type { SessionTimes } from './session-times.ts';

export interface SessionRecord<Data> {
  readonly id: string;
  /** Who it belongs to. */
  readonly subject: string | undefined;
  readonly data: Data;
  readonly times: SessionTimes;
}

/** Of the format: a node does not open what it might read wrongly. */
const VERSION = 1;

export function encodeSession<Data>({ id, subject, data, times: { begun, renewed, used } }: SessionRecord<Data>): string {
  return JSON.stringify([VERSION, id, subject ?? null, begun, renewed, used, data]);
}

/** @returns `undefined` for a text of another format */
export function decodeSession<Data>(text: string): SessionRecord<Data> | undefined {
  const [version, id, subject, begun, renewed, used, data] = listIn(text);
  if (version !== VERSION || typeof id !== 'string' || !isTime(begun) || !isTime(renewed) || !isTime(used)) return undefined;
  return { id, subject: typeof subject === 'string' ? subject : undefined, data: data as Data, times: { begun, renewed, used } };
}

function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value as readonly unknown[] : [];
  } catch {
    return [];
  }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
