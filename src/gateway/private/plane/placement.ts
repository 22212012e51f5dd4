import type { IDependable } from 'constructs';
import type { GatewayCache } from '../../../caching/gateway-cache';
import type { GatewayLogs } from '../../../logging/gateway-logs';
import type { GatewayEngine } from '../../gateway-engine';
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
  /** Where the plane's role writes. Absent where nodes send with a token. */
  readonly logs?: GatewayLogs;
  readonly cache?: GatewayCache;
}
