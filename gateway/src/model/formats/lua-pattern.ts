/** Lua patterns as regular expressions. Schemas print patterns in Lua's notation, as existing tools expect. */

const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z', d: '0-9', l: 'a-z', u: 'A-Z', w: 'A-Za-z0-9', x: 'A-Fa-f0-9',
  s: ' \\t\\n\\v\\f\\r', p: '!-\\/:-@\\[-`{-~', c: '\\x00-\\x1f\\x7f',
};

const cache = new Map<string, RegExp>();

/**
 * Translates a Lua pattern of a schema to a regular expression: character classes, sets, anchors and the four quantifiers.
 * `%b`, `%f` and back-references, which no schema uses, are not supported.
 *
 * @throws Error for unsupported patterns: a programming error
 */
export function luaPattern(pattern: string): RegExp {
  let compiled = cache.get(pattern);
  if (!compiled) {
    compiled = new RegExp(translate(pattern), 'u');
    cache.set(pattern, compiled);
  }
  return compiled;
}

function translate(pattern: string): string {
  let out = '';
  let at = 0;
  while (at < pattern.length) {
    const [item, next] = translateItem(pattern, at);
    out += item;
    at = next;
  }
  return out;
}

function translateItem(pattern: string, at: number): [string, number] {
  const char = pattern[at]!;
  if (char === '^' && at === 0) return ['^', 1];
  if (char === '$' && at === pattern.length - 1) return ['$', at + 1];
  if (char === '(' || char === ')') return [char, at + 1];
  const [single, next] = char === '[' ? translateSet(pattern, at) : translateSingle(pattern, at);
  const quantifier = pattern[next];
  if (quantifier === '-') return [`${single}*?`, next + 1];
  if (quantifier === '*' || quantifier === '+' || quantifier === '?') return [single + quantifier, next + 1];
  return [single, next];
}

function translateSingle(pattern: string, at: number): [string, number] {
  const char = pattern[at]!;
  if (char === '.') return ['[\\s\\S]', at + 1];
  if (char !== '%') return [escape(char), at + 1];
  const letter = pattern[at + 1]!;
  const members = CLASSES[letter.toLowerCase()];
  if (members) return [letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`, at + 2];
  if (/[A-Za-z0-9]/.test(letter)) throw new Error(`the Lua pattern '${pattern}' uses %${letter}, which is not supported`);
  return [escape(letter), at + 2];
}

function translateSet(pattern: string, start: number): [string, number] {
  let at = start + 1;
  let out = '[';
  if (pattern[at] === '^') {
    out += '^';
    at += 1;
  }
  for (let first = true; pattern[at] !== ']' || first; first = false) {
    if (at >= pattern.length) throw new Error(`the Lua pattern '${pattern}' has an open set`);
    if (pattern[at] === '%') {
      const letter = pattern[at + 1]!;
      out += CLASSES[letter] ?? escape(letter);
      at += 2;
    } else if (pattern[at + 1] === '-' && pattern[at + 2] !== undefined && pattern[at + 2] !== ']') {
      out += `${escape(pattern[at]!)}-${escape(pattern[at + 2]!)}`;
      at += 3;
    } else {
      out += escape(pattern[at]!);
      at += 1;
    }
  }
  return [`${out}]`, at + 1];
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? (char === '-' ? '\\x2d' : `\\${char}`) : char;
}
