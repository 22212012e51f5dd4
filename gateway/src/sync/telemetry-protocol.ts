/**
 * What data planes report on port 8006. Frames are binary: gzip of lines of JSON. The first frame of a connection is one `hello`;
 * each further one is a batch: its head, then its records. The control plane answers each batch with an `ack`, as plain JSON.
 */

export const TELEMETRY_PATH = '/v1/telemetry';

/** Paths of Kong's commercial data planes. What they send is undocumented; it is accepted and discarded, so that they do not log errors. */
export const DISCARDED_PATHS = ['/v1/ingest', '/v1/analytics/reqlog'] as const;

/** Records are kept at the data plane up to this number; beyond it the oldest go, and are counted. */
export const MAX_KEPT_RECORDS = 10_000;

/** Most records of one batch. */
export const MAX_BATCH_RECORDS = 1_000;

/** Milliseconds between batches. */
export const FLUSH_INTERVAL_MS = 1_000;

export interface TelemetryHello {
  readonly type: 'hello';
  readonly node_id: string;
  readonly node_version: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Made at the start of the process: batches are numbered from 1 in each run. */
  readonly run: string;
}

export interface TelemetryBatchHead {
  readonly type: 'batch';
  readonly seq: number;
  /** Records of this run that were given up. */
  readonly dropped: number;
}

/** `t` is its kind. */
export interface TelemetryRecord {
  readonly t: 'requests' | 'metrics' | 'error';
  readonly [field: string]: unknown;
}

/** Requests of one second that had the same route and status. */
export interface RequestsRecord extends TelemetryRecord {
  readonly t: 'requests';
  /** Id; null for requests without one. */
  readonly route: string | null;
  readonly status: number;
  readonly count: number;
  /** Sum over all of them, of the time from the head of the request to the end of the answer. */
  readonly duration_ms: number;
}

export interface TelemetryAck {
  readonly ack: number;
}
