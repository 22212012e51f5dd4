/** Steps `burst` and `poll`: many requests, each on a new connection. */
import type { HttpRequest, Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { exchange } from '../raw-client.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import { fill } from '../templates.ts';

interface Burst {
  readonly http: HttpRequest | readonly HttpRequest[];
  readonly count: number;
  readonly as: 'counts' | 'set' | 'sorted' | 'order' | 'status';
}

/** Status, and the upstream that answered. */
type Result = readonly [status: number, slot: string];

export const burstStep: ObservingStep = async (step: Step, context, expected) => {
  const burst = step.burst as Burst;
  const results: Result[] = [];
  for (let index = 0; index < burst.count; index += 1) {
    const http = [burst.http].flat();
    const request = fill(http[index % http.length]!, new Map([...context.values, ['i', index]]), context.pki);
    results.push(await ask(request, context));
  }
  return differences(expected, summary(results, burst.as), context.bindings);
};

interface Poll {
  readonly http: HttpRequest;
  readonly status: readonly number[];
  readonly want?: readonly string[] | string;
  /** Seconds. */
  readonly within: number;
}

export const pollStep: ObservingStep = async (step: Step, context, expected) => {
  const { http, status, want, within } = step.poll as Poll;
  const isReached = ([code, slot]: Result) => status.includes(code) && (want === undefined || [want].flat().includes(slot));
  const deadline = Date.now() + within * 1000;
  let last = await ask(http, context);
  while (!isReached(last) && Date.now() < deadline) {
    await pause(0.05);
    last = await ask(http, context);
  }
  return differences(expected, { reached: last }, context.bindings);
};

async function ask(request: HttpRequest, { node }: ReplayContext): Promise<Result> {
  const { answers } = await exchange({ requests: [request] }, { ports: node.ports, expected: 'open' });
  const answer = answers.at(-1);
  const slot = answer?.headers.find(([name]) => name.toLowerCase() === 'x-up')?.[1] ?? '-';
  return [Number(answer?.startLine.split(' ')[1] ?? 0), slot];
}

function summary(results: readonly Result[], as: Burst['as']): unknown {
  const slots = counted(results.map(([, slot]) => slot));
  const status = counted(results.map(([code]) => String(code)));
  switch (as) {
    case 'counts': return { slots, status };
    case 'set': return { slots: Object.keys(slots).sort(), status: Object.keys(status).sort() };
    case 'sorted': return { slots: Object.values(slots).sort((one, other) => one - other), status };
    case 'order': return { order: results.map(([, slot]) => slot), status };
    case 'status': return { status };
  }
}

function counted(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
