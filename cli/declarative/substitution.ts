/**
 * Environment variables in state files, as decK writes them: `${{ env "DECK_PORT" | toInt }}`. They are replaced in the text, before it is
 * read, so that a variable may be any part of a value.
 */

/** Names of variables that files may read: everything else of the environment stays out of the configuration. */
const PREFIXES = ['DECK_', 'HYBRIDGE_'];

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SubstitutionError {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface Substituted {
  readonly text: string;
  readonly errors: readonly SubstitutionError[];
  /** Values of variables. Whatever is printed hides them. */
  readonly values: readonly string[];
  /** The line of the file that a line of the text comes from, both from 1. */
  lineOf(line: number): number;
}

const OPEN = '${{';
const CLOSE = '}}';

/** @param environment undefined leaves every variable at its own name: a file is judged without them */
export function substitute(text: string, environment: Environment | undefined): Substituted {
  const parts: string[] = [];
  const errors: SubstitutionError[] = [];
  const values: string[] = [];
  const shifts = new LineShifts();
  let at = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
    shifts.read(text, at, open);
    const close = text.indexOf(CLOSE, open);
    const end = close < 0 ? text.length : close + CLOSE.length;
    const result = close < 0 ? { problem: `got ${OPEN} without ${CLOSE}` } : evaluated(text.slice(open + OPEN.length, close), environment);
    if ('problem' in result) errors.push({ line: shifts.line, message: result.problem });
    const value = 'value' in result ? result.value : '';
    if ('secret' in result && result.secret) values.push(result.secret);
    parts.push(text.slice(at, open), value);
    shifts.replaced(text.slice(open, end), value);
    at = end;
  }
  parts.push(text.slice(at));
  return { text: parts.length === 1 ? text : parts.join(''), errors, values, lineOf: (line) => shifts.lineOf(line) };
}

/** Which lines the replaced text has more, or fewer, than the file. */
class LineShifts {
  /** Of the file, where reading has come to; from 1. */
  line = 1;
  #shift = 0;
  /** Each: from the line of the text after `from` on, lines are `shift` more than in the file; never before the file's line `least`. */
  readonly #steps: { readonly from: number; readonly shift: number; readonly least: number }[] = [];

  read(text: string, from: number, to: number): void {
    for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) this.line += 1;
  }

  replaced(expression: string, value: string): void {
    const begun = this.line + this.#shift;
    const before = lineFeeds(expression);
    const more = lineFeeds(value) - before;
    this.line += before;
    if (more === 0) return;
    this.#shift += more;
    this.#steps.push({ from: begun, shift: this.#shift, least: this.line });
  }

  lineOf(line: number): number {
    const step = this.#steps.findLast(({ from }) => line > from);
    return step === undefined ? line : Math.max(step.least, line - step.shift);
  }
}

function lineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

type Evaluated = { readonly value: string; readonly secret?: string } | { readonly problem: string };

const CALL = /^\s*env\s+(?:"([^"\\]*)"|`([^`]*)`)\s*((?:\|[^|]*)*)$/;

/** One expression: a variable, and filters behind bars. */
function evaluated(expression: string, environment: Environment | undefined): Evaluated {
  const call = CALL.exec(expression);
  if (!call) return { problem: `got ${OPEN}${expression}${CLOSE}, expected ${OPEN} env "DECK_NAME" ${CLOSE}, with filters as | toInt` };
  const name = (call[1] ?? call[2])!;
  if (!PREFIXES.some((prefix) => name.startsWith(prefix))) {
    return { problem: `got the environment variable ${name}, expected a name that begins with ${PREFIXES.join(' or ')}` };
  }
  const given = environment === undefined ? name : environment[name];
  if (given === undefined) return { problem: `the environment variable ${name} is not set` };
  let value = given;
  for (const filter of call[3]!.split('|').slice(1).map((text) => text.trim())) {
    const filtered = environment === undefined ? standIn(filter, value) : FILTERS.find(
      ({ form }) => form.test(filter),
    )?.apply(value, filter);
    if (filtered === undefined) return { problem: refusalOf(name, filter) };
    value = filtered;
  }
  return { value, ...environment !== undefined && { secret: given } };
}

function refusalOf(name: string, filter: string): string {
  const known = FILTERS.find(({ form }) => form.test(filter));
  return known === undefined
    ? `got the filter '${filter}', expected toInt, toBool, toFloat or indent with a number`
    : `the value of the environment variable ${name} is not ${known.expects}`;
}

interface Filter {
  readonly form: RegExp;
  /** What a value has to be, for the message. The value itself may be a secret. */
  readonly expects: string;
  /** @returns undefined for a value that is something else */
  apply(value: string, filter: string): string | undefined;
}

const FILTERS: readonly Filter[] = [
  { form: /^toInt$/, expects: 'a whole number', apply: (value) => (/^[-+]?\d{1,18}$/.test(value) ? String(Number(value)) : undefined) },
  {
    form: /^toBool$/, expects: 'true or false',
    apply: (value) => (TRUE.includes(value) ? 'true' : FALSE.includes(value) ? 'false' : undefined),
  },
  {
    form: /^toFloat$/, expects: 'a number',
    apply: (value) => (value.trim() !== '' && Number.isFinite(Number(value)) ? String(Number(value)) : undefined),
  },
  {
    form: /^indent\s+\d{1,2}$/, expects: 'text',
    apply: (value, filter) => value.replaceAll('\n', `\n${' '.repeat(Number(/\d+/.exec(filter)![0]))}`),
  },
];

/** As in Go, whose words decK takes. */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** A value of the right type where the variable is not read. */
function standIn(filter: string, value: string): string | undefined {
  if (filter === 'toInt' || filter === 'toFloat') return '42';
  return filter === 'toBool' ? 'false' : FILTERS.find(({ form }) => form.test(filter))?.apply(value, filter);
}
