/**
 * Long work that gives way: a generator that yields wherever it may pause. It runs at once, or in steps of a few milliseconds, between
 * which the event loop serves everything else.
 */
export type Steps<T> = Generator<void, T, void>;

export interface Pace {
  /** How long a step goes on, from the first yield after that. Milliseconds. @default 2 */
  readonly stepMs?: number;
  /** Milliseconds from any start. @default - the clock of the machine */
  readonly now?: () => number;
  /** Calls back when everything else had its turn. @default - in the next round of the event loop */
  readonly pause?: (goOn: () => void) => void;
}

/** A request that comes in meanwhile waits for one step. */
const STEP_MS = 2;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** @throws what the work throws */
export function inSteps<T>(steps: Steps<T>, pace: Pace = {}): Promise<T> {
  const { stepMs = STEP_MS, now = () => performance.now(), pause = setImmediate } = pace;
  return new Promise((resolve, reject) => {
    const step = (): void => {
      try {
        const end = now() + stepMs;
        do {
          const { done, value } = steps.next();
          if (done === true) return resolve(value);
        } while (now() < end);
        pause(step);
      } catch (error) {
        reject(error);
      }
    };
    step();
  });
}

/** Yields after so many of the cheapest units of work: reading the clock for each would cost more than the work. */
export const UNITS_BETWEEN_YIELDS = 64;

/** Calls back for each item, and yields now and then. */
export function* forEachInSteps<T>(items: readonly T[], act: (item: T, index: number) => void): Steps<void> {
  for (let at = 0; at < items.length; at += 1) {
    act(items[at]!, at);
    if (at % UNITS_BETWEEN_YIELDS === 0) yield;
  }
}
