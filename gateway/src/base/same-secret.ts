/** Comparison of secrets. */
import { timingSafeEqual } from 'node:crypto';

/** Takes as long for values that differ at their first byte as for those that differ at the last. Their lengths are no secret. */
export function isSameSecret(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
