/**
 * Compiles all regular expressions of users: for the Admin API, for declarative files and for the router.
 * RE2 matches in time linear in the text, so no expression can stop a node. Expressions that RE2 cannot run are rejected.
 */
import { RE2JS } from 're2js';

import { messageOf } from '../../base/errors.ts';
import { UNKNOWN, plainSequence } from './plain-sequence.ts';
import type { PlainSequence } from './plain-sequence.ts';
import { programSizeOf } from './program-size.ts';

export interface RegularExpression {
  /** Texts that every text that it matches contains, in no order. Empty when none is known. */
  readonly literals: readonly string[];
  /** Whether it matches anywhere in the text. Faster than `match`. */
  test(text: string): boolean;
  /** The leftmost match, by the rules of Perl: the first alternative that matches wins. */
  match(text: string): RegularMatch | undefined;
}

interface RegularMatch {
  readonly matched: string;
  /** Named groups; a group that took no part in the match is undefined. Absent when the expression has none. */
  readonly groups?: Readonly<Record<string, string | undefined>>;
}

/** The longest expression, in characters. */
const MAX_LENGTH = 8_192;

/**
 * The largest program, in instructions. A character of the text costs up to 35 ns for each instruction (measured): the longest path that
 * the proxy accepts, 48 KiB, takes 3 s with the slowest program of this size, and microseconds with usual ones.
 */
const MAX_PROGRAM_SIZE = 2_000;

/** Constructs of backtracking engines that cannot be matched in linear time. */
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?<?[=!]/, 'look-around'],
  [/\\(?:[1-9]|[kg][<{'])|\(\?P=/, 'a back-reference'],
  [/\(\?>|[*+?}]\+/, 'an atomic group or a possessive quantifier'],
  [/\(\?(?:R|P>|&|[+-]?\d)/, 'recursion'],
];

/** Compiled expressions that are still in use: validation, snapshot and next snapshot share them. */
const compiled = new Map<string, WeakRef<RegularExpression>>();
const collected = new FinalizationRegistry<string>((pattern) => {
  if (compiled.get(pattern)?.deref() === undefined) compiled.delete(pattern);
});

/**
 * Syntax: https://github.com/google/re2/wiki/Syntax, named groups as `(?<name>…)` or `(?P<name>…)`.
 *
 * @throws SyntaxError with the reason: a syntax error, a construct that RE2 cannot run, or a program that is too large
 */
export function regularExpression(pattern: string): RegularExpression {
  const known = compiled.get(pattern)?.deref();
  if (known !== undefined) return known;
  const expression = compile(pattern);
  compiled.set(pattern, new WeakRef(expression));
  collected.register(expression, pattern);
  return expression;
}

/** Why the expression cannot be used, or nothing. */
export function regularExpressionViolation(pattern: string): string | undefined {
  try {
    regularExpression(pattern);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

interface Rejection {
  readonly reason: string;
  /** Whether other engines may accept the expression. */
  readonly isOurs: boolean;
}

export function rejectionOf(pattern: string): Rejection | undefined {
  const reason = regularExpressionViolation(pattern);
  return reason === undefined ? undefined : { reason, isOurs: / is not supported,|^too /.test(reason) };
}

function compile(pattern: string): RegularExpression {
  if (pattern.length > MAX_LENGTH) throw new SyntaxError(`too long: got ${pattern.length} characters, expected at most ${MAX_LENGTH}`);
  // Compiling a program that is too large could take seconds, so its size is estimated first.
  expectProgramSize(programSizeOf(pattern));
  const sequence = plainSequence(pattern);
  return sequence === undefined ? ofProgram(pattern) : ofSequence(sequence, pattern);
}

/** A program is fifty times as slow, and takes as much memory: it is made for texts that need it only. */
function ofSequence(sequence: PlainSequence, pattern: string): RegularExpression {
  let program: RegularExpression | undefined;
  const others = (): RegularExpression => (program ??= ofProgram(pattern));
  return {
    test: (text) => {
      const end = sequence.end(text);
      return end === UNKNOWN ? others().test(text) : end >= 0;
    },
    match: (text) => {
      const end = sequence.end(text);
      if (end === UNKNOWN) return others().match(text);
      if (end < 0) return undefined;
      return { matched: text.slice(0, end), ...sequence.hasNames && { groups: sequence.groups(text) } };
    },
    literals: sequence.literals,
  };
}

function ofProgram(pattern: string): RegularExpression {
  const re2 = parse(pattern);
  expectProgramSize(re2.programSize());
  const hasNames = Object.keys(re2.namedGroups()).length > 0;
  return {
    test: (text) => re2.test(text),
    match: hasNames ? (text) => namedMatch(re2, text) : (text) => plainMatch(re2, text),
    literals: literalsOf((re2.re2() as { readonly prefilter?: Prefilter | null }).prefilter),
  };
}

/** What RE2 looks for before it runs a program: a text, or all or any of several. */
interface Prefilter {
  readonly type: number;
  readonly str: string;
  readonly subs: readonly Prefilter[];
}

/** re2js does not export its names of these. */
const EXACT = 1;
const ALL = 2;

function literalsOf(prefilter: Prefilter | null | undefined): readonly string[] {
  if (prefilter?.type === EXACT) return [prefilter.str];
  return prefilter?.type === ALL ? prefilter.subs.flatMap((sub) => (sub.type === EXACT ? [sub.str] : [])) : [];
}

function parse(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const unsupported = UNSUPPORTED.find(([construct]) => construct.test(pattern))?.[1];
    const reason = unsupported === undefined
      ? messageOf(error).replace(/^error parsing regexp: /, '')
      : `${unsupported} is not supported, since it cannot be matched in linear time`;
    throw new SyntaxError(reason, { cause: error });
  }
}

function expectProgramSize(size: number): void {
  if (size <= MAX_PROGRAM_SIZE) return;
  const fix = 'lower its repeat counts or split it';
  throw new SyntaxError(`too large: got about ${size} instructions, expected at most ${MAX_PROGRAM_SIZE}; ${fix}`);
}

function namedMatch(re2: RE2JS, text: string): RegularMatch | undefined {
  const match = re2.exec(text) as RegExpExecArray | null;
  return match === null ? undefined : { matched: match[0], groups: match.groups };
}

/** Finding only the ends of the match is about three times as fast as finding groups. */
function plainMatch(re2: RE2JS, text: string): RegularMatch | undefined {
  const ends = re2.re2().findIndex(text) as readonly [number, number] | null;
  return ends === null ? undefined : { matched: text.slice(...ends) };
}
