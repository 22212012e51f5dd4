import type { IConstruct } from 'constructs';
import type { ControlPlaneLink } from './private/trust/control-plane-link';

/**
 * A gateway control plane as its data planes see it: one of this app, or one that runs elsewhere
 * (`GatewayControlPlane.fromAttributes`).
 */
export interface IGatewayControlPlane extends IConstruct {
  /** Name of the plane in `topology.json` and in the names of its secrets. */
  readonly planeName: string;

  /** @internal */
  readonly _link: ControlPlaneLink;
}
