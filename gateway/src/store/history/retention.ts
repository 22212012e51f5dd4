/** How much of the log of changes is kept. */

export interface Retention {
  /** Number of revisions. */
  readonly revisions: number;
  /** Age, in days; 0: any. */
  readonly days: number;
}

export const DEFAULT_RETENTION: Retention = { revisions: 10_000, days: 0 };

export const DAY_MS = 86_400_000;
