/** Flags in the middle of a pattern, as PCRE and Rust know them and JavaScript does not: `a(?i)b` is `a(?i:b)`. */

const INLINE_FLAGS = /^\(\?([ims]+)\)/;

/** The same pattern with each flag's reach, to the end of its group, written as a group. */
export function scopeInlineFlags(pattern: string): string {
  if (!/\(\?[ims]+\)/.test(pattern)) return pattern;
  // For each open group: the flags that were switched on inside it.
  const scopes: string[][] = [[]];
  let result = '';
  let inClass = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const char = pattern[index]!;
    const scope = scopes.at(-1)!;
    const flags = inClass || char !== '(' ? null : INLINE_FLAGS.exec(pattern.slice(index));
    if (flags !== null) {
      scope.push(`(?${flags[1]}:`);
      result += scope.at(-1);
      index += flags[0].length - 1;
    } else if (char === '\\') {
      result += pattern.slice(index, index + 2);
      index += 1;
    } else if (!inClass && char === '|') {
      // An alternative begins outside of the groups that were added, and under the same flags.
      result += `${')'.repeat(scope.length)}|${scope.join('')}`;
    } else if (!inClass && char === ')') {
      result += ')'.repeat((scopes.length > 1 ? scopes.pop()! : scope.splice(0)).length + 1);
    } else {
      if (!inClass && char === '(') scopes.push([]);
      if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      result += char;
    }
  }
  return result + ')'.repeat(scopes[0]!.length);
}
