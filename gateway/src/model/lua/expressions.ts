/** Expressions of Lua. */
import { Cursor } from './cursor.ts';

/** Operators between two operands, with how tightly they hold on the left and on the right. */
const BINARY: Readonly<Record<string, readonly [left: number, right: number]>> = {
  '+': [6, 6], '-': [6, 6], '*': [7, 7], '/': [7, 7], '%': [7, 7], '^': [10, 9], '..': [5, 4],
  '==': [3, 3], '~=': [3, 3], '<': [3, 3], '>': [3, 3], '<=': [3, 3], '>=': [3, 3], 'and': [2, 2], 'or': [1, 1],
};

const UNARY = new Set(['not', '-', '#']);
const UNARY_PRIORITY = 8;

const LITERALS = new Set(['<number>', '<string>', 'nil', 'true', 'false']);

/** What an expression can stand for in a statement. */
export type Suffixed = 'variable' | 'call' | 'value';

export abstract class ExpressionParser extends Cursor {
  /** Parameters and body of a function. @param line of its keyword */
  abstract functionBody(line: number): void;

  /** Whether `...` has a meaning here. */
  abstract get isVararg(): boolean;

  expressions(): void {
    do this.expression(); while (this.taken(','));
  }

  expression(limit = 0): void {
    this.deeper(() => {
      if (UNARY.has(this.kind)) {
        this.advance();
        this.expression(UNARY_PRIORITY);
      } else this.#simple();
      for (;;) {
        const priority = Object.hasOwn(BINARY, this.kind) ? BINARY[this.kind] : undefined;
        if (priority === undefined || priority[0] <= limit) return;
        this.advance();
        this.expression(priority[1]);
      }
    });
  }

  #simple(): void {
    const { kind, line } = this.token;
    if (LITERALS.has(kind)) this.advance();
    else if (kind === '...') {
      if (!this.isVararg) throw this.error("cannot use '...' outside a vararg function");
      this.advance();
    } else if (kind === '{') this.#table();
    else if (this.taken('function')) this.functionBody(line);
    else this.suffixed();
  }

  /** A name or an expression in parentheses with fields, indexes and calls behind it. */
  suffixed(): Suffixed {
    const { line } = this.token;
    let last: Suffixed = 'variable';
    if (this.taken('(')) {
      this.expression();
      this.close(')', '(', line);
      last = 'value';
    } else if (this.kind === '<name>' || this.kind === 'goto') this.advance();
    else throw this.error('unexpected symbol');
    for (;;) {
      if (this.taken('.')) {
        this.name();
        last = 'variable';
      } else if (this.taken('[')) {
        this.expression();
        this.expect(']');
        last = 'variable';
      } else if (this.taken(':')) {
        this.name();
        this.#arguments();
        last = 'call';
      } else if (this.kind === '(' || this.kind === '{' || this.kind === '<string>') {
        this.#arguments();
        last = 'call';
      } else return last;
    }
  }

  #arguments(): void {
    const { kind, line } = this.token;
    if (kind === '<string>') this.advance();
    else if (kind === '{') this.#table();
    else if (this.taken('(')) {
      if (this.kind !== ')') this.expressions();
      this.close(')', '(', line);
    } else throw this.error('function arguments expected');
  }

  #table(): void {
    const { line } = this.token;
    this.advance();
    while (this.kind !== '}') {
      if (this.taken('[')) {
        this.expression();
        this.expect(']');
        this.expect('=');
      } else if (this.kind === '<name>' && this.nextKind === '=') {
        this.advance();
        this.advance();
      }
      this.expression();
      if (!this.taken(',') && !this.taken(';')) break;
    }
    this.close('}', '{', line);
  }
}
