/**
 * Ties work to the request that it is done for, across callbacks and promises: a defect in it ends that request and not the process, and
 * what it logs is about that request.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface WorkOwner {
  /** Reports a defect and ends the work that it happened in. Must not throw. */
  readonly fail: (defect: unknown) => void;
  /** Sees each line that is logged during the work. Must not throw. @default - nothing does */
  note?: ((line: NotedLine) => void) | undefined;
}

/** What was logged. */
export interface NotedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const owners = new AsyncLocalStorage<WorkOwner>();

/** Runs work, and everything that it starts, on behalf of an owner. */
export function ownedBy<T>(owner: WorkOwner, work: () => T): T {
  return owners.run(owner, work);
}

/** Shows a line to the owner of the work that logs it. */
export function noteForOwner(line: NotedLine): void {
  owners.getStore()?.note?.(line);
}

/**
 * Hands what nothing caught to the owner of the work that it happened in.
 * @returns whether there is an owner; a defect without one leaves the process in an unknown state
 */
export function handToOwner(defect: unknown): boolean {
  const owner = owners.getStore();
  owner?.fail(defect);
  return owner !== undefined;
}
