/** Step `sink`: what a log sink got. */
import type { Step } from '../../suite.ts';
import type { LineSink } from '../counterparts/line-sinks.ts';
import type { Received } from '../counterparts/recording-upstream.ts';
import { differences } from '../expectation.ts';
import { picked, shapeOf } from '../log-entries.ts';
import { seenRequest } from '../observation.ts';
import type { Scope } from '../observation.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import { untilQuiet } from '../until-quiet.ts';

interface SinkStep extends Scope {
  readonly sink: string;
  readonly as?: 'shape' | 'lines';
  /** Seconds that the first item may take. */
  readonly wait?: number;
  /** Seconds of silence after which everything has come. */
  readonly settle?: number;
  /** Lines that do not count. */
  readonly skip?: string;
  readonly pick?: readonly string[];
}

/** Usual waits of a sink. Seconds. */
const WAIT = 5;
const SETTLE = 0.3;

export const sinkStep: ObservingStep = async (template: Step, context, expected) => {
  const step = template as unknown as SinkStep;
  const wanted = (expected as { readonly sink?: unknown }).sink;
  const seen = await cameTo(step, context, Array.isArray(wanted) && wanted.length === 0);
  // The recording ends with the first item: how many more come depends on the time.
  const isCut = Array.isArray(seen) && Array.isArray(wanted) && step.settle === undefined;
  const begin = isCut ? seen.slice(0, Math.max(wanted.length, 1)) : seen;
  return differences(withoutSizes(expected), withoutSizes({ sink: withPortNames(begin, context.ports) }), context.bindings);
};

/** Ports of tries, as the recording names them. */
function withPortNames(entry: unknown, ports: ReplayContext['ports']): unknown {
  const { tries } = Object(entry) as { readonly tries?: unknown };
  if (!Array.isArray(tries) || !tries.every((one) => typeof Object(one).port === 'number')) return entry;
  const nameOf = (port: unknown) => Object.entries(ports).find(([, known]) => known === port)?.[0];
  return { ...entry as object, tries: tries.map((one: { readonly port: unknown }) => ({ ...one, port: `<port:${nameOf(one.port)}>` })) };
}

/** Of streams, times were recorded as they were; and so were sizes, which depend on the other end's TLS where the upstream ends it. */
function withoutSizes(entry: unknown): unknown {
  const [route] = [Object(Object(entry).sink)['route.protocols']] as [unknown];
  const isPassed = Array.isArray(route) && route.includes('tls_passthrough');
  const names = isPassed ? /^balancer_|^(?:session|upstream)\.(?:received|sent)$/ : /^balancer_/;
  const masked = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(masked);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [
      name, typeof one === 'number' && names.test(name) ? 'number' : masked(one),
    ]));
  };
  return masked(entry);
}

async function cameTo(step: SinkStep, context: ReplayContext, isEmpty: boolean): Promise<unknown> {
  const { counterparts: { received, sinks } } = context;
  const lines = sinks[step.sink as keyof typeof sinks] as LineSink | undefined;
  const count = () => lines === undefined ? received.filter(({ slot }) => slot === step.sink).length : lines.received.length;
  const isQuiet = await untilQuiet(count, { wait: isEmpty ? 0.5 : step.wait ?? WAIT, settle: step.settle ?? SETTLE });
  if (lines === undefined) {
    const seen = received.filter(({ slot }) => slot === step.sink).map((request) => seenPost(request, step, context));
    return isQuiet ? seen : seen.filter((one, at) => at === 0 || JSON.stringify(one) !== JSON.stringify(seen[at - 1]));
  }
  const texts = lines.received.map((chunk) => chunk.toString('utf8'));
  if (step.as === 'lines') {
    const all = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '' && !(step.skip && new RegExp(step.skip).test(line)));
    return all.map((line) => line.replace(/:-?\d+(?:\.\d+)?\|/, ':<n>|')).sort();
  }
  const entry: unknown = JSON.parse(texts.join('').trim().split('\n')[0] || 'null');
  if (entry === null) return null;
  return step.as === 'shape' ? shapeOf(entry) : picked(entry, step.pick);
}

function seenPost(request: Received, step: SinkStep, { ports }: ReplayContext): unknown {
  const seen = seenRequest(request, step, ports);
  const { json } = Object(seen.body) as { readonly json?: unknown };
  if (json === undefined) return seen;
  return { ...seen, body: step.as === 'shape' ? { shape: shapeOf(JSON.parse(request.body)) } : { json: picked(json, step.pick) } };
}
