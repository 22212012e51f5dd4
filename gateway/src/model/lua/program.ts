/**
 * Programs in a subset of Lua that always ends: local variables, conditions and `return`, with operators, tables and calls of functions
 * that the caller provides. No loops, no functions of its own, no assignments. Anything else is refused by name.
 */
import { Cursor } from './cursor.ts';
import { textOfString } from './string-literal.ts';
import { tokensOf } from './tokens.ts';
import { concatenated, isLess, isTable, isTrue, lengthOf, LuaRunError, memberOf, numberOf, typeOf } from './values.ts';
import type { LuaFunction, LuaTable, LuaValue } from './values.ts';

/** Finds a global variable. Called once for each name while the program is compiled. */
export type Globals<Context> = (name: string) => ((context: Context) => LuaValue) | undefined;

/** @throws LuaRunError */
export type Program<Context> = (context: Context) => LuaValue;

/** What of the program cannot be run here. */
export class UnsupportedLua extends Error {}

interface Frame<Context> {
  readonly context: Context;
  readonly locals: LuaValue[];
}

type Expression<Context> = (frame: Frame<Context>) => LuaValue;

/** `undefined`: the block ended without `return`. */
type Block<Context> = (frame: Frame<Context>) => { readonly value: LuaValue } | undefined;

/** Binding powers to the left and to the right, as in the manual §2.5.6. */
const BINARY: Readonly<Record<string, readonly [number, number]>> = {
  'or': [1, 1], 'and': [2, 2],
  '<': [3, 3], '>': [3, 3], '<=': [3, 3], '>=': [3, 3], '~=': [3, 3], '==': [3, 3],
  '..': [5, 4], '+': [6, 6], '-': [6, 6], '*': [7, 7], '/': [7, 7], '%': [7, 7], '^': [10, 9],
};

const UNARY_POWER = 8;

const OPERATIONS: Readonly<Record<string, (left: LuaValue, right: LuaValue) => LuaValue>> = {
  '<': isLess,
  '>': (left, right) => isLess(right, left),
  '<=': (left, right) => !isLess(right, left),
  '>=': (left, right) => !isLess(left, right),
  '==': (left, right) => left === right,
  '~=': (left, right) => left !== right,
  '..': concatenated,
  '+': (left, right) => numberOf(left) + numberOf(right),
  '-': (left, right) => numberOf(left) - numberOf(right),
  '*': (left, right) => numberOf(left) * numberOf(right),
  '/': (left, right) => numberOf(left) / numberOf(right),
  '%': (left, right) => numberOf(left) - Math.floor(numberOf(left) / numberOf(right)) * numberOf(right),
  '^': (left, right) => numberOf(left) ** numberOf(right),
};

/** Methods of texts, as in `name:lower()`. */
const TEXT_METHODS: Readonly<Record<string, (text: string, ...rest: readonly LuaValue[]) => LuaValue>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  len: (text) => Buffer.byteLength(text),
  sub: (text, from, to) => slice(text, numberOf(from), to === undefined ? -1 : numberOf(to)),
};

/**
 * @throws UnsupportedLua
 * @throws LuaSyntaxError
 */
export function compileProgram<Context>(source: string, globals: Globals<Context>): Program<Context> {
  const compiler = new Compiler(source, globals);
  const block = compiler.chunk();
  return (context) => block({ context, locals: [] })?.value;
}

class Compiler<Context> extends Cursor {
  readonly #globals: Globals<Context>;
  /** Names of the local variables that can be seen; a later one hides an earlier one of the same name. */
  #scope: string[] = [];

  constructor(source: string, globals: Globals<Context>) {
    super(tokensOf(source));
    this.#globals = globals;
  }

  chunk(): Block<Context> {
    const block = this.#block();
    if (this.kind !== '<eof>') throw this.#unsupported();
    return block;
  }

