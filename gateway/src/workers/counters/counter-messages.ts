/** What workers and their supervisor say of counters. */

/** One counter, and what it may reach. */
export interface LimitedCounter {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  readonly limit: number;
}

export type CounterName = Omit<LimitedCounter, 'limit'>;

/** A request that wants to count everywhere, or nowhere. */
export type TakeQuestion = readonly LimitedCounter[];

export interface TakeAnswer {
  readonly isGranted: boolean;
  /** What each counter was before. */
  readonly counts: readonly number[];
  /** How many further requests the worker may count by itself, for each counter. */
  readonly leases: readonly number[];
}

/** A counter that changes without a limit, or unused units of a lease. */
export interface CounterChange extends CounterName {
  readonly by: number;
}
