/** JSON in bodies of requests. What is wrong with a text is said as Kong's parser says it, which repeats nothing of the body. */

/** A deeper text is refused. */
const MAX_DEPTH = 1_000;

/** @throws Error it is no JSON: what was expected in its place, and where */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(problemOf(text));
  }
}

type TokenKind = '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'value' | 'end' | 'problem';

const NAMES: Readonly<Record<Exclude<TokenKind, 'value' | 'problem'>, string>> = {
  '{': 'T_OBJ_BEGIN', '}': 'T_OBJ_END', '[': 'T_ARR_BEGIN', ']': 'T_ARR_END', ':': 'T_COLON', ',': 'T_COMMA', 'string': 'T_STRING',
  'end': 'T_END',
};

const WORDS: Readonly<Record<string, string>> = { true: 'T_BOOLEAN', false: 'T_BOOLEAN', null: 'T_NULL' };

interface Token {
  readonly kind: TokenKind;
  /** As messages name it. */
  readonly name: string;
  /** Of the first character, or of the one that is wrong. */
  readonly at: number;
  readonly end: number;
}

/** Ends the reading with the message of the first thing that is wrong. */
class Problem extends Error {}

function problemOf(text: string): string {
  try {
    const reader = new Tokens(text);
    readValue(reader, reader.next(), 0);
    const last = reader.next();
    if (last.kind !== 'end') throw unexpected('the end', last);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  return 'invalid JSON';
}

function readValue(tokens: Tokens, token: Token, depth: number): void {
  if (depth > MAX_DEPTH) throw new Problem(`Found too many nested data structures (${depth})`);
  if (token.kind === '{') return readMembers(tokens, '}', depth);
  if (token.kind === '[') return readMembers(tokens, ']', depth);
  if (token.kind !== 'string' && token.kind !== 'value') throw unexpected('value', token);
  return undefined;
}

function readMembers(tokens: Tokens, end: '}' | ']', depth: number): void {
  let token = tokens.next();
  if (token.kind === end) return;
  for (;;) {
    if (end === '}') {
      if (token.kind !== 'string') throw unexpected('object key string', token);
      const colon = tokens.next();
      if (colon.kind !== ':') throw unexpected('colon', colon);
      token = tokens.next();
    }
    readValue(tokens, token, depth + 1);
    const behind = tokens.next();
    if (behind.kind === end) return;
    if (behind.kind !== ',') throw unexpected(end === '}' ? 'comma or object end' : 'comma or array end', behind);
    token = tokens.next();
  }
}

function unexpected(expected: string, { name, at }: Token): Problem {
  return new Problem(`Expected ${expected} but found ${name} at character ${at + 1}`);
}

class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    const text = this.#text;
    while (/[ \t\r\n]/.test(text.charAt(this.#at))) this.#at += 1;
    const token = tokenAt(text, this.#at);
    this.#at = token.end;
    return token;
  }
}

function tokenAt(text: string, at: number): Token {
  const first = text.charAt(at);
  if (first === '') return { kind: 'end', name: NAMES.end, at, end: at };
  if (first === '"') return stringAt(text, at);
  if (/[{}[\]:,]/.test(first)) return { kind: first as '{', name: NAMES[first as '{'], at, end: at + 1 };
  const word = matchAt(/true|false|null/y, text, at);
  if (word !== undefined) return { kind: 'value', name: WORDS[word]!, at, end: at + word.length };
  const number = matchAt(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.eExX])/y, text, at);
  if (number !== undefined) return { kind: 'value', name: 'T_NUMBER', at, end: at + number.length };
  return { kind: 'problem', name: /[-+\d]/.test(first) ? 'invalid number' : 'invalid token', at, end: at + 1 };
}

function stringAt(text: string, start: number): Token {
  const problem = (name: string, at: number): Token => ({ kind: 'problem', name, at, end: at + 1 });
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { kind: 'string', name: NAMES.string, at: start, end: at + 1 };
    if (character < ' ') return problem('invalid token', at);
    if (character !== '\\') continue;
    const escaped = text.charAt(at + 1);
    if (escaped === 'u' && matchAt(/[\da-fA-F]{4}/y, text, at + 2) === undefined) return problem('invalid unicode escape code', at);
    if (!/^["\\/bfnrtu]/.test(escaped)) return problem('invalid escape code', at);
    at += 1;
  }
  return problem('unexpected end of string', text.length);
}

function matchAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at;
  return expression.exec(text)?.[0];
}