  #block(): Block<Context> {
    const outer = this.#scope;
    this.#scope = [...outer];
    const statements: Block<Context>[] = [];
    while (!['<eof>', 'end', 'else', 'elseif'].includes(this.kind)) {
      if (this.taken(';')) continue;
      if (this.taken('return')) {
        statements.push(this.#return());
        break;
      }
      if (this.taken('local')) statements.push(this.#local());
      else if (this.taken('if')) statements.push(this.#condition());
      else throw this.#unsupported();
    }
    this.#scope = outer;
    return (frame) => {
      for (const statement of statements) {
        const result = statement(frame);
        if (result !== undefined) return result;
      }
      return undefined;
    };
  }

  #return(): Block<Context> {
    const isEmpty = ['<eof>', 'end', 'else', 'elseif', ';'].includes(this.kind);
    const value = isEmpty ? () => undefined : this.#expression();
    while (this.taken(';'));
    return (frame) => ({ value: value(frame) });
  }

  #local(): Block<Context> {
    if (this.kind === 'function') throw this.#unsupported();
    const name = this.name();
    const value = this.taken('=') ? this.#expression() : () => undefined;
    if (this.kind === ',') throw this.#unsupported();
    const at = this.#scope.push(name) - 1;
    return (frame) => {
      frame.locals[at] = value(frame);
      return undefined;
    };
  }

