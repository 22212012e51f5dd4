/** What is known of the health of one address: its state, and what was counted since the state changed. */

export type HealthEvent = 'success' | 'http' | 'tcp' | 'timeout';

type State = 'healthy' | 'mostly_healthy' | 'unhealthy' | 'mostly_unhealthy';

/** Counters end at 255, as the limits do. */
const MAX_COUNT = 255;

export class AddressHealth {
  #state: State = 'healthy';
  #counts: Record<HealthEvent, number> = { success: 0, http: 0, tcp: 0, timeout: 0 };

  /** Whether requests may go there. */
  get isHealthy(): boolean {
    return this.#state === 'healthy' || this.#state === 'mostly_healthy';
  }

  /**
   * Counts an event. A success sets the counts of failures to zero, and a failure that of successes.
   *
   * @param limit events after which the state changes; 0: this event does not count
   * @returns whether the address became healthy or unhealthy by it
   */
  count(event: HealthEvent, limit: number): boolean {
    const towards = event === 'success' ? 'healthy' as const : 'unhealthy' as const;
    if (limit === 0 || this.#state === towards) return false;
    const counts = this.#counts;
    counts[event] = Math.min(counts[event] + 1, MAX_COUNT);
    if (event === 'success') counts.http = counts.tcp = counts.timeout = 0;
    else counts.success = 0;
    const before = this.isHealthy;
    if (counts[event] >= limit) this.#state = towards;
    else if (this.#state === 'healthy') this.#state = 'mostly_healthy';
    else if (this.#state === 'unhealthy') this.#state = 'mostly_unhealthy';
    return this.isHealthy !== before;
  }

  /** Sets the state by hand, or back to the beginning. @returns whether the address became healthy or unhealthy by it */
  set(isHealthy: boolean): boolean {
    const before = this.isHealthy;
    this.#state = isHealthy ? 'healthy' : 'unhealthy';
    this.#counts = { success: 0, http: 0, tcp: 0, timeout: 0 };
    return before !== isHealthy;
  }
}
