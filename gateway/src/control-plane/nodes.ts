/** The list of data planes: writes a row at each ping, and remembers which data plane rejected a configuration. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { clusteringDataPlane } from '../model/entities/clustering-data-plane.ts';
import { violationOf } from '../model/schema/violation-of.ts';
import { isDatabaseUnavailable } from '../store/database-unavailable.ts';
import type { DataPlaneRow, DataPlaneRows } from '../store/store.ts';
import type { ApplyFailure, DataPlaneNode, NodeRegistry } from '../sync/protocol.ts';

export interface DataPlaneFailures {
  /** Why the data plane rejected the last configuration; `undefined` once it has applied one. */
  of(id: string): ApplyFailure['error'] | undefined;
}

/** Fields that a data plane sends itself and that the list relies on. */
const SAID_FIELDS = ['id', 'hostname', 'ip', 'version'] as const;

export class DataPlaneRegistry implements NodeRegistry, DataPlaneFailures {
  readonly #rows: DataPlaneRows;
  readonly #purgeDelaySeconds: number;
  readonly #log: Log;
  readonly #failures = new Map<string, ApplyFailure['error']>();
  readonly #writing = new Set<Promise<void>>();

  /** @param purgeDelaySeconds time after the last ping after which the row of a data plane is removed */
  constructor(rows: DataPlaneRows, purgeDelaySeconds: number, log: Log) {
    this.#rows = rows;
    this.#purgeDelaySeconds = purgeDelaySeconds;
    this.#log = log;
  }

  seen(node: DataPlaneNode): void {
    const failure = this.#failures.get(node.id);
    if (failure && failure.config_hash === node.config_hash) this.#failures.delete(node.id);
    for (const field of SAID_FIELDS) {
      const violation = violationOf({ ...clusteringDataPlane.fields[field], required: true }, node[field]);
      if (violation === undefined) continue;
      this.#log.warn('a data plane is not listed: what it sends about itself is not valid', { field, value: node[field], violation });
      return;
    }
    const write = this.#rows.put({ ...node } as DataPlaneRow, this.#purgeDelaySeconds)
      .catch((error: unknown) => {
        if (isDatabaseUnavailable(error)) return;
        this.#log.error('cannot write the row of a data plane', { node: node.id, error: messageOf(error) });
      })
      .finally(() => this.#writing.delete(write));
    this.#writing.add(write);
  }

  refused(node: DataPlaneNode, failure: ApplyFailure['error']): void {
    this.#failures.set(node.id, failure);
    const { id, hostname } = node;
    const { config_hash, message: error } = failure;
    this.#log.error('a data plane rejected the configuration', { node: id, hostname, config_hash, error });
  }

  of(id: string): ApplyFailure['error'] | undefined {
    return this.#failures.get(id);
  }

  /** Resolves when all rows are written. */
  async close(): Promise<void> {
    await Promise.all(this.#writing);
  }
}
