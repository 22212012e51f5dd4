/** Our own policy for hostile bytes, case by case: requests, upstream answers, HTTP/2 frames, and programs that wear a node down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recorded } from '../fixtures/recorded.ts';
import { exchange } from '../hostile/exchange.ts';
import { startHostileNode } from '../hostile/hostile-node.ts';
import type { HostileNode } from '../hostile/hostile-node.ts';
import { framesOutcome } from '../hostile/http2-exchange.ts';
import type { Http2Step } from '../hostile/http2-exchange.ts';
import { runProgram } from '../hostile/programs.ts';
import type { Program } from '../hostile/programs.ts';
import { answerProblems } from '../hostile/upstream-answers.ts';
import type { HostileAnswer } from '../hostile/upstream-answers.ts';
import { problemsOf } from '../hostile/verdict.ts';
import type { Expected } from '../hostile/verdict.ts';
import type { SentPiece, UpstreamScript } from './suite.ts';

interface SentCase extends Expected {
  readonly send: readonly SentPiece[];
  readonly n?: number;
  readonly m?: readonly string[];
  readonly up?: UpstreamScript;
}

interface FramesCase extends Omit<Expected, 'policy'> {
  readonly h2: readonly Http2Step[];
  readonly policy: Expected['policy'] | 'flood';
}

type RobustnessCase = { readonly id: string } & (SentCase | FramesCase | HostileAnswer | Program);

const SUITES = recorded<readonly { readonly id: string; readonly cases: readonly RobustnessCase[] }[]>('robustness');

let node: HostileNode;

beforeAll(async () => {
  node = await startHostileNode();
});
afterAll(() => node.close());

async function problems(one: RobustnessCase): Promise<readonly string[]> {
  node.upstream.answer({});
  if ('special' in one) return runProgram(node, one);
  if ('h2' in one) return framesProblems(one);
  if ('kind' in one) return answerProblems(node, one);
  if (one.up !== undefined) node.upstream.answer(one.up);
  return problemsOf(one, await exchange(node, { pieces: one.send, expected: one, methods: one.m, count: one.n }));
}

/** Of a flood only that the node serves on is asked. */
async function framesProblems(one: FramesCase): Promise<readonly string[]> {
  const { policy } = one;
  const outcome = await framesOutcome(node, one.h2);
  return policy === 'flood' ? outcome.flaws : problemsOf({ ...one, policy }, outcome);
}

describe.each(SUITES)('$id', ({ cases }) => {
  it.each(cases.map((one) => [one.id, one] as const))('%s is treated as the policy says', async (_id, one) => {
    expect(await problems(one)).toEqual([]);
  });
});

describe('the node', () => {
  it('had no defect of its own', () => {
    expect(node.defects).toEqual([]);
  });
});
