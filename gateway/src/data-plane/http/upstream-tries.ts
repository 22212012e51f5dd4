/** When a request that failed at one peer may go to another, and what is answered when it may not. */
import { performance } from 'node:perf_hooks';

import type { UpstreamFailure, UpstreamProblem } from '../../http-engine/messages.ts';
import type { NoPeer } from '../balancer/peer-selection.ts';
import type { OwnAnswer } from './answer.ts';
import { failureHeaders } from './answer.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { RequestBody } from './request-body.ts';

/** Kept connections that may turn out to be closed before a request has used up a try. */
export const MAX_STALE = 2;

/** Status that stands for a try that failed. */
export const STATUS_OF: Readonly<Record<UpstreamFailure, number>> = { connect: 502, timeout: 504, broken: 502, invalid: 502 };

/** Where there was no peer to send the request to. */
export const WITHOUT_PEER: Readonly<Record<NoPeer['none'], OwnAnswer>> = {
  name: { status: 503, message: 'name resolution failed' },
  targets: { status: 503, message: 'failure to get a peer from the ring-balancer' },
};

const MESSAGES: Readonly<Record<number, string>> = {
  502: 'An invalid response was received from the upstream server',
  504: 'The upstream server is timing out',
};

export function failureAnswer(kind: UpstreamFailure, { clock }: HttpExchange, isHttp2: boolean): OwnAnswer {
  const status = STATUS_OF[kind];
  clock.answered ??= performance.now();
  const headers = failureHeaders(clock, clock.sent!, clock.answered, isHttp2);
  return { status, message: MESSAGES[status]!, fallback: 'text', headers, attempted: true };
}

/** @param isIdempotent whether the request may arrive twice */
export function mayRepeat({ kind, sent }: UpstreamProblem, isIdempotent: boolean, body: Pick<RequestBody, 'isWhole'> | undefined): boolean {
  if (kind === 'invalid') return false;
  return !sent || (body?.isWhole !== false && isIdempotent);
}
