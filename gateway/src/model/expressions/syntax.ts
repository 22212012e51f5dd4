/**
 * The language of route expressions, as Kong's router has it: predicates `field operator value`, joined by `&&` and `||`. As there, `||`
 * binds tighter than `&&`. Grammar: https://developer.konghq.com/gateway/routing/expressions/
 */
import { ExpressionProblem } from './problem.ts';
import { tokensOf } from './tokens.ts';
import type { Token } from './tokens.ts';

export type Expression =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | Predicate;

export interface Predicate {
  readonly kind: 'predicate';
  readonly field: string;
  /** Compares in lower case. */
  readonly lower: boolean;
  /** One of several values is enough. */
  readonly any: boolean;
  readonly operator: Operator;
  readonly value: Value;
  /** Positions in the source, counted from 0. */
  readonly from: number;
  readonly to: number;
  readonly fieldTo: number;
  readonly valueFrom: number;
}

export type Value = { readonly type: 'text' | 'address'; readonly text: string } | { readonly type: 'number'; readonly number: bigint };

const OPERATORS = ['==', '!=', '~', '^=', '=^', '>=', '>', '<=', '<', 'in', 'not in', 'contains'] as const;

export type Operator = typeof OPERATORS[number];

/** Characters. */
const MAX_LENGTH = 16_384;

/** Parentheses in parentheses; a request evaluates them one within the other. */
const MAX_DEPTH = 64;

const INTEGERS = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** @throws ExpressionProblem with the position of what is wrong */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_LENGTH) {
    throw new ExpressionProblem('', `too long: got ${source.length} characters, expected at most ${MAX_LENGTH}`, 0, 0);
  }
  return new Parser(source).whole();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  whole(): Expression {
    const expression = this.#conjunction(0);
    if (this.#next.kind !== 'end') throw this.#problem('expected && or ||, or the end of the expression');
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #conjunction(depth: number): Expression {
    return this.#joined('all', '&&', () => this.#joined('any', '||', () => this.#term(depth)));
  }

  #joined(kind: 'all' | 'any', sign: string, part: () => Expression): Expression {
    const of = [part()];
    while (this.#skip(sign)) of.push(part());
    return of.length === 1 ? of[0]! : { kind, of };
  }

  #term(depth: number): Expression {
    if (depth > MAX_DEPTH) throw this.#problem(`more than ${MAX_DEPTH} parentheses in each other`);
    const isNegated = this.#skip('!');
    if (isNegated && this.#next.text !== '(') throw this.#problem('expected ( behind !');
    if (!this.#skip('(')) return this.#predicate();
    const expression = this.#conjunction(depth + 1);
    if (!this.#skip(')')) throw this.#problem('expected )');
    return isNegated ? { kind: 'not', of: expression } : expression;
  }

  #predicate(): Predicate {
    const { from } = this.#next;
    const functions: string[] = [];
    while (this.#next.kind === 'word' && this.#tokens[this.#at + 1]!.text === '(') {
      const { text } = this.#next;
      if (text !== 'lower' && text !== 'any') throw this.#problem(`unknown function ${text}: expected lower or any`);
      functions.push(text);
      this.#at += 2;
    }
    const field = this.#next;
    if (field.kind !== 'word') throw this.#problem('expected a field such as http.path, or (');
    this.#at += 1;
    for (const name of functions) if (!this.#skip(')')) throw this.#problem(`expected ) behind the field in ${name}(…)`);
    const operator = this.#operator();
    const valueFrom = this.#next.from;
    const value = this.#value();
    return {
      kind: 'predicate', field: field.text, lower: functions.includes('lower'), any: functions.includes('any'), operator, value,
      from, to: this.#tokens[this.#at - 1]!.to, fieldTo: field.to, valueFrom,
    };
  }

  #operator(): Operator {
    const { text, kind } = this.#next;
    const isNotIn = text === 'not' && this.#tokens[this.#at + 1]!.text === 'in';
    const operator = isNotIn ? 'not in' : OPERATORS.find((known) => known === text);
    if (operator === undefined || kind === 'text') throw this.#problem(`expected an operator: ${OPERATORS.join(' ')}`);
    this.#at += isNotIn ? 2 : 1;
    return operator;
  }

  #value(): Value {
    const { kind, text } = this.#next;
    if (kind !== 'text' && kind !== 'number' && kind !== 'address') {
      throw this.#problem('expected a text in quotes, a number, an address or a CIDR');
    }
    if (kind !== 'number') {
      this.#at += 1;
      return { type: kind, text };
    }
    const number = integerOf(text);
    if (number === undefined) throw this.#problem('expected a decimal, octal (0…) or hexadecimal (0x…) integer of 64 bits');
    this.#at += 1;
    return { type: 'number', number };
  }

  #skip(sign: string): boolean {
    if (this.#next.kind !== 'sign' || this.#next.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #problem(reason: string): ExpressionProblem {
    return new ExpressionProblem(this.#source, reason, this.#next.from, this.#next.to);
  }
}

function integerOf(written: string): bigint | undefined {
  const isNegative = written.startsWith('-');
  const digits = isNegative ? written.slice(1) : written;
  const isOctal = /^0\d/.test(digits);
  if (isOctal && /[89]/.test(digits)) return undefined;
  const amount = BigInt(isOctal ? `0o${digits}` : digits);
  const number = isNegative ? -amount : amount;
  return number < INTEGERS.least || number > INTEGERS.most ? undefined : number;
}
