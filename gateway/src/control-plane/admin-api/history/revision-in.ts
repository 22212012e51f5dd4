/** Numbers of revisions as requests give them. */
import { RequestError } from '../request-error.ts';

export function isNumber(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** @throws RequestError it is no number */
export function revisionIn(text: string | null | undefined, name: string): number {
  if (text !== null && text !== undefined && isNumber(text)) return Number(text);
  throw new RequestError(400, `${name} must be the number of a revision`);
}
