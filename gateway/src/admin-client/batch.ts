/** `POST /batch` of the Admin API: operations on entities in one transaction, all of them or none. */
import type { EntityValue } from '../model/schema/field.ts';
import { AdminApiError } from './admin-client.ts';
import type { AdminClient } from './admin-client.ts';

export interface BatchOperation {
  readonly operation: 'create' | 'put' | 'patch' | 'delete';
  /** Entity type, e.g. `keyauth_credentials`. */
  readonly entity: string;
  /** Id or name; absent for a new entity. */
  readonly key?: string;
  readonly body?: EntityValue;
  /** By field: id or name of an entity that this one belongs to, where both tell which one is meant. */
  readonly within?: Readonly<Record<string, string>>;
}

export interface BatchOptions {
  /** Kept in the history. */
  readonly comment?: string;
  /** The newest revision that the operations were made for: a later one refuses them. @default - any */
  readonly expected?: number;
  /** Checks the operations, and writes nothing. @default false */
  readonly isDryRun?: boolean;
}

interface BatchAnswer {
  /** The newest revision: the one that has the changes, unless there were none. */
  readonly revision: number;
  readonly changes: number;
  readonly results: readonly (EntityValue | null)[];
}

/** The most operations of one transaction. */
export const MAX_OPERATIONS = 100_000;

/** Thousands of entities take a while. Milliseconds. */
const TIMEOUT_MS = 300_000;

/** @throws AdminApiError; status 412 when another revision is the newest; its body may name the `operation` that was refused */
export async function sendBatch(
  client: AdminClient, operations: readonly BatchOperation[], options: BatchOptions = {},
): Promise<BatchAnswer> {
  const { comment, expected, isDryRun = false } = options;
  const body = { ...comment !== undefined && { comment }, operations: operations.map(onlyKnown) };
  const headers: Record<string, string> = expected === undefined ? {} : { 'if-match': `"${expected}"` };
  const reply = await client.request<BatchAnswer>(
    'POST', isDryRun ? '/batch?dry_run=true' : '/batch', body, { headers, timeoutMs: TIMEOUT_MS },
  );
  return reply.body;
}

/** Operations may have more members, which are their caller's. */
function onlyKnown({ operation, entity, key, body, within }: BatchOperation): BatchOperation {
  return { operation, entity, ...key !== undefined && { key }, ...within && { within }, ...body && { body } };
}

/** The operation that was refused, where one was. */
export function refusedOperation(error: unknown): number | undefined {
  const index = error instanceof AdminApiError ? error.body?.operation : undefined;
  return typeof index === 'number' ? index : undefined;
}
