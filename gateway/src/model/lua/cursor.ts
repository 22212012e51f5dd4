/** Reads tokens one after the other; says what was expected where something else is. */
import { LuaSyntaxError } from './tokens.ts';
import type { Token } from './tokens.ts';

/** Deepest nesting of blocks, functions and expressions. */
const MAX_LEVELS = 195;

export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  #levels = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get kind(): string {
    return this.token.kind;
  }

  get nextKind(): string | undefined {
    return this.#tokens[this.#at + 1]?.kind;
  }

  advance(): void {
    this.#at += 1;
  }

  taken(kind: string): boolean {
    if (this.kind !== kind) return false;
    this.#at += 1;
    return true;
  }

  /** `goto` is a name where no label follows. */
  name(): string {
    const { kind, text } = this.token;
    if (kind !== '<name>' && kind !== 'goto') throw this.expected('<name>');
    this.#at += 1;
    return text;
  }

  expect(kind: string): void {
    if (!this.taken(kind)) throw this.expected(kind);
  }

  /** The end of what began in a line. */
  close(kind: string, opened: string, line: number): void {
    if (this.taken(kind)) return;
    if (line === this.token.line) throw this.expected(kind);
    throw this.error(`'${kind}' expected (to close '${opened}' at line ${line})`);
  }

  deeper(parse: () => void): void {
    this.#levels += 1;
    if (this.#levels > MAX_LEVELS) throw this.errorInLine('chunk has too many syntax levels');
    parse();
    this.#levels -= 1;
  }

  expected(kind: string): LuaSyntaxError {
    return this.error(`'${kind}' expected`);
  }

  error(message: string): LuaSyntaxError {
    return this.errorInLine(`${message} near '${this.token.text}'`);
  }

  errorInLine(message: string): LuaSyntaxError {
    return new LuaSyntaxError(this.token.line, message);
  }
}
