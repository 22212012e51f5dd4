/** Hides in what is printed the values that came from the environment. */
import { HIDDEN } from '../../gateway/src/model/schema/secret-values.ts';

/** Shorter values of variables are no secrets, and would hide parts of words. */
const SHORTEST_HIDDEN = 4;

/** @param values of environment variables */
export function hiding(values: readonly string[]): (text: string) => string {
  const hidden = [...new Set(values.flatMap((value) => [value, ...value.split('\n'), JSON.stringify(value).slice(1, -1)]))]
    .filter((value) => value.trim().length >= SHORTEST_HIDDEN && !/^(true|false|\d{1,5})$/.test(value))
    .sort((one, other) => other.length - one.length);
  return (text) => hidden.reduce((shown, value) => shown.replaceAll(value, HIDDEN), text);
}
