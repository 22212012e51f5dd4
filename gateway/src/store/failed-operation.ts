/** Which operation of a transaction an error is about: it may come from a later call. */

const OPERATIONS = new WeakMap<object, number>();

/** @returns the number that the writer had as `operation` when the change was made; nothing for other errors */
export function failedOperation(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null ? OPERATIONS.get(error) : undefined;
}

/** The error, as one of an operation. */
export function ofOperation<E extends object>(error: E, operation: number | undefined): E {
  if (operation !== undefined) OPERATIONS.set(error, operation);
  return error;
}