  #condition(): Block<Context> {
    const test = this.#expression();
    this.expect('then');
    const met = this.#block();
    const otherwise = this.#otherwise();
    return (frame) => isTrue(test(frame)) ? met(frame) : otherwise(frame);
  }

  #otherwise(): Block<Context> {
    if (this.taken('elseif')) return this.#condition();
    if (!this.taken('else')) {
      this.expect('end');
      return () => undefined;
    }
    const block = this.#block();
    this.expect('end');
    return block;
  }

  #expression(power = 0): Expression<Context> {
    let result: Expression<Context> = () => undefined;
    this.deeper(() => {
      let left = this.#operand();
      for (;;) {
        const operator = this.kind;
        const powers = BINARY[operator];
        if (powers === undefined || powers[0] <= power) break;
        this.advance();
        left = binary(operator, left, this.#expression(powers[1]));
      }
      result = left;
    });
    return result;
  }

  #operand(): Expression<Context> {
    if (this.taken('not')) {
      const value = this.#expression(UNARY_POWER);
      return (frame) => !isTrue(value(frame));
    }
    if (this.taken('-')) {
      const value = this.#expression(UNARY_POWER);
      return (frame) => -numberOf(value(frame));
    }
    if (this.taken('#')) {
      const value = this.#expression(UNARY_POWER);
      return (frame) => lengthOf(value(frame));
    }
    return this.#suffixed();
  }

  #primary(): Expression<Context> {
    const { kind, text } = this.token;
    if (kind === '{') return this.#table();
    if (kind === '<name>') return this.#variable();
    this.advance();
    if (kind === '<number>') return constant(this.#number(text));
    if (kind === '<string>') return constant(textOfString(text));
    if (kind === 'nil') return constant(undefined);
    if (kind === 'true' || kind === 'false') return constant(kind === 'true');
    if (kind !== '(') throw new UnsupportedLua(`'${text}' cannot be run here`);
    const inner = this.#expression();
    this.expect(')');
    return inner;
  }

  #number(text: string): number {
    const number = Number(text);
    if (Number.isNaN(number)) throw new UnsupportedLua(`the number ${text} cannot be used here`);
    return number;
  }

  #variable(): Expression<Context> {
    const name = this.name();
    const at = this.#scope.lastIndexOf(name);
    if (at >= 0) return ({ locals }) => locals[at];
    const found = this.#globals(name);
    if (found === undefined) throw new UnsupportedLua(`${name} is not available here`);
    return ({ context }) => found(context);
  }

  #suffixed(): Expression<Context> {
    let path = this.token.text;
    let value = this.#primary();
    for (;;) {
      if (this.taken('.')) {
        const name = this.name();
        path += `.${name}`;
        value = member(value, constant(name), path);
      } else if (this.taken('[')) {
        const key = this.#expression();
        this.expect(']');
        path += '[…]';
        value = member(value, key, path);
      } else if (this.taken(':')) value = this.#method(value);
      else if (['(', '<string>', '{'].includes(this.kind)) value = called(value, this.#arguments(), path);
      else return value;
    }
  }

  #method(object: Expression<Context>): Expression<Context> {
    const name = this.name();
    const method = Object.hasOwn(TEXT_METHODS, name) ? TEXT_METHODS[name]! : undefined;
    if (method === undefined) throw new UnsupportedLua(`the method ${name} is not available here`);
    const args = this.#arguments();
    return (frame) => {
      const text = object(frame);
      if (typeof text !== 'string') throw new LuaRunError(`attempt to call method '${name}' of a ${typeOf(text)} value`);
      return method(text, ...args.map((arg) => arg(frame)));
    };
  }

  #arguments(): readonly Expression<Context>[] {
    if (this.kind === '<string>' || this.kind === '{') return [this.#primary()];
    this.expect('(');
    const args: Expression<Context>[] = [];
    if (this.taken(')')) return args;
    do args.push(this.#expression());
    while (this.taken(','));
    this.expect(')');
    return args;
  }

  #table(): Expression<Context> {
    this.expect('{');
    const items: Expression<Context>[] = [];
    const entries: (readonly [Expression<Context>, Expression<Context>])[] = [];
    while (!this.taken('}')) {
      if (this.kind === '<name>' && this.nextKind === '=') {
        const name = this.name();
        this.advance();
        entries.push([constant(name), this.#expression()]);
      } else if (this.taken('[')) {
        const key = this.#expression();
        this.expect(']');
        this.expect('=');
        entries.push([key, this.#expression()]);
      } else items.push(this.#expression());
      if (!this.taken(',') && !this.taken(';') && this.kind !== '}') throw this.expected('}');
    }
    return (frame) => tableOf(items.map((item) => item(frame)), entries.map(([key, value]) => [key(frame), value(frame)] as const));
  }

  #unsupported(): UnsupportedLua {
    const { text, line } = this.token;
    return new UnsupportedLua(`'${text}' in line ${line} cannot be run here: only local variables, if and return can`);
  }
}

function constant<Context>(value: LuaValue): Expression<Context> {
  return () => value;
}

function binary<Context>(operator: string, left: Expression<Context>, right: Expression<Context>): Expression<Context> {
  if (operator === 'and') {
    return (frame) => {
      const value = left(frame);
      return isTrue(value) ? right(frame) : value;
    };
  }
  if (operator === 'or') {
    return (frame) => {
      const value = left(frame);
      return isTrue(value) ? value : right(frame);
    };
  }
  const operation = OPERATIONS[operator]!;
  return (frame) => operation(left(frame), right(frame));
}

function member<Context>(object: Expression<Context>, key: Expression<Context>, path: string): Expression<Context> {
  return (frame) => {
    const value = object(frame);
    if (!isTable(value)) throw new LuaRunError(`attempt to index a ${typeOf(value)} value at ${path}`);
    return memberOf(value, key(frame));
  };
}

function called<Context>(callee: Expression<Context>, args: readonly Expression<Context>[], path: string): Expression<Context> {
  return (frame) => {
    const target = callee(frame);
    if (typeof target !== 'function') throw new LuaRunError(`attempt to call ${path}, a ${typeOf(target)} value`);
    return (target as LuaFunction)(...args.map((arg) => arg(frame)));
  };
}

function tableOf(items: readonly LuaValue[], entries: readonly (readonly [LuaValue, LuaValue])[]): LuaValue {
  if (entries.length === 0 && items.length > 0) return items.filter((item) => item !== undefined);
  const table: Record<string, LuaValue> = Object.create(null) as LuaTable;
  for (const [at, item] of items.entries()) table[String(at + 1)] = item;
  for (const [key, value] of entries) table[String(key)] = value;
  return table;
}

/** Positions begin at 1, and count from the end where they are negative. */
function slice(text: string, from: number, to: number): string {
  const start = from < 0 ? Math.max(text.length + from, 0) : Math.max(from - 1, 0);
  return text.slice(start, to < 0 ? text.length + to + 1 : to);
}
