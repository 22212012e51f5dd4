import type { Duration } from 'aws-cdk-lib';
import { KNOWN_LATER } from '../../../private/input/place';

export interface LeafHours {
  readonly durationHours: number;
  readonly renewBeforeHours: number;
}

/** What cert-manager takes: at least an hour. */
const LEAST = 1;

/**
 * Life of a certificate and the time before its end at which the next one is made.
 *
 * @param limits in hours: what is chosen when nothing is said, and the most that the authority signs
 * @throws Error that names the property
 */
export function leafHours(given: { readonly validity?: Duration; readonly renewBefore?: Duration }, limits: { readonly validity: number; readonly most: number }): LeafHours {
  const durationHours = given.validity ? wholeHours('validity', given.validity, 3 * LEAST, limits.most) : limits.validity;
  const renewBeforeHours = given.renewBefore
    ? wholeHours('renewBefore', given.renewBefore, LEAST, durationHours - LEAST)
    : Math.floor(durationHours / 3);
  return { durationHours, renewBeforeHours };
}

function wholeHours(property: string, duration: Duration, least: number, most: number): number {
  if (duration.isUnresolved()) throw new Error(`${property}: got ${KNOWN_LATER}, expected whole hours, ${least} to ${most}`);
  const hours = duration.toHours({ integral: false });
  if (Number.isInteger(hours) && hours >= least && hours <= most) return hours;
  throw new Error(`${property}: got ${duration.toHumanString()}, expected whole hours, ${least} to ${most}`);
}
