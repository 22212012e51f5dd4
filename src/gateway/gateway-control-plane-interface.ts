import type { IConstruct } from 'constructs';
import type { ControlPlaneLink } from './private/trust/control-plane-link';

/** A gateway control plane as its data planes see it: one that this app makes, or one that runs elsewhere (`GatewayControlPlane.fromAttributes`). */
export interface IGatewayControlPlane extends IConstruct {
  /** Name of the plane, as `topology.json` and the names of its secrets have it. */
  readonly planeName: string;

  /** @internal */
  readonly _link: ControlPlaneLink;
}
