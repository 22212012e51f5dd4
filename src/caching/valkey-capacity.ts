import { requireWhole } from '../private/input/numbers';
import { shown, atPlace } from '../private/input/place';
import type { ValkeyChoice } from './private/cache-connection';

/** Options of `ValkeyCapacity.nodes()`. */
export interface ValkeyNodesOptions {
  /**
   * Node type, such as `cache.m7g.large`.
   *
   * @default 'cache.t4g.small'
   */
  readonly nodeType?: string;

  /**
   * Number of replicas in other availability zones, 1 to 5.
   *
   * @default 1
   */
  readonly replicas?: number;
}

/** Options of `ValkeyCapacity.serverless()`. */
export interface ValkeyServerlessOptions {
  /**
   * Maximum data size in GB, 1 to 5000; it limits the cost.
   *
   * @default 5
   */
  readonly maxStorageGb?: number;

  /**
   * Maximum ElastiCache processing units per second, 1000 to 15000000. A simple command on 1 kB is one unit.
   *
   * @default 5000
   */
  readonly maxEcpuPerSecond?: number;
}

/** Capacity of a `ValkeyCache`: nodes or serverless. */
export class ValkeyCapacity {
  /** Dedicated nodes: a primary and replicas across availability zones, with automatic failover. Billed by the hour. */
  public static nodes(options: ValkeyNodesOptions = {}): ValkeyCapacity {
    const { nodeType = 'cache.t4g.small', replicas = 1 } = options;
    atPlace('ValkeyCapacity.nodes', () => {
      if (!/^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) {
        throw new Error(`nodeType: got ${shown(nodeType)}, expected a type of ElastiCache such as cache.t4g.small`);
      }
      requireWhole('replicas', replicas, { min: 1, max: 5 });
    });
    return new ValkeyCapacity({ kind: 'nodes', nodeType, replicas });
  }

  /**
   * ElastiCache Serverless: scales automatically, billed by use. It is a cluster that looks like one node: all keys
   * of one command must be in one slot, as the gateway's counters and entries are.
   */
  public static serverless(options: ValkeyServerlessOptions = {}): ValkeyCapacity {
    const { maxStorageGb = 5, maxEcpuPerSecond = 5000 } = options;
    atPlace('ValkeyCapacity.serverless', () => {
      requireWhole('maxStorageGb', maxStorageGb, { min: 1, max: 5000 });
      requireWhole('maxEcpuPerSecond', maxEcpuPerSecond, { min: 1000, max: 15_000_000 });
    });
    return new ValkeyCapacity({ kind: 'serverless', maxStorageGb, maxEcpuPerSecond });
  }

  /** @internal */
  public readonly _choice: ValkeyChoice;

  private constructor(choice: ValkeyChoice) {
    this._choice = choice;
  }
}
