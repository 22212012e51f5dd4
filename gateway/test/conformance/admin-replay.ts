/** Replays recorded suites of the Admin API against a running node, which is erased and configured again as often as a case needs it. */
import type { AdminClient, Answer } from '../fixtures/admin-client.ts';
import { configure, differenceOf } from '../fixtures/golden-admin.ts';
import type { GoldenSuite } from '../fixtures/golden-admin.ts';

export interface SuiteResult {
  readonly id: string;
  readonly total: number;
  /** Of cases that were not answered as recorded. */
  readonly differences: readonly { readonly id: string; readonly difference: string }[];
}

/** @throws Error the node refuses what a suite starts from, or to forget what it holds */
export async function replay(client: AdminClient, suite: GoldenSuite): Promise<SuiteResult> {
  const differences: { id: string; difference: string }[] = [];
  const watched = new WatchedClient(client);
  for (const golden of suite.cases) {
    if (watched.hasChanged) {
      await erase(client);
      await configure(client, suite);
      watched.hasChanged = false;
    }
    const difference = await differenceOf(watched, golden).catch((error: Error) => error.message);
    if (difference !== undefined) differences.push({ id: golden.id, difference });
  }
  return { id: suite.id, total: suite.cases.length, differences };
}

/** Tells whether what the node holds may have changed. */
class WatchedClient implements AdminClient {
  hasChanged = true;
  readonly #client: AdminClient;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  async send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string | null>>): Promise<Answer> {
    const answer = await this.#client.send(method, path, body, headers);
    const isRead = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method) || path.endsWith('/validate');
    if (!isRead && (answer.status < 300 || answer.status >= 500)) this.hasChanged = true;
    return answer;
  }
}

/** Collections that hold what others do not refer to come first; what is left falls with what it belongs to. */
const COLLECTIONS = [
  'filter-chains', 'plugins', 'oauth2_tokens', 'acme_storage', 'sessions', 'routes', 'services', 'upstreams', 'consumers', 'snis',
  'certificates', 'ca_certificates', 'vaults', 'keys', 'key-sets',
];

/** @returns rows that the node holds, by path */
export async function held(client: AdminClient): Promise<string[]> {
  const rows: string[] = [];
  for (const collection of COLLECTIONS) {
    const { status, text } = await client.send('GET', `/${collection}?size=1000`);
    if (status !== 200) continue;
    const { data } = JSON.parse(text) as { readonly data: readonly { readonly id: string }[] };
    rows.push(...data.map(({ id }) => `/${collection}/${id}`));
  }
  return rows;
}

/** @throws Error a row cannot be deleted */
export async function erase(client: AdminClient): Promise<void> {
  for (let rows = await held(client); rows.length > 0; rows = await held(client)) {
    for (const row of rows) {
      const { status, text } = await client.send('DELETE', row);
      if (status !== 204 && status !== 404) throw new Error(`DELETE ${row}: ${status} ${text}`);
    }
  }
}
