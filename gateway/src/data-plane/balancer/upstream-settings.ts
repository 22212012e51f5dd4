/** The fields of an upstream entity that its balancer reads. They are complete: validation has filled them. */
import type { Row } from '../../model/config-table.ts';
import type { HashSettings } from './hash-input.ts';

interface Thresholds {
  readonly tcp_failures: number;
  readonly timeouts: number;
  readonly http_failures: number;
  readonly http_statuses: readonly number[];
}

interface Checks {
  readonly type: string;
  readonly healthy: { readonly successes: number; readonly http_statuses: readonly number[] };
  readonly unhealthy: Thresholds;
}

export interface ActiveChecks extends Checks {
  readonly timeout: number;
  readonly concurrency: number;
  readonly http_path: string;
  readonly https_sni?: string | null;
  readonly https_verify_certificate: boolean;
  readonly headers?: Readonly<Record<string, readonly string[]>> | null;
  readonly healthy: Checks['healthy'] & { readonly interval: number };
  readonly unhealthy: Thresholds & { readonly interval: number };
}

export interface UpstreamSettings extends HashSettings {
  readonly id: string;
  readonly name: string;
  readonly algorithm: string;
  readonly slots: number;
  readonly host_header?: string | null;
  readonly client_certificate?: string | null;
  readonly use_srv_name: boolean;
  readonly healthchecks: { readonly active: ActiveChecks; readonly passive: Checks; readonly threshold: number };
}

export interface TargetSettings {
  readonly id: string;
  readonly upstream: string;
  /** Name or address, and port. */
  readonly target: string;
  readonly weight: number;
}

export type { Checks };

export function upstreamOf(row: Row): UpstreamSettings {
  return row as unknown as UpstreamSettings;
}

export function targetOf(row: Row): TargetSettings {
  return row as unknown as TargetSettings;
}

/** Whether anything can take a target out. */
export function usesHealthChecks({ healthchecks: { active, passive } }: UpstreamSettings): boolean {
  const { tcp_failures: tcp, timeouts, http_failures: http } = passive.unhealthy;
  return active.healthy.interval !== 0 || active.unhealthy.interval !== 0 || tcp !== 0 || timeouts !== 0 || http !== 0;
}
