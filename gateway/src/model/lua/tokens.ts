/** Tokens of Lua 5.1 with the additions of LuaJIT. */

/** Says what is wrong as LuaJIT does, with the line before it. */
export class LuaSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export interface Token {
  /** A keyword or an operator is its own kind. */
  readonly kind: string;
  readonly text: string;
  readonly line: number;
}

const KEYWORDS = new Set([
  'and', 'break', 'do', 'else', 'elseif', 'end', 'false', 'for', 'function', 'goto', 'if', 'in', 'local', 'nil', 'not', 'or', 'repeat',
  'return', 'then', 'true', 'until', 'while',
]);

/** Longer operators first. */
const OPERATORS = [
  '...', '..', '==', '~=', '<=', '>=', '::',
  '+', '-', '*', '/', '%', '^', '#', '<', '>', '=', '(', ')', '{', '}', '[', ']', ';', ':', ',', '.',
];

const SPACE = /[ \t\v\f\r\n]+/y;
const NAME = /[A-Za-z_\u0080-\u{10ffff}][A-Za-z0-9_\u0080-\u{10ffff}]*/uy;
/** Everything that could be part of a number; `isNumber` decides. */
const NUMBER = /\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*/y;
const IS_NUMBER = new RegExp(`^(?:${[
  // Integers of 64 bits, signed or not.
  String.raw`(?:0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uU]?[lL]{2}`,
  // Numbers, or multiples of the imaginary unit.
  String.raw`(?:0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?|0[bB][01]+)[iI]?`,
  String.raw`(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[iI]?`,
].join('|')})$`);
const LONG_OPEN = /\[(=*)\[/y;
const SHORT_COMMENT = /--[^\r\n]*/y;

/** Splits a chunk into tokens; the last one is `<eof>`. @throws LuaSyntaxError */
export function tokensOf(source: string): readonly Token[] {
  return new Tokenizer(source).all();
}

class Tokenizer {
  readonly #source: string;
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  all(): readonly Token[] {
    const tokens: Token[] = [];
    // A first line for the shell is skipped.
    if (this.#source.startsWith('#')) this.#at = this.#source.search(/[\r\n]|$/);
    while (this.#skipBlank()) tokens.push(this.#next());
    tokens.push({ kind: '<eof>', text: '<eof>', line: this.#line });
    return tokens;
  }

  #skipBlank(): boolean {
    for (;;) {
      if (this.#take(SPACE) !== undefined) continue;
      if (!this.#source.startsWith('--', this.#at)) return this.#at < this.#source.length;
      LONG_OPEN.lastIndex = this.#at + 2;
      const long = LONG_OPEN.exec(this.#source);
      if (long) this.#closeLong(long, this.#at + 2, 'unfinished long comment');
      else this.#take(SHORT_COMMENT);
    }
  }

  #next(): Token {
    const line = this.#line;
    const start = this.#source[this.#at]!;
    if (start === '"' || start === '\'') return { kind: '<string>', text: this.#string(start), line };
    LONG_OPEN.lastIndex = this.#at;
    const long = LONG_OPEN.exec(this.#source);
    if (long) return { kind: '<string>', text: this.#closeLong(long, this.#at, 'unfinished long string'), line };
    const number = this.#take(NUMBER);
    if (number !== undefined) {
      if (!IS_NUMBER.test(number)) throw this.#error('malformed number', number);
      return { kind: '<number>', text: number, line };
    }
    const name = this.#take(NAME);
    if (name !== undefined) return { kind: KEYWORDS.has(name) ? name : '<name>', text: name, line };
    const operator = OPERATORS.find((text) => this.#source.startsWith(text, this.#at));
    // Any other character is a token of its own, which no rule expects.
    const text = operator ?? String.fromCodePoint(this.#source.codePointAt(this.#at)!);
    this.#at += text.length;
    return { kind: text, text, line };
  }

  #string(quote: string): string {
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) throw this.#error('unfinished string', '<eof>');
      if (char === '\n' || char === '\r') throw this.#error('unfinished string', this.#source.slice(start, this.#at));
      if (char === '\\') this.#escape(start);
      else {
        this.#at += 1;
        if (char === quote) return this.#source.slice(start, this.#at);
      }
    }
  }

  #escape(start: number): void {
    const rest = this.#source.slice(this.#at + 1, this.#at + 12);
    const [valid] = /^(?:[abfnrtv\\"']|\r\n|\n\r|[\r\n]|x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,6}\}|z\s*|[0-9]{1,3})/.exec(rest) ?? [];
    const isTooLarge = valid !== undefined && /^[0-9]/.test(valid) && Number(valid) > 255;
    if (valid === undefined && rest === '') {
      this.#at += 1;
      return;
    }
    if (valid === undefined || isTooLarge) throw this.#error('invalid escape sequence', this.#source.slice(start, this.#at));
    if (/[\r\n]/.test(valid)) this.#line += 1;
    this.#at += 1 + (valid.startsWith('z') ? 1 : valid.length);
    if (valid.startsWith('z')) this.#take(SPACE);
  }

  #closeLong([open, level]: RegExpExecArray, start: number, unfinished: string): string {
    const close = `]${level}]`;
    const end = this.#source.indexOf(close, start + open.length);
    if (end < 0) {
      this.#line += linesIn(this.#source.slice(start));
      throw this.#error(unfinished, '<eof>');
    }
    const text = this.#source.slice(start, end + close.length);
    this.#at = end + close.length;
    this.#line += linesIn(text);
    return text;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#source) ?? [];
    if (text === undefined) return undefined;
    this.#at += text.length;
    this.#line += linesIn(text);
    return text;
  }

  #error(message: string, near: string): LuaSyntaxError {
    return new LuaSyntaxError(this.#line, `${message} near '${near}'`);
  }
}

function linesIn(text: string): number {
  return text.match(/\r\n|\n\r|\r|\n/g)?.length ?? 0;
}
