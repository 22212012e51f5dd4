/** What the demo asks of the control plane, through its Admin API as anyone would. */
import { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { CommandFailure } from '../command.ts';
import type { Table } from '../terminal/table.ts';

const CONVERGENCE_LIMIT_SECONDS = 15;

/** The first API: a service that points at an upstream, and a route at /httpbin. @returns the revision that holds both */
export async function createEchoApi(admin: AdminClient, upstreamPort: number): Promise<number> {
  await admin.put('services', 'httpbin', { url: `http://127.0.0.1:${upstreamPort}` });
  const { revision } = await admin.put('services/httpbin/routes', 'httpbin', { paths: ['/httpbin'] });
  if (revision === undefined) {
    throw new CommandFailure('the Admin API did not say the revision of a write; is it a Hybridge control plane?', 'unavailable');
  }
  return revision;
}

/** @throws CommandFailure naming which data planes lag */
export async function untilAllRun(admin: AdminClient, revision: number, dataPlanes: number): Promise<void> {
  const state = await admin.waitForRevision({ revision, dataPlanes, seconds: CONVERGENCE_LIMIT_SECONDS });
  if (state.in_sync) return;
  const lagging = state.data_planes.filter((plane) => !plane.in_sync).map((plane) => `${plane.id} (${plane.sync_status})`);
  throw new CommandFailure(`${state.data_planes.length} of ${dataPlanes} data planes are connected after ${CONVERGENCE_LIMIT_SECONDS} s; `
    + `not at revision ${revision}: ${lagging.join(', ') || 'none of them'}`, 'unavailable');
}

/** `/clustering/data-planes` as a table. */
export async function dataPlaneRows(admin: AdminClient): Promise<Table> {
  const rows: string[][] = [];
  for await (const row of admin.list('clustering/data-planes')) {
    rows.push([
      String(row.id),
      Object.entries(row.labels as Record<string, string> ?? {}).map(([key, value]) => `${key}:${value}`).join(' '),
      String(row.version),
      String(row.sync_status),
      String(row.config_hash),
      new Date(Number(row.last_seen) * 1000).toISOString().slice(11, 19),
    ]);
  }
  return { headings: ['/clustering/data-planes', 'labels', 'version', 'status', 'configuration', 'last seen'], rows };
}
