/** Compiles all mutants of a file into one text: `(__mutant(7) ? (changed) : (original))`, so that one build serves every mutant. */
import type { Mutant } from './mutant';

/** Name of the global function that says whether a mutant is active; test-runner.ts defines it. */
export const SWITCH = '__mutant';

/** @param mutants of this file only */
export function instrumented(text: string, mutants: readonly Mutant[]): string {
  const ranges = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const range = `${mutant.start}-${mutant.end}`;
    ranges.set(range, [...ranges.get(range) ?? [], mutant]);
  }
  // Outer ranges first; ranges of syntax nodes are nested or apart.
  const groups = [...ranges.values()].sort(([a], [b]) => a.start - b.start || b.end - a.end);
  return render(text, 0, text.length, groups);
}

function render(text: string, from: number, to: number, groups: readonly Mutant[][]): string {
  let [result, at] = ['', from];
  for (let next = 0; next < groups.length;) {
    const group = groups[next];
    const [{ start, end }] = group;
    let last = next + 1;
    while (last < groups.length && groups[last][0].start < end) last++;
    const original = render(text, start, end, groups.slice(next + 1, last));
    result += text.slice(at, start) + switched(group, original);
    [at, next] = [end, last];
  }
  return result + text.slice(at, to);
}

function switched(group: readonly Mutant[], original: string): string {
  const [{ id, replacement }] = group;
  // In braces, so that an `else` behind the statement stays with its own `if`.
  if (replacement === undefined) return `{ if (!${SWITCH}(${id})) { ${original} } }`;
  return `(${group.map((mutant) => `${SWITCH}(${mutant.id}) ? (${mutant.replacement}) : `).join('')}(${original}))`;
}
