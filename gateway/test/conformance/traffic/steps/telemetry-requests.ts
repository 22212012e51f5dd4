/** Requests of the recordings of telemetry: step `abort`, and what counts of the others. */
import { connect } from 'node:net';

import type { HttpRequest, Step } from '../../suite.ts';
import { bytesOf } from '../raw-client.ts';
import { pause } from '../replay-context.ts';
import type { SilentStep } from '../replay-context.ts';

/** Upstreams that are sinks there. */
export const SINK_SLOTS: readonly string[] = ['u5', 'u6', 'u7'];

/** Headers that carry a trace. */
const TRACING_HEADERS = [
  'traceparent', 'tracestate', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags', 'uber-trace-id',
  'uberctx-a', 'ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled', 'ot-baggage-a', 'x-datadog-trace-id', 'x-datadog-parent-id',
  'x-datadog-sampling-priority', 'x-amzn-trace-id', 'x-cloud-trace-context', 'x-instana-t', 'x-instana-s', 'x-instana-l',
];

/** The step of a request, with what is usual there. */
export function telemetryStep(step: Step): Step {
  const http = step.http as HttpRequest | readonly HttpRequest[] | undefined;
  return {
    ...step, ...http && { http: [http].flat().map(usualRequest) },
    rh: step.rh ?? [], uh: step.uh ?? TRACING_HEADERS, hide: SINK_SLOTS, nobody: true,
  };
}

export function usualRequest(request: HttpRequest): HttpRequest {
  return { m: 'GET', host: 'bb.test', ...request };
}

interface SeenAnswer {
  readonly status: number;
  readonly headers: readonly string[];
}

interface SeenRequest {
  readonly slot: string;
  readonly line: string;
  readonly headers: readonly string[];
}

/** What counts of an exchange. */
export function telemetryObservation({ res, up }: Readonly<Record<string, unknown>>, hasHeaders: boolean): Record<string, unknown> {
  return {
    res: (res as readonly SeenAnswer[]).map(({ status, headers }) => ({ status, ...hasHeaders && { headers } })),
    up: (up as readonly SeenRequest[]).map(({ slot, line, headers }) => ({ slot, line, headers })),
  };
}

export const abortStep: SilentStep = async ({ abort, after }: Step, { node }) => {
  const socket = connect({ port: node.ports.proxy, host: '127.0.0.1' }).on('error', () => undefined);
  socket.write(bytesOf(usualRequest(abort as HttpRequest)), 'latin1');
  await pause(after as number);
  socket.destroy();
};
