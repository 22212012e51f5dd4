/** What may become of hostile bytes: the policy, and what breaks it. */
import type { ReadMessage } from '../conformance/traffic/http-reader.ts';
import type { StrictRequest } from './strict-requests.ts';

/** `reject`: refused, and nothing whole reaches the upstream. `accept`: exactly the intended requests do. `either`: one of the two. */
export type Policy = 'reject' | 'accept' | 'either';

export interface IntendedRequest {
  readonly path?: string;
  readonly body: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

export interface Expected {
  readonly policy: Policy;
  readonly intended?: IntendedRequest | readonly IntendedRequest[] | null;
  /** A close without an answer is a refusal, too. */
  readonly silent?: boolean;
  /** A refusal may leave the connection open. */
  readonly keep_open_ok?: boolean;
  /** An HTTP/2 SETTINGS frame is an answer. */
  readonly h2c_ok?: boolean;
  /** Other paths that may reach the upstream. */
  readonly may?: readonly string[];
  /** Names, or values, that no request may have at the upstream; names that each must have. */
  readonly forbid?: readonly string[];
  readonly forbid_value?: readonly string[];
  readonly require?: readonly string[];
}

export interface Outcome {
  /** Final answers to the hostile bytes, in order. */
  readonly answers: readonly ReadMessage[];
  /** What came and is no HTTP/1 message. */
  readonly rest: string;
  readonly isClosed: boolean;
  /** Whole requests that the upstream got. */
  readonly requests: readonly StrictRequest[];
  readonly flaws: readonly string[];
}

const statusOf = ({ startLine }: ReadMessage): number => Number(startLine.split(' ')[1]);

export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 || status === 501 || status === 505;
}

/** @returns what is wrong; nothing when all is as the policy says */
export function problemsOf(expected: Expected, outcome: Outcome): readonly string[] {
  const problems = [...alwaysWrong(expected, outcome)];
  const refused = notRefused(expected, outcome);
  const served = notServed(expected, outcome);
  if (expected.policy === 'reject') problems.push(...refused);
  if (expected.policy === 'accept') problems.push(...served);
  if (expected.policy === 'either' && refused.length > 0 && served.length > 0) problems.push(...refused, ...served);
  return problems;
}

function* alwaysWrong({ intended, may = [], forbid = [], forbid_value = [], require = [] }: Expected, outcome: Outcome): Iterable<string> {
  for (const flaw of outcome.flaws) yield flaw;
  const others = outcome.requests.filter(({ target }) => !may.includes(target));
  if (others.length > [intended ?? []].flat().length) yield `the upstream got ${others.length} requests`;
  for (const { target, headers } of outcome.requests) {
    if (target.startsWith('/smuggled')) yield `the upstream got ${target}`;
    for (const name of forbid) if (headers.some(([one]) => one === name)) yield `the upstream got a header ${name}`;
    for (const value of forbid_value) if (headers.some(([, one]) => one.includes(value))) yield `the upstream got the value ${value}`;
    for (const name of require) if (!headers.some(([one]) => one === name)) yield `the upstream got no header ${name}`;
  }
}

function notRefused({ silent = false, keep_open_ok = false, h2c_ok = false, may = [] }: Expected, outcome: Outcome): readonly string[] {
  const problems: string[] = [];
  const { answers, rest, isClosed, requests } = outcome;
  const last = answers.at(-1);
  const settings = h2c_ok && rest.slice(3, 4) === '\x04';
  if (last === undefined && !settings && !(silent && isClosed)) problems.push('there was no answer');
  if (last !== undefined && !isRefusal(statusOf(last))) problems.push(`the answer was ${statusOf(last)}`);
  if (!isClosed && !keep_open_ok && !settings) problems.push('the connection was left open');
  const whole = requests.filter(({ target }) => !may.includes(target));
  if (whole.length > 0) problems.push(`the upstream got ${whole.map(({ method, target }) => `${method} ${target}`).join(', ')}`);
  return problems;
}

function notServed({ intended }: Expected, { requests }: Outcome): readonly string[] {
  const wanted = [intended ?? []].flat();
  if (wanted.length === 0) return ['nothing was to be served'];
  const problems = requests.length === wanted.length ? [] : [`the upstream got ${requests.length} requests, not ${wanted.length}`];
  for (const [index, { path, body, headers = [] }] of wanted.entries()) {
    const got = requests[index];
    if (got === undefined) continue;
    if (path !== undefined && got.target !== path) problems.push(`the upstream got ${got.target.slice(0, 100)}, not ${path.slice(0, 100)}`);
    if (got.body !== body) problems.push(`the upstream got the body ${JSON.stringify(got.body.slice(0, 100))}`);
    for (const [name, value] of headers) {
      if (!got.headers.some((line) => line[0] === name && line[1] === value)) problems.push(`the upstream did not get ${name}: ${value}`);
    }
  }
  return problems;
}
