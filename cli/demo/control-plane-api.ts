/** What the demo asks of the control plane, through its Admin API as anyone would. */
import { CommandFailure } from '../command.ts';
import type { Table } from '../terminal/table.ts';

const CONVERGENCE_LIMIT_MS = 15_000;

interface Answer<T> {
  readonly body: T;
  /** Revision of the store after the request. */
  readonly revision: number;
}

/** @throws CommandFailure with what was asked, and the answer */
async function request<T>(admin: string, method: string, path: string, body?: object): Promise<Answer<T>> {
  const response = await fetch(`${admin}${path}`, { method, ...body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } });
  const text = await response.text();
  if (!response.ok) throw new CommandFailure(`the Admin API answered ${response.status} to ${method} ${path}: ${text.trim()}`, 'unavailable');
  return { body: JSON.parse(text) as T, revision: Number(response.headers.get('hybridge-revision')) };
}

/** The first API: a service that points at an upstream, and a route at /httpbin. @returns the revision that holds both */
export async function createEchoApi(admin: string, upstreamPort: number): Promise<number> {
  await request(admin, 'PUT', '/services/httpbin', { url: `http://127.0.0.1:${upstreamPort}` });
  const { revision } = await request(admin, 'PUT', '/services/httpbin/routes/httpbin', { paths: ['/httpbin'] });
  return revision;
}

interface RevisionState {
  readonly in_sync: boolean;
  readonly data_planes: readonly { readonly hostname: string; readonly in_sync: boolean; readonly error: unknown }[];
}

/** @throws CommandFailure naming how far it came */
export async function untilAllRun(admin: string, revision: number, dataPlanes: number): Promise<void> {
  const deadline = Date.now() + CONVERGENCE_LIMIT_MS;
  for (;;) {
    const { body } = await request<RevisionState>(admin, 'GET', `/clustering/revision?revision=${revision}`);
    const running = body.data_planes.filter((plane) => plane.in_sync).length;
    if (running >= dataPlanes) return;
    if (Date.now() > deadline) {
      throw new CommandFailure(`${running} of ${dataPlanes} data planes run revision ${revision} after ${CONVERGENCE_LIMIT_MS / 1000} s: ${JSON.stringify(body)}`, 'unavailable');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface DataPlaneRow {
  readonly id: string;
  readonly ip: string;
  readonly version: string;
  readonly sync_status: string;
  readonly config_hash: string;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly last_seen: number;
}

/** `/clustering/data-planes` as a table. */
export async function dataPlaneRows(admin: string): Promise<Table> {
  const { body } = await request<{ data: readonly DataPlaneRow[] }>(admin, 'GET', '/clustering/data-planes');
  return {
    headings: ['/clustering/data-planes', 'labels', 'version', 'status', 'configuration', 'last seen'],
    rows: body.data.map((row) => [
      row.id,
      Object.entries(row.labels ?? {}).map(([key, value]) => `${key}:${value}`).join(' '),
      row.version,
      row.sync_status,
      row.config_hash,
      new Date(row.last_seen * 1000).toISOString().slice(11, 19),
    ]),
  };
}
