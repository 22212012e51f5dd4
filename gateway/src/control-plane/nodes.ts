/** The list of data planes: writes a row at every sign of life, and remembers who refused a configuration. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { clusteringDataPlane } from '../model/entities/clustering-data-plane.ts';
import { validateField } from '../model/schema/validate-field.ts';
import type { DataPlaneRow, DataPlaneRows } from '../store/store.ts';
import type { ApplyFailure, DataPlaneNode, NodeRegistry } from '../sync/protocol.ts';

export interface DataPlaneFailures {
  /** What the data plane said of the configuration it refused last; nothing since it took one. */
  of(id: string): ApplyFailure['error'] | undefined;
}

/** Fields that a data plane says itself, and that the list must be able to rely on. */
const SAID_FIELDS = ['id', 'hostname', 'ip', 'version'] as const;

export class DataPlaneRegistry implements NodeRegistry, DataPlaneFailures {
  private readonly failures = new Map<string, ApplyFailure['error']>();
  private readonly writing = new Set<Promise<void>>();

  /** @param purgeDelaySeconds after which the row of a silent data plane goes */
  constructor(private readonly rows: DataPlaneRows, private readonly purgeDelaySeconds: number, private readonly log: Log) {}

  seen(node: DataPlaneNode): void {
    const failure = this.failures.get(node.id);
    if (failure && failure.config_hash === node.config_hash) this.failures.delete(node.id);
    for (const field of SAID_FIELDS) {
      const violation = validateField({ ...clusteringDataPlane.fields[field], required: true }, node[field], { schemas: new Map() });
      if (violation === undefined) continue;
      this.log.warn('a data plane is not listed: it says something impossible of itself', { field, value: node[field], violation });
      return;
    }
    const write = this.rows.put({ ...node } as DataPlaneRow, this.purgeDelaySeconds)
      .catch((error: unknown) => this.log.error('cannot write the row of a data plane', { node: node.id, error: messageOf(error) }))
      .finally(() => this.writing.delete(write));
    this.writing.add(write);
  }

  refused(node: DataPlaneNode, failure: ApplyFailure['error']): void {
    this.failures.set(node.id, failure);
    this.log.error('a data plane refused the configuration', { node: node.id, hostname: node.hostname, config_hash: failure.config_hash, error: failure.message });
  }

  of(id: string): ApplyFailure['error'] | undefined {
    return this.failures.get(id);
  }

  /** Resolves when all rows are written. */
  async close(): Promise<void> {
    await Promise.all(this.writing);
  }
}
