/** Replays recorded requests to `/config`. Answers are compared as they were recorded: without ids and times. */
import { isDeepStrictEqual } from 'node:util';

import type { AdminClient } from '../fixtures/admin-client.ts';

export interface ConfigCase {
  readonly name: string;
  readonly request: {
    readonly path: string;
    /** Content type; null: none. */
    readonly type: string | null;
    readonly body?: unknown;
    /** In place of a body of JSON. */
    readonly raw?: string;
  };
  readonly answer: { readonly status: number; readonly body: unknown };
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The difference of a case, or nothing. Where the original fails with 500, any refusal is right. */
export async function configDifference(client: AdminClient, { request, answer }: ConfigCase): Promise<string | undefined> {
  const sent = request.raw ?? JSON.stringify(request.body);
  const bytes = Buffer.from(sent).toString('latin1');
  const { status, text } = await client.send('POST', request.path, bytes, { 'Content-Type': request.type });
  if (answer.status >= 500) return status >= 400 && status < 500 ? undefined : `status ${status}, expected a refusal`;
  if (status !== answer.status) return `status ${status} (${text.slice(0, 500)}), expected ${answer.status}`;
  const { '<raw>': raw } = Object(answer.body) as { readonly '<raw>'?: string };
  if (raw !== undefined) return text === raw ? undefined : `got ${text}, expected ${raw}`;
  const [seen, expected] = [canonical(JSON.parse(text || 'null'), sent), canonical(answer.body, sent)];
  return isDeepStrictEqual(seen, expected) ? undefined : `got ${JSON.stringify(seen)}\nexpected ${JSON.stringify(expected)}`;
}

/** Ids that the request does not contain and times are placeholders; what has no order is sorted. */
function canonical(value: unknown, request: string): unknown {
  if (typeof value === 'string') return value.replace(UUID, (id) => (request.includes(id) ? id : '<uuid>'));
  if (Array.isArray(value)) return value.map((item) => canonical(item, request));
  if (typeof value !== 'object' || value === null) return value;
  const made: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const name = canonical(key, request) as string;
    const shown = TIMES.has(key) && typeof item === 'number' ? '<time>' : canonical(item, request);
    if (name === '<uuid>') made[name] = sorted([...made[name] as unknown[] | undefined ?? [], ...Array.isArray(shown) ? shown : [shown]]);
    else made[name] = UNORDERED.has(key) && Array.isArray(shown) ? sorted(shown) : shown;
  }
  return made;
}

const TIMES: ReadonlySet<string> = new Set(['created_at', 'updated_at']);

const UNORDERED: ReadonlySet<string> = new Set(['flattened_errors', 'errors']);

function sorted(items: readonly unknown[]): readonly unknown[] {
  return [...items].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
