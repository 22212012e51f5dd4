/** What a node knows of the health of the targets of its upstreams, as the Admin API shows it. */

export type HealthState = 'HEALTHY' | 'UNHEALTHY' | 'HEALTHCHECKS_OFF' | 'DNS_ERROR';

interface Weights {
  readonly total: number;
  readonly available: number;
  readonly unavailable: number;
}

export interface AddressStatus {
  readonly ip: string;
  readonly port: number;
  readonly weight: number;
  readonly health: HealthState;
}

export interface TargetStatus {
  readonly health: HealthState;
  readonly data: {
    readonly host: string;
    readonly port: number;
    /** Kind of the records behind the addresses, or why there are none. */
    readonly dns: string;
    readonly nodeWeight: number;
    readonly weight: Weights;
    readonly addresses: readonly AddressStatus[];
  };
}

export interface UpstreamStatus {
  readonly health: HealthState;
  readonly weight: Weights;
  /** By name or address, and port. */
  readonly targets: ReadonlyMap<string, TargetStatus>;
}

/** A data plane in the same process. */
export interface UpstreamHealth {
  /** Returns `undefined` for an upstream that the data plane does not have. */
  of(upstreamId: string): UpstreamStatus | undefined;
  /**
   * Sets the health of a target by hand.
   *
   * @param address one of its addresses, with or without port. @default - all
   * @returns whether the upstream has health checks
   */
  set(upstreamId: string, target: string, isHealthy: boolean, address?: string): boolean;
}
