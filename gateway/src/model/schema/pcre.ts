/** Regular expressions as routes and plugins write them (PCRE), made into JavaScript's. */
import { scopeInlineFlags } from './inline-flags.ts';

const TRANSLATIONS: readonly (readonly [RegExp, string])[] = [
  // Named groups and references to them.
  [/\(\?P</g, '(?<'],
  [/\(\?P=(\w+)\)/g, '\\k<$1>'],
  [/\\h/g, '[ \\t]'],
  [/\\A/g, '^'],
  [/\\[zZ]/g, '$'],
  [/\[:alpha:\]/g, 'A-Za-z'],
  [/\[:digit:\]/g, '0-9'],
  [/\[:alnum:\]/g, 'A-Za-z0-9'],
  [/\[:space:\]/g, '\\s'],
];

/**
 * The same expression for JavaScript.
 *
 * @throws SyntaxError what neither side could compile, or what only PCRE knows (recursion, atomic groups, possessive quantifiers)
 */
export function pcre(pattern: string, flags = ''): RegExp {
  const inlineFlags = /^\(\?([ims]+)\)/.exec(pattern);
  const rest = scopeInlineFlags(pattern.slice(inlineFlags?.[0].length ?? 0));
  const body = TRANSLATIONS.reduce((text, [from, to]) => text.replace(from, to), rest);
  const compiled = new RegExp(body, mergeFlags(flags, inlineFlags?.[1]));
  const groups = new RegExp(`${body}|`, '').exec('')!.length - 1;
  const reference = missingReference(body, groups);
  if (reference !== undefined) throw new SyntaxError(`reference to non-existent subpattern ${reference}`);
  return compiled;
}

/** JavaScript reads `\1` without a first group as an octal character; PCRE refuses it. */
function missingReference(body: string, groups: number): number | undefined {
  for (const [, escaped] of body.matchAll(/\\(?:([1-9])(?!\d)|[\s\S])/g)) {
    if (escaped !== undefined && Number(escaped) > groups) return Number(escaped);
  }
  return undefined;
}

function mergeFlags(flags: string, inline = ''): string {
  return [...new Set(flags + inline)].join('');
}
