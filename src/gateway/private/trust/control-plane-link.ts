import type { Construct, IDependable } from 'constructs';
import type { GatewayEngine } from '../../gateway-engine';
import type { FallbackObject } from '../fallback/fallback-access';
import type { TunnelAddresses } from '../plane/plane-settings';
import type { ReferenceCheck } from '../plane/reference-check';
import type { TunnelReach } from '../plane/tunnel-reach';
import type { TunnelTrust } from './tunnel-trust';

/** What a data plane takes over from its control plane. */
export interface ControlPlaneLink {
  /** Which gateway runs in the data planes. */
  readonly engine: GatewayEngine;
  /** Certificates of the tunnel. */
  readonly tunnel: TunnelTrust;
  /** Addresses as a data plane's stack may use them. */
  readonly addresses: (plane: Construct) => TunnelAddresses;
  /** Where the tunnel's load balancers are. Absent for a control plane of another app. */
  readonly reach?: TunnelReach;
  /** What exists once the control plane serves. Empty for one of another app. */
  readonly ready: readonly IDependable[];
  /** How long a node of a data plane may be without its first configuration. */
  readonly firstConfigurationMinutes: number;
  /** What the control plane leaves for data planes. */
  readonly fallback?: FallbackObject;
  /** Compares what configurations refer to with what data planes mount. Absent for a control plane of another app. */
  readonly references?: ReferenceCheck;
}
