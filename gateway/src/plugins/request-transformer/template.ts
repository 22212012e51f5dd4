/** Values with Lua expressions in them, as in `x-tenant:$(headers.tenant or 'none')`. */
import { luaViolation } from '../../model/lua/syntax.ts';
import { splitPair } from '../../model/plugin-fields/pairs.ts';

/** Why a pair of a name and a template cannot be used. */
export function templatedPairViolation(pair: string): string | undefined {
  const { name, value } = splitPair(pair);
  if (name === undefined || value === '') return `key '${name ?? pair}' has no value`;
  for (const expression of expressionsOf(value)) {
    const violation = luaViolation(`return (${expression} or '')`, '[string "TMP"]');
    if (violation !== undefined) return `value '${value}' is not in supported format, error:${violation}`;
  }
  return undefined;
}

/** What is inside of `$(…)`, with its parentheses; an expression without an end is text. */
export function expressionsOf(template: string): readonly string[] {
  return expressionPlaces(template).map(([start, end]) => template.slice(start + 1, end));
}

/** Where expressions are: the place of each `$`, and the one behind its closing parenthesis. */
export function expressionPlaces(template: string): readonly (readonly [start: number, end: number])[] {
  const places: [number, number][] = [];
  let at = template.indexOf('$(');
  while (at >= 0) {
    const end = closingOf(template, at + 1);
    if (end !== undefined) places.push([at, end]);
    at = template.indexOf('$(', end ?? at + 1);
  }
  return places;
}

/** The place behind the parenthesis that closes the one at this place. */
function closingOf(text: string, start: number): number | undefined {
  let open = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') open += 1;
    if (text[at] !== ')') continue;
    open -= 1;
    if (open === 0) return at + 1;
  }
  return undefined;
}
