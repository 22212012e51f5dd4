import type { IDependable } from 'constructs';
import type { GatewayCache } from '../../../caching/gateway-cache';
import type { GatewayLogs } from '../../../logging/gateway-logs';
import type { GatewayEngine } from '../../gateway-engine';
import type { ConsumerAccess } from '../consumers/consumer-access';
import type { FallbackObject } from '../fallback/fallback-access';
import type { PlaneDescription } from './plane';

/** Everything about a data plane except where it runs, which its target adds. */
export interface DataPlaneSpec {
  readonly engine: GatewayEngine;
  readonly plane: PlaneDescription;
  /** Id of its control plane. */
  readonly controlPlane: string;
  /** What has to exist before nodes start: certificates, secrets, a control plane that serves. */
  readonly prerequisites: readonly IDependable[];
  /** A value of the control plane's region, for the plane's stack. */
  readonly regionalValue: (name: string, value: string) => string;
  /** How long a node may be without its first configuration. */
  readonly firstConfigurationMinutes: number;
  /** Where the plane's role writes. Absent where nodes send with a token. */
  readonly logs?: GatewayLogs;
  readonly cache?: GatewayCache;
  /** What nodes with an empty disk serve while they reach no control plane. */
  readonly fallback?: FallbackObject;
  readonly consumers: ConsumerAccess;
}
