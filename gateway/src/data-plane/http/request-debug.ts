/**
 * Tells a client that may know how long each part of its request took: `X-Kong-Request-Debug: *` from the node's own machine, or with the
 * node's token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

import type { Log } from '../../base/log.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { DebugWish } from './received-request.ts';

const ASKS = 'x-kong-request-debug';
const TOKEN = 'x-kong-request-debug-token';
const LOGS = 'x-kong-request-debug-log';
const OUTPUT = 'X-Kong-Request-Debug-Output';

/** What a client of another machine gets in a header: servers in between may accept no longer one. Bytes. */
const MAX_HEADER_BYTES = 2048;

export class RequestDebug {
  readonly #token: Buffer;

  constructor(token: string) {
    this.#token = digest(token);
  }

  /** Upstreams do not get the headers, whatever they say. */
  read(exchange: HttpExchange): DebugWish | undefined {
    const { incoming: { headers }, facts } = exchange;
    const asks = headers.first(ASKS);
    const token = headers.first(TOKEN);
    const logs = headers.first(LOGS);
    if (asks === undefined && token === undefined && logs === undefined) return undefined;
    for (const name of [ASKS, TOKEN, LOGS]) exchange.upstream.removeHeader(name);
    const { remoteAddress } = facts.connection;
    const isLocal = remoteAddress === '::1' || remoteAddress.startsWith('127.');
    if (asks !== '*' || !(isLocal || this.#isToken(token))) return undefined;
    return { isLocal, isLogged: logs === 'true' };
  }

  #isToken(given: string | undefined): boolean {
    return given !== undefined && timingSafeEqual(digest(given), this.#token);
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Called when the head of the answer is about to leave. */
export function addDebugOutput(exchange: HttpExchange, wish: DebugWish): void {
  const output = JSON.stringify(outputOf(exchange));
  const isTooLong = !wish.isLocal && output.length >= MAX_HEADER_BYTES;
  if (isTooLong) exchange.debug = { ...wish, isLogged: true };
  exchange.response?.setRawHeader(OUTPUT, isTooLong ? JSON.stringify({
    truncated: true,
    request_id: exchange.requestId,
    message: 'The output is too long for a header: the log of the node has it, in a line with this request_id.',
  }) : output);
}

export function logDebugOutput(exchange: HttpExchange, log: Log): void {
  log.notice('[request-debug] output', { output: outputOf(exchange) });
}

/** Milliseconds. */
interface Timed {
  readonly total_time: number;
  readonly child?: Readonly<Record<string, Timed>>;
}

/** Durations by phase, as Kong nests them. */
function outputOf(exchange: HttpExchange): object {
  const child = childrenOf(exchange);
  const own = Object.entries(child).reduce((sum, [name, { total_time: time }]) => name === 'upstream' ? sum : sum + time, 0);
  return {
    request_id: exchange.requestId,
    workspace_id: exchange.configuration.entities('workspaces')[0]?.id,
    child,
    total_time_without_upstream: rounded(own),
  };
}

function childrenOf(exchange: HttpExchange): Record<string, Timed> {
  const { timings, tries = [] } = exchange;
  const wait = Math.floor(timings.upstreamMs);
  const isAsked = tries.length > 0;
  return {
    rewrite: phaseOf(exchange, 'rewrite'),
    access: phaseOf(exchange, 'access'),
    ...isAsked && { balancer: { total_time: rounded(tries.reduce((sum, { balancerMs }) => sum + balancerMs, 0)) } },
    header_filter: phaseOf(exchange, 'responseHeaders'),
    ...isAsked && wait >= 0 && { upstream: { total_time: wait, child: { time_to_first_byte: { total_time: wait } } } },
  };
}

function phaseOf({ timeline }: HttpExchange, phase: 'rewrite' | 'access' | 'responseHeaders'): Timed {
  const now = timeline!.now();
  const period = timeline!.phase(phase);
  const router = timeline!.steps.find((step) => step.kind === 'router');
  const plugins = timeline!.steps.filter((step) => step.kind === 'plugin' && step.phase === phase);
  const child: Record<string, Timed> = {
    ...phase === 'access' && router !== undefined && { router: { total_time: durationOf(router, now) } },
    ...plugins.length > 0 && { plugins: pluginsOf(plugins, now) },
  };
  return { total_time: period === undefined ? 0 : durationOf(period, now), ...Object.keys(child).length > 0 && { child } };
}

type Step = NonNullable<HttpExchange['timeline']>['steps'][number];

function pluginsOf(steps: readonly Step[], now: number): Timed {
  const child = Object.fromEntries(steps.flatMap((step) => {
    if (step.kind !== 'plugin') return [];
    const time = durationOf(step, now);
    return [[step.name, { total_time: time, child: { [step.id]: { total_time: time } } }]];
  }));
  return { total_time: rounded(Object.values(child).reduce((sum, { total_time: time }) => sum + time, 0)), child };
}

function durationOf({ start, end = Number.NaN }: { readonly start: number; readonly end: number | undefined }, now: number): number {
  return rounded((Number.isNaN(end) ? now : end) - start);
}

function rounded(ms: number): number {
  return Math.floor(ms * 100) / 100;
}
