/**
 * Ties work to the request that it is done for, across callbacks and promises, so that a defect in it ends that request and not the
 * process.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Reports a defect and ends the work that it happened in. Must not throw. */
type DefectOwner = (defect: unknown) => void;

const owners = new AsyncLocalStorage<DefectOwner>();

/** Runs work, and everything that it starts, on behalf of an owner. */
export function ownedBy<T>(owner: DefectOwner, work: () => T): T {
  return owners.run(owner, work);
}

/**
 * Hands what nothing caught to the owner of the work that it happened in.
 * @returns whether there is an owner; a defect without one leaves the process in an unknown state
 */
export function handToOwner(defect: unknown): boolean {
  const owner = owners.getStore();
  owner?.(defect);
  return owner !== undefined;
}
