/** Numbers have to be known at synth: what is wrong with them would come out minutes into a deployment. */
import { Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import { KNOWN_LATER, shown } from './place';

interface WholeBounds {
  readonly min: number;
  /** Absent: no bound. */
  readonly max?: number;
  /** Such as `GiB`. */
  readonly unit?: string;
  /** What `least` is, for people. */
  readonly floor?: string;
}

/** @throws Error that names the property */
export function requireWhole(property: string, value: number, { min, max, unit, floor }: WholeBounds): void {
  if (!Token.isUnresolved(value) && Number.isInteger(value) && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return;
  const range = max === undefined ? `at least ${min}` : `${min} to ${max}`;
  throw new Error(
    `${property}: got ${shown(value)}, expected a whole number${unit ? ` of ${unit}` : ''}, ${range}${floor ? `, ${floor}` : ''}`,
  );
}

/** @throws Error that names the property */
export function requirePort(property: string, port: number): void {
  if (!Token.isUnresolved(port) && Number.isInteger(port) && port >= 1 && port <= 65535) return;
  throw new Error(`${property}: got ${shown(port)}, expected a port, 1 to 65535`);
}

/**
 * Of scaling. Below ten percent nothing is left to scale in, above ninety new nodes come too late.
 *
 * @throws Error that names the property
 */
export function requirePercent(property: string, value: number): void {
  if (!Token.isUnresolved(value) && value >= 10 && value <= 90) return;
  throw new Error(`${property}: got ${shown(value)}, expected a percentage from 10 to 90`);
}

/**
 * @param expected for people, such as `a minute to a day`
 * @returns seconds
 * @throws Error that names the property
 */
export function requireSeconds(
  property: string,
  duration: Duration,
  bounds: { readonly min: number; readonly max: number; readonly expected: string },
): number {
  const seconds = duration.isUnresolved() ? NaN : duration.toSeconds({ integral: false });
  if (Number.isInteger(seconds) && seconds >= bounds.min && seconds <= bounds.max) return seconds;
  throw new Error(
    `${property}: got ${duration.isUnresolved() ? KNOWN_LATER : duration.toHumanString()}, expected ${bounds.expected}, in whole seconds`,
  );
}
