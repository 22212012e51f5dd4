/** Times since 1970 as numbers of JSON. Their first digits are the same for all requests of a second: to print such a number costs more. */

const MICROSECONDS = 1_000_000;

/** Three digits each. */
const THREE: readonly string[] = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

let second = -1;
let secondText = '';

function textOf(seconds: number): string {
  if (seconds !== second) {
    second = seconds;
    secondText = String(seconds);
  }
  return secondText;
}

/** Whole milliseconds. @param ms with a fraction */
export function milliseconds(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds > 0 ? textOf(seconds) + THREE[Math.floor(ms) - seconds * 1000]! : String(Math.floor(ms));
}

/** Nanoseconds, as exact as `nanosecondsOf`. @param ms with a fraction */
export function microsecondsAsNanoseconds(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  const seconds = Math.floor(microseconds / MICROSECONDS);
  if (!(seconds > 0)) return String(nanosecondsOf(ms));
  const rest = microseconds - seconds * MICROSECONDS;
  const thousands = Math.floor(rest / 1000);
  return `${textOf(seconds)}${THREE[thousands]!}${THREE[rest - thousands * 1000]!}000`;
}

/** Whole microseconds: a number of today has no room for more. @param ms with a fraction */
export function nanosecondsOf(ms: number): number {
  return Math.round(ms * 1000) * 1000;
}
