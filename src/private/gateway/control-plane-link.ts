import type { GatewayEngine } from '../../gateway/gateway-engine';
import type { Trust } from '../../gateway/trust';
import type { TunnelAddresses } from './plane-settings';

/** What a data plane takes over from its control plane. */
export interface ControlPlaneLink {
  /** Which gateway runs in the data planes. */
  readonly engine: GatewayEngine;
  /** Certificates of the tunnel. */
  readonly tunnel: ReturnType<Trust['_bind']>;
  readonly addresses: TunnelAddresses;
}
