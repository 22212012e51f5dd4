import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV, ROLES } from '../private/contract';
import { atPlace } from '../private/input/place';
import { requireStack } from '../private/input/stack-scope';
import { requireEndpoint, requireServerName } from '../private/network/tunnel-endpoint';
import type { IGatewayControlPlane } from './gateway-control-plane-interface';
import { GatewayDataPlane } from './gateway-data-plane';
import type { GatewayDataPlaneOptions } from './gateway-data-plane-options';
import { GatewayEngine } from './gateway-engine';
import { FIRST_CONFIGURATION_MINUTES } from './private/plane/first-configuration';
import { addToTopology } from './private/plane/plane-entry';
import { planeNameOf } from './private/plane/plane-name';
import type { ControlPlaneLink } from './private/trust/control-plane-link';
import type { Trust } from './trust';

/** Attributes of a control plane that runs elsewhere. */
export interface GatewayControlPlaneAttributes {
  /** Where data planes get their configuration, as `host:port`: `KONG_CLUSTER_CONTROL_PLANE`. */
  readonly tunnelEndpoint: string;

  /** Where data planes send telemetry, as `host:port`: `KONG_CLUSTER_TELEMETRY_ENDPOINT`. */
  readonly telemetryEndpoint: string;

  /**
   * How the two ends of a tunnel authenticate each other; must match the control plane. Synth warns of
   * `Trust.generated()`: the control plane elsewhere does not have its certificate.
   */
  readonly trust: Trust;

  /**
   * Name that data planes request and expect in the control plane's certificate: `KONG_CLUSTER_SERVER_NAME`.
   *
   * @default - the name that `trust` knows: its `serverName` (`Trust.existingPki`), `kong_clustering` with a shared
   * certificate, `<id>.<id>.hybridge.internal` of this construct with `Trust.certManager` and `Trust.privateCa`. Where
   * it knows none, the host of `tunnelEndpoint`
   */
  readonly serverName?: string;

  /**
   * The same for telemetry: `KONG_CLUSTER_TELEMETRY_SERVER_NAME`.
   *
   * @default - as for `serverName`; where `trust` knows no name, the host of `telemetryEndpoint`
   */
  readonly telemetryServerName?: string;

  /**
   * Gateway of the data planes.
   *
   * @default GatewayEngine.packaged()
   */
  readonly engine?: GatewayEngine;
}

/**
 * A gateway control plane of another program, company or service. The app creates nothing for it except what its data
 * planes need from `trust`.
 */
export class ExternalControlPlane extends Construct implements IGatewayControlPlane {
  /** Name of the plane, derived from the id. */
  public readonly planeName: string;

  /** @internal */
  public readonly _link: ControlPlaneLink;

  constructor(scope: Construct, id: string, attributes: GatewayControlPlaneAttributes) {
    super(scope, id);
    requireStack(this);
    const { tunnelEndpoint, telemetryEndpoint, trust, serverName, telemetryServerName, engine = GatewayEngine.packaged() } = attributes;
    this.planeName = atPlace(this, () => planeNameOf(id));
    atPlace(this, () => {
      requireEndpoint('tunnelEndpoint', tunnelEndpoint);
      requireEndpoint('telemetryEndpoint', telemetryEndpoint);
      requireServerName('serverName', serverName);
      requireServerName('telemetryServerName', telemetryServerName);
    });
    this._link = {
      engine,
      tunnel: atPlace(this, () => trust._bind(this, this.planeName)),
      addresses: () => ({ configuration: tunnelEndpoint, telemetry: telemetryEndpoint, serverName, telemetryServerName }),
      ready: [],
      firstConfigurationMinutes: FIRST_CONFIGURATION_MINUTES.fromUnknown,
    };
    if (trust._isGenerated) {
      Annotations.of(this).addWarningV2(
        'cdk-hybridge:trust.generated-elsewhere',
        'trust: Trust.generated() makes a certificate in this app, which the control plane elsewhere does not have: it rejects the tunnels '
          + 'until it gets that certificate, and again after each rotation; use Trust.existing() or Trust.existingPki() with its own',
      );
    }
    const plane = { name: this.planeName, role: ROLES.controlPlane, settings: { [ENV.role]: ROLES.controlPlane } };
    atPlace(this, () => addToTopology(this, { target: 'external', plane }));
  }

  /**
   * Adds a data plane to this construct, or to the stack of its cluster or network if that is in another region or
   * account.
   *
   * @param id becomes the plane's name; unique in the app
   */
  public addDataPlane(id: string, options: GatewayDataPlaneOptions): GatewayDataPlane {
    return new GatewayDataPlane(options.target._dataPlaneScope(this), id, { ...options, controlPlane: this });
  }
}
