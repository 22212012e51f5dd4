import type { IDependable } from 'constructs';
import type { GatewayCache } from '../../caching/gateway-cache';
import type { GatewayEngine } from '../../gateway/gateway-engine';
import type { OpenSearchLogs } from '../../logging/opensearch-logs';
import type { PlaneDescription } from './plane';

/** What a data plane brings to the place where it runs. */
export interface DataPlanePlacement {
  readonly engine: GatewayEngine;
}

/** A data plane that is settled except for where it runs. */
export interface PlacedDataPlane extends DataPlanePlacement {
  readonly plane: PlaneDescription;
  /** Id of its control plane. */
  readonly controlPlane: string;
  /** What has to hold its content before the pods start. */
  readonly contents: readonly IDependable[];
  readonly logs?: OpenSearchLogs;
  readonly cache?: GatewayCache;
}
