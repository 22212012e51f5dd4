/** What a control plane reports about data planes that do not serve everything. */
import { afterEach, beforeEach, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { createLog } from '../base/log.ts';
import { metricsText } from '../base/metrics.ts';
import type { DataPlaneRow, DataPlaneRows } from '../store/store.ts';
import { dataPlaneGauges, DataPlaneHealthLog } from './data-plane-health.ts';

const NOW_MS = 1_800_000_000_000;
const REFUSED = { config_hash: 'b'.repeat(32), message: 'no such service' };

let rows: DataPlaneRow[];
let failure: Error | undefined;
let lines: Record<string, unknown>[];
let clock: ManualClock;
let health: DataPlaneHealthLog;

const table: DataPlaneRows = {
  put: async () => undefined,
  list: async () => {
    if (failure) throw failure;
    return { items: rows };
  },
};

beforeEach(() => {
  [rows, failure, lines, clock] = [[], undefined, [], new ManualClock(NOW_MS)];
  const log = createLog({ write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  health = new DataPlaneHealthLog({ rows: table, log, clock });
});
afterEach(() => health.close());

const row = (hostname: string, more: object = {}): DataPlaneRow => ({
  id: `id-${hostname}`, hostname, last_seen: NOW_MS / 1000 + 50, ...more,
});
const minute = async () => {
  clock.advance(60_000);
  await new Promise((resolve) => void setImmediate(resolve));
};

it('logs one line a minute while connected data planes do not serve everything, and none otherwise', async () => {
  rows = [row('well'), row('gone', { last_seen: 1, refused: REFUSED })];
  await minute();
  expect(lines).toEqual([]);
  rows = [
    row('well', { last_seen: NOW_MS / 1000 + 150 }),
    row('ill', { last_seen: NOW_MS / 1000 + 150, quarantined: { total: 2, entities: [] } }),
    row('old', { last_seen: NOW_MS / 1000 + 150, refused: REFUSED }),
  ];
  await minute();
  expect(lines).toMatchObject([{
    level: 'error', message: 'data planes do not serve the whole configuration', data_planes: 2,
    nodes: [{ hostname: 'ill', quarantined: 2, refused: false }, { hostname: 'old', quarantined: 0, refused: true }],
  }]);
});

it('goes on after a failure to read the list', async () => {
  failure = new Error('disk');
  await minute();
  expect(lines).toMatchObject([{ level: 'error', message: 'cannot read the list of data planes', error: 'disk' }]);
  [failure, rows] = [undefined, [row('ill', { last_seen: NOW_MS / 1000 + 150, refused: REFUSED })]];
  await minute();
  await eventually('the line', () => lines.length === 2);
});

it('measures each connected data plane', async () => {
  rows = [row('a"b', { quarantined: { total: 3, entities: [] } }), row('old', { refused: REFUSED })];
  const text = metricsText(await dataPlaneGauges(table, NOW_MS));
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'hybridge_data_plane_quarantined_entities{node_id="id-a\\"b",hostname="a\\"b"} 3',
    'hybridge_data_plane_quarantined_entities{node_id="id-old",hostname="old"} 0',
    'hybridge_data_plane_configuration_refused{node_id="id-a\\"b",hostname="a\\"b"} 0',
    'hybridge_data_plane_configuration_refused{node_id="id-old",hostname="old"} 1',
    '',
  ]);
});
