/** Records of telemetry that the control plane has not taken yet, numbered in batches. What does not fit is counted. */
import { MAX_BATCH_RECORDS, MAX_KEPT_RECORDS } from './telemetry-protocol.ts';
import type { TelemetryRecord } from './telemetry-protocol.ts';

interface TelemetryBatch {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly records: readonly TelemetryRecord[];
}

export class TelemetryBuffer {
  /** Not in a batch yet. */
  #records: TelemetryRecord[] = [];
  /** Not acknowledged, oldest first. */
  #batches: TelemetryBatch[] = [];
  /** Records of both. */
  #kept = 0;
  #dropped = 0;
  #seq = 0;

  /** Records given up since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  add(record: TelemetryRecord): void {
    this.#records.push(record);
    this.#kept += 1;
    while (this.#kept > MAX_KEPT_RECORDS) this.#dropOldest();
  }

  /** Puts all records into batches. */
  cut(): void {
    while (this.#records.length > 0) {
      this.#seq += 1;
      this.#batches.push({ seq: this.#seq, records: this.#records.splice(0, MAX_BATCH_RECORDS) });
    }
  }

  /** The oldest batch with a number above this one. */
  after(seq: number): TelemetryBatch | undefined {
    return this.#batches.find((batch) => batch.seq > seq);
  }

  /** The control plane has taken all batches up to this number. */
  acknowledge(seq: number): void {
    while (this.#batches[0] !== undefined && this.#batches[0].seq <= seq) this.#kept -= this.#batches.shift()!.records.length;
  }

  /** Whole batches first, then single records. A batch that is on its way may be counted although it arrives; never the reverse. */
  #dropOldest(): void {
    const oldest = this.#batches.shift();
    const count = oldest?.records.length ?? 1;
    if (oldest === undefined) this.#records.shift();
    this.#kept -= count;
    this.#dropped += count;
  }
}
