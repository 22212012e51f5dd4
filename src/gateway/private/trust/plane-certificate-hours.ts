import type { Duration } from 'aws-cdk-lib';
import { KNOWN_LATER } from '../../../private/input/place';

interface PlaneCertificateHours {
  readonly durationHours: number;
  readonly renewBeforeHours: number;
}

/** What cert-manager takes: at least an hour. */
const MIN_HOURS = 1;

/**
 * Life of a certificate and the time before its end at which the next one is made.
 *
 * @param limits in hours: the default validity, and the longest one that the authority signs
 * @throws Error that names the property
 */
export function planeCertificateHours(
  given: { readonly validity?: Duration; readonly renewBefore?: Duration },
  limits: { readonly validity: number; readonly max: number },
): PlaneCertificateHours {
  const durationHours = given.validity ? wholeHours('validity', given.validity, 3 * MIN_HOURS, limits.max) : limits.validity;
  const renewBeforeHours = given.renewBefore
    ? wholeHours('renewBefore', given.renewBefore, MIN_HOURS, durationHours - MIN_HOURS)
    : Math.floor(durationHours / 3);
  return { durationHours, renewBeforeHours };
}

function wholeHours(property: string, duration: Duration, min: number, max: number): number {
  if (duration.isUnresolved()) throw new Error(`${property}: got ${KNOWN_LATER}, expected whole hours, ${min} to ${max}`);
  const hours = duration.toHours({ integral: false });
  if (Number.isInteger(hours) && hours >= min && hours <= max) return hours;
  throw new Error(`${property}: got ${duration.toHumanString()}, expected whole hours, ${min} to ${max}`);
}
