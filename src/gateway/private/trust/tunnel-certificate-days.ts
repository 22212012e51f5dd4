import type { Duration } from 'aws-cdk-lib';
import { requireWhole } from '../../../private/input/numbers';
import { KNOWN_LATER } from '../../../private/input/place';

interface TunnelCertificateDays {
  readonly validDays: number;
  /** Days between two rotations; absent: the certificate never rotates. */
  readonly rotationDays?: number;
}

const DAYS = { valid: 1095, max: 3650, rotation: 365 };

/** A certificate is next, current and previous for one rotation period each; the fourth covers a rotation that fails. */
const PERIODS = 4;

/**
 * Validity of a generated tunnel certificate, and its rotation period.
 *
 * @throws Error that names the property
 */
export function tunnelCertificateDays(given: { readonly validDays?: number; readonly rotateEvery?: Duration }): TunnelCertificateDays {
  const rotationDays = given.rotateEvery && wholeDays('rotateEvery', given.rotateEvery, 2, DAYS.rotation);
  const validDays = given.validDays ?? Math.max(DAYS.valid, PERIODS * (rotationDays ?? 0));
  requireWhole('validDays', validDays, { min: 1, max: DAYS.max, unit: 'days' });
  if (rotationDays && validDays < PERIODS * rotationDays) {
    throw new Error(
      `validDays: got ${validDays}, expected at least ${PERIODS * rotationDays}, four times rotateEvery, because a `
        + 'certificate is accepted before and after it is the current one',
    );
  }
  return { validDays, rotationDays };
}

/** @throws Error that names the property */
export function wholeDays(property: string, duration: Duration, min: number, max: number): number {
  if (duration.isUnresolved()) throw new Error(`${property}: got ${KNOWN_LATER}, expected whole days, ${min} to ${max}`);
  const days = duration.toDays({ integral: false });
  if (Number.isInteger(days) && days >= min && days <= max) return days;
  throw new Error(`${property}: got ${duration.toHumanString()}, expected whole days, ${min} to ${max}`);
}
