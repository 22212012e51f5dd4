/** Revisions of a control plane: their records, changes and states, and the way back to one. */
import { AdminApiError } from '../../gateway/src/admin-client/admin-client.ts';
import type { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { CommandFailure } from '../command.ts';

export interface RevisionRecord {
  readonly revision: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly author: string | null;
  readonly comment: string | null;
  readonly request_id?: string | null;
  readonly changes: number;
}

export interface RevisionChange {
  readonly entity: string;
  readonly key: string;
  /** Absent for an entity without one. */
  readonly name?: string | null;
  readonly operation: string;
  readonly before: EntityValue | null;
  readonly after: EntityValue | null;
}

interface RevisionPage<T> {
  readonly data: readonly T[];
  readonly offset?: string | null;
}

const PAGE_SIZE = 1000;

/** The newest records, the newest first. */
export async function newestRevisions(client: AdminClient, count: number): Promise<readonly RevisionRecord[]> {
  const records: RevisionRecord[] = [];
  for await (const record of paged<RevisionRecord>(client, '/revisions', Math.min(count, PAGE_SIZE))) {
    records.push(record);
    if (records.length >= count) break;
  }
  return records;
}

export async function revisionRecord(client: AdminClient, revision: number): Promise<RevisionRecord> {
  const { body } = await asked(() => client.request<RevisionRecord>('GET', `/revisions/${revision}?size=1`));
  return body;
}

/** What a revision changed. */
export async function changesOfRevision(client: AdminClient, revision: number): Promise<readonly RevisionChange[]> {
  const changes: RevisionChange[] = [];
  for await (const change of paged<RevisionChange>(client, `/revisions/${revision}`, PAGE_SIZE)) changes.push(change);
  return changes;
}

/** The configuration as it was, as text of a declarative file without secrets. */
export async function stateOfRevision(client: AdminClient, revision: number, format: 'json' | 'yaml'): Promise<string> {
  return asked(() => client.text(`/revisions/${revision}/state?format=${format}`));
}

interface RollbackReason {
  readonly entity: string;
  readonly key: string;
  readonly name: string | null;
  readonly reason: string;
}

export interface Rollback {
  readonly revision: number;
  readonly changes: number;
  readonly data?: readonly RevisionChange[];
}

/** @throws CommandFailure with the reasons for which the old state is not valid any more */
export async function rollBack(
  client: AdminClient, revision: number, { expected, isDryRun }: { readonly expected?: number; readonly isDryRun: boolean },
): Promise<Rollback> {
  const headers: Record<string, string> = expected === undefined ? {} : { 'if-match': `"${expected}"` };
  try {
    const path = `/revisions/${revision}/rollback${isDryRun ? '?dry_run=true' : ''}`;
    return (await client.request<Rollback>('POST', path, {}, { headers, timeoutMs: ROLLBACK_TIMEOUT_MS })).body;
  } catch (error) {
    if (!(error instanceof AdminApiError)) throw error;
    const { reasons, message } = error.body ?? {};
    if (error.status === 412) {
      throw new CommandFailure(
        `the newest revision is not ${expected}: nothing was changed; look at it first, with hybridge history`,
      );
    }
    if (error.status !== 409 || !Array.isArray(reasons)) throw unavailable(error);
    const lines = (reasons as readonly RollbackReason[]).map(({ entity, key, name, reason }) => `  ${entity} ${name ?? key}: ${reason}`);
    throw new CommandFailure([`${String(message)}; nothing was changed`, ...lines].join('\n'));
  }
}

const ROLLBACK_TIMEOUT_MS = 300_000;

async function* paged<T>(client: AdminClient, path: string, size: number): AsyncGenerator<T> {
  let offset: string | null | undefined;
  do {
    const after = offset ? `&offset=${encodeURIComponent(offset)}` : '';
    const { body } = await asked(() => client.request<RevisionPage<T>>('GET', `${path}?size=${size}${after}`));
    yield* body.data;
    ({ offset } = body);
  } while (offset);
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof AdminApiError ? unavailable(error) : error;
  }
}

/** A control plane without history answers 404 without a word about revisions. */
function unavailable(error: AdminApiError): Error {
  const message = typeof error.body?.message === 'string' ? error.body.message : '';
  return error.status === 404 && !/revision|history/.test(message)
    ? new CommandFailure('this control plane has no history: it is older than this command, or another gateway') : error;
}
