/**
 * Checks the syntax of Lua as LuaJIT does, which Kong runs: the grammar of Lua 5.1 with `goto`, labels and `;` anywhere.
 * Nothing is ever run.
 */
import { ExpressionParser } from './expressions.ts';
import { endBlock, hasLabel, wrongJump } from './scopes.ts';
import type { BlockScope, FunctionScope } from './scopes.ts';
import { LuaSyntaxError, tokensOf } from './tokens.ts';

/** What is wrong with a chunk, with the place, e.g. `[string "return ("]:1: unexpected symbol near '<eof>'`; undefined when nothing is. */
export function luaViolation(source: string, name = chunkName(source)): string | undefined {
  try {
    new StatementParser(tokensOf(source)).chunk();
    return undefined;
  } catch (error) {
    if (error instanceof LuaSyntaxError) return `${name}:${error.line}: ${error.message}`;
    throw error;
  }
}

/** How Lua names a chunk in messages: by its first line, cut where it is long. Text after `=` or `@` counts as the name of a file. */
function chunkName(source: string): string {
  if (/^[=@]/.test(source)) return source.slice(1, 60);
  const end = source.search(/[\x00-\x1f]/);
  const first = Math.min(end < 0 ? source.length : end, 48);
  return `[string "${first < source.length ? `${source.slice(0, Math.min(first, 45))}...` : source}"]`;
}

const BLOCK_ENDS = new Set(['else', 'elseif', 'end', 'until', '<eof>']);

type Statement = (this: StatementParser, line: number) => void;

class StatementParser extends ExpressionParser {
  static readonly #STATEMENTS: Readonly<Record<string, Statement | undefined>> = {
    ';': () => undefined,
    'if': function ifStatement(line) {
      this.#condition('then');
      this.#block();
      while (this.taken('elseif')) {
        this.#condition('then');
        this.#block();
      }
      if (this.taken('else')) this.#block();
      this.close('end', 'if', line);
    },
    'while': function whileStatement(line) {
      this.#condition('do');
      this.#block(true);
      this.close('end', 'while', line);
    },
    'do': function doStatement(line) {
      this.#block();
      this.close('end', 'do', line);
    },
    'for': function forStatement(line) {
      this.name();
      if (this.taken('=')) this.#range();
      else if (this.kind === ',' || this.kind === 'in') this.#iterator();
      else throw this.error("'=' or 'in' expected");
      this.expect('do');
      this.#block(true);
      this.close('end', 'for', line);
    },
    'repeat': function repeatStatement(line) {
      this.#block(true, () => {
        this.close('until', 'repeat', line);
        this.expression();
      });
    },
    'function': function functionStatement(line) {
      this.name();
      while (this.taken('.')) this.name();
      if (this.taken(':')) this.name();
      this.functionBody(line);
    },
    'local': function localStatement() {
      const { line } = this.token;
      if (this.taken('function')) {
        this.#innermost.locals.push(this.name());
        this.functionBody(line);
        return;
      }
      const names: string[] = [];
      do names.push(this.name()); while (this.taken(','));
      if (this.taken('=')) this.expressions();
      this.#innermost.locals.push(...names);
    },
    '::': function labelStatement() {
      const label = this.name();
      if (hasLabel(this.#scope, label)) throw this.errorInLine(`duplicate label '${label}'`);
      this.expect('::');
      const block = this.#innermost;
      block.labels.set(label, block.locals.length);
      while (this.kind === '::' || this.kind === ';') this.#statement();
      // Behind the last statement no variable is in scope any more.
      if (BLOCK_ENDS.has(this.kind) && this.kind !== 'until') block.labels.set(label, 0);
    },
    'break': function breakStatement(line) {
      if (!this.#scope.blocks.some(({ isLoop }) => isLoop)) wrongJump(this.#scope, line, 'no loop to break');
    },
    'goto': function gotoStatement(line) {
      const label = this.name();
      // A label in front of the jump is in scope already.
      if (hasLabel(this.#scope, label)) return;
      this.#innermost.jumps.push({ label, line, locals: this.#innermost.locals.length });
    },
  };

  #scope: FunctionScope = { isVararg: true, blocks: [] };

  chunk(): void {
    this.#block();
    if (this.kind !== '<eof>') throw this.expected('<eof>');
    if (this.#scope.wrongJump) throw this.#scope.wrongJump;
  }

  get isVararg(): boolean {
    return this.#scope.isVararg;
  }

  get #innermost(): BlockScope {
    return this.#scope.blocks.at(-1)!;
  }

  /** @param condition behind the block, which sees its local variables */
  #block(isLoop = false, condition?: () => void): void {
    this.deeper(() => {
      this.#scope.blocks.push({ isLoop, locals: [], labels: new Map(), jumps: [] });
      while (!BLOCK_ENDS.has(this.kind)) {
        if (this.kind === 'return') {
          this.#return();
          break;
        }
        this.#statement();
      }
      condition?.();
      endBlock(this.#scope);
    });
  }

  #statement(): void {
    const { kind, line } = this.token;
    const isLabelName = kind === 'goto' && this.nextKind !== '<name>';
    const statement = isLabelName ? undefined : StatementParser.#STATEMENTS[kind];
    if (statement === undefined) {
      this.#expressionStatement();
      return;
    }
    this.advance();
    statement.call(this, line);
  }

  #return(): void {
    this.advance();
    if (!BLOCK_ENDS.has(this.kind) && this.kind !== ';') this.expressions();
    this.taken(';');
  }

  #condition(then: string): void {
    this.expression();
    this.expect(then);
  }

  #range(): void {
    this.expression();
    this.expect(',');
    this.expression();
    if (this.taken(',')) this.expression();
  }

  #iterator(): void {
    while (this.taken(',')) this.name();
    this.expect('in');
    this.expressions();
  }

  /** A call or an assignment. */
  #expressionStatement(): void {
    let last = this.suffixed();
    if (last === 'call') return;
    while (this.taken(',')) {
      if (last !== 'variable') throw this.error('syntax error');
      last = this.suffixed();
    }
    if (last !== 'variable') throw this.error('syntax error');
    this.expect('=');
    this.expressions();
  }

  functionBody(line: number): void {
    this.expect('(');
    let isVararg = false;
    if (this.kind !== ')') {
      do {
        if (this.taken('...')) isVararg = true;
        else if (this.kind === '<name>' || this.kind === 'goto') this.advance();
        else throw this.error("<name> or '...' expected");
      } while (!isVararg && this.taken(','));
    }
    this.expect(')');
    const outer = this.#scope;
    this.#scope = { isVararg, blocks: [] };
    this.#block();
    this.close('end', 'function', line);
    if (this.#scope.wrongJump) throw this.#scope.wrongJump;
    this.#scope = outer;
  }
}
