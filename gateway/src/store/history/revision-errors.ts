/** What is wrong with the number of a revision. */
import { GatewayError } from '../../base/errors.ts';

/** @throws GatewayError `revision-conflict` */
export function expectRevision(expected: number | undefined, newest: number): void {
  if (expected === undefined || expected === newest) return;
  throw new GatewayError('revision-conflict', `the newest revision is ${newest}, not ${expected}: another change was made meanwhile`);
}

/** @throws GatewayError `revision-pruned`, `revision-unknown` */
export function checkRevision(revision: number, oldest: number, newest: number): void {
  if (!Number.isSafeInteger(revision) || revision < 0 || revision > newest) {
    throw new GatewayError('revision-unknown', `there is no revision ${revision}; the newest is ${newest}`);
  }
  if (revision >= oldest) return;
  throw new GatewayError('revision-pruned', `the state of revision ${revision} is not kept any more; the oldest that is kept is ${oldest}`);
}
