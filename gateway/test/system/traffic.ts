/** Requests that flow while a suite does something else. */
import { expect } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';

export interface Traffic {
  /** Resolves when each flow has had this many answers more. */
  flows(more: number): Promise<void>;
}

/**
 * Sends requests for as long as the work lasts, also when it fails: traffic that goes on would disturb later tests.
 * Expects that every answer has status 200.
 *
 * @param flows each sends a request and resolves with its status; it is called again and again
 */
export async function withTraffic(flows: readonly (() => Promise<number>)[], work: (traffic: Traffic) => Promise<void>): Promise<void> {
  let going = true;
  const answers = flows.map((): number[] => []);
  const workers = flows.map(async (send, index) => {
    while (going) answers[index]!.push(await send());
  });
  try {
    await work({
      async flows(more) {
        const before = answers.map(({ length }) => length);
        await eventually('traffic flows', () => answers.every(({ length }, index) => length >= before[index]! + more));
      },
    });
  } finally {
    going = false;
    await Promise.all(workers);
  }
  expect(answers.flat().filter((status) => status !== 200)).toEqual([]);
}
