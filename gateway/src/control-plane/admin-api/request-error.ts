/** Requests that are refused before an endpoint looks at an entity. */

/** A request that the Admin API rejects before it looks at an entity. */
export class RequestError extends Error {
  /** @param message absent: the answer has no body */
  constructor(readonly status: number, message = '') {
    super(message);
    this.name = 'RequestError';
  }
}

/** Largest number of levels in JSON and in the names of a form; the limit of Kong's JSON parser. More could exhaust the stack. */
export const MAX_LEVELS = 1_000;

/** No entity has a field of that name, and assigning it would change what objects are. */
export const UNUSABLE_NAME = '__proto__';
