/** Data planes that do not serve the newest configuration, or not all of it: as metrics, and as one line of the log each minute. */
import { DEGRADED_LINE } from '../../contract.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { MetricFamily } from '../base/metrics.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { isDatabaseUnavailable } from '../store/database-unavailable.ts';
import type { DataPlaneRow, DataPlaneRows } from '../store/store.ts';
import type { RefusedTable } from '../sync/protocol.ts';

/** After this silence a data plane is not connected: it pings every 30 s, and the tunnel closes after 45 to 50 s. Seconds. */
export const CONNECTED_SECONDS = 50;

/** Most data planes that are looked at. */
export const MAX_DATA_PLANES = 100_000;

/** How often the line is logged while it is true: an alarm must not clear in between. Milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/** Most data planes that one line names. */
const MAX_NAMED = 20;

export interface DataPlaneHealth {
  readonly id: string;
  readonly hostname: string;
  /** Number of entities that it does not serve. */
  readonly quarantined: number;
  readonly refused: RefusedTable | undefined;
}

/** The data planes that are connected to any node of the control plane. */
export async function connectedDataPlanes(rows: DataPlaneRows, nowMs: number): Promise<readonly DataPlaneRow[]> {
  const { items } = await rows.list({ size: MAX_DATA_PLANES });
  return items.filter(({ last_seen: lastSeen }) => (lastSeen as number) > nowMs / 1000 - CONNECTED_SECONDS);
}

export function healthOf({ id, hostname, quarantined, refused }: DataPlaneRow): DataPlaneHealth {
  return {
    id, hostname: hostname as string, quarantined: (quarantined as Quarantine | undefined)?.total ?? 0,
    refused: refused as RefusedTable | undefined,
  };
}

export async function dataPlaneGauges(rows: DataPlaneRows, nowMs: number): Promise<readonly MetricFamily[]> {
  const planes = (await connectedDataPlanes(rows, nowMs)).map(healthOf);
  const samples = (valueOf: (plane: DataPlaneHealth) => number) => (
    planes.map((plane) => ({ labels: { node_id: plane.id, hostname: plane.hostname }, value: valueOf(plane) })));
  return [
    {
      name: 'hybridge_data_plane_quarantined_entities',
      help: 'Entities of the configuration that a connected data plane does not serve',
      samples: samples(({ quarantined }) => quarantined),
    },
    {
      name: 'hybridge_data_plane_configuration_refused',
      help: 'Whether a connected data plane refused the newest configuration and runs the one before',
      samples: samples(({ refused }) => (refused === undefined ? 0 : 1)),
    },
  ];
}

interface DataPlaneHealthLogOptions {
  readonly rows: DataPlaneRows;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/** Logs the line while there are such data planes. Each node of a control plane logs it, with the same number. */
export class DataPlaneHealthLog {
  readonly #options: DataPlaneHealthLogOptions;
  readonly #clock: Clock;
  readonly #timer: Timer;

  constructor(options: DataPlaneHealthLogOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#timer = this.#clock.every(LOG_INTERVAL_MS, () => void this.#look());
  }

  async close(): Promise<void> {
    this.#timer.cancel();
  }

  async #look(): Promise<void> {
    const { rows, log } = this.#options;
    try {
      const planes = (await connectedDataPlanes(rows, this.#clock.now())).map(healthOf);
      const degraded = planes.filter(({ quarantined, refused }) => quarantined > 0 || refused !== undefined);
      if (degraded.length === 0) return;
      const nodes = degraded.slice(0, MAX_NAMED)
        .map(({ hostname, quarantined, refused }) => ({ hostname, quarantined, refused: refused !== undefined }));
      log.error(DEGRADED_LINE.message, { [DEGRADED_LINE.count]: degraded.length, nodes });
    } catch (error) {
      if (!isDatabaseUnavailable(error)) log.error('cannot read the list of data planes', { error: messageOf(error) });
    }
  }
}
