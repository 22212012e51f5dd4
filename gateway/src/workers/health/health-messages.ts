/** What workers and their supervisor say of the health of targets. */
import type { HealthEvent } from '../../data-plane/balancer/address-health.ts';

/** One address of one upstream. */
export interface AddressName {
  /** Id of the upstream. */
  readonly upstream: string;
  readonly ip: string;
  readonly port: number;
}

/** What happened to a request. */
export interface AddressReport extends AddressName {
  readonly event: HealthEvent;
}

export interface AddressState extends AddressName {
  readonly isHealthy: boolean;
  /** Whether a failure was counted that a success would take back: workers report the next success. */
  readonly isSuspect: boolean;
}

export function nameOf({ upstream, ip, port }: AddressName): string {
  return `${upstream} ${ip} ${port}`;
}
