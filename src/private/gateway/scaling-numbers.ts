/**
 * @param floor what `least` is, for people
 * @throws Error that names the property
 */
export function requireWhole(property: string, value: number, least: number, floor?: string): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new Error(`${property}: got ${value}, expected a whole number, at least ${least}${floor ? `, ${floor}` : ''}`);
}

/**
 * Below ten percent nothing is left to scale in, above ninety new nodes come too late.
 *
 * @throws Error that names the property
 */
export function requirePercent(property: string, value: number): void {
  if (value >= 10 && value <= 90) return;
  throw new Error(`${property}: got ${value}, expected a percentage from 10 to 90`);
}
