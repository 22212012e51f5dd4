/** Steps `http` and `send`: bytes on one new connection to the proxy. */
import type { HttpRequest, SentPiece, Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import type { ReadMessage } from '../http-reader.ts';
import { observe } from '../observation.ts';
import type { Scope } from '../observation.ts';
import { resetsOf } from '../rate-limit-resets.ts';
import { exchange } from '../raw-client.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';
import { telemetryObservation, telemetryStep } from './telemetry-requests.ts';

interface HttpStep extends Scope {
  readonly http?: HttpRequest | readonly HttpRequest[];
  readonly send?: readonly SentPiece[];
  readonly one_by_one?: boolean;
  readonly tls?: boolean;
  readonly sni?: string;
  /** Expressions that find texts in the answers, for later steps. */
  readonly grab?: Readonly<Record<string, string>>;
  /** Expressions for what differs from run to run. */
  readonly mask?: Readonly<Record<string, string>>;
  /** The key of a cache entry is compared as it is. */
  readonly literal_key?: boolean;
}

interface Expected {
  readonly conn?: string;
  readonly res?: readonly unknown[];
  readonly resets?: readonly Readonly<Record<string, string>>[];
}

export const httpStep: ObservingStep = async (template: Step, context, expected) => {
  const step = (context.isTelemetry ? telemetryStep(template) : template) as HttpStep;
  const { node, counterparts, ports, bindings } = context;
  // Sinks keep what they got before.
  const begun = counterparts.received.length;
  const wanted = expected as Expected;
  const exchanged = await exchange({
    requests: step.http === undefined ? [] : [step.http].flat(), ...step.send && { pieces: step.send },
    oneByOne: step.one_by_one ?? false, tls: step.tls ?? false, sni: step.sni,
  }, {
    ports: node.ports, expected: wanted.conn === 'closed' ? 'closed' : 'open',
    ...step.send !== undefined && { answers: wanted.res?.length },
  });
  for (const [name, expression] of Object.entries(step.grab ?? {})) grab(name, expression, exchanged.answers, context);
  const answers = step.literal_key === true ? exchanged.answers.map(withLiteralKey) : exchanged.answers;
  const scope = step.literal_key === true && step.rh ? { ...step, rh: [...step.rh, 'x-the-key'] } : step;
  const everything = observe(scope, { ...exchanged, answers }, counterparts.received.slice(begun), ports);
  const seen = context.isTelemetry ? telemetryObservation(everything, template.rh !== undefined) : everything;
  const mask = step.mask ?? {};
  const all = { ...seen, res: masked(seen.res, mask), up: masked(seen.up, mask), resets: resetsOf(answers, wanted.resets ?? []) };
  const compared = Object.fromEntries(Object.entries(all).filter(([name]) => name in expected));
  return differences(withGrabbed(expected, context), compared, bindings);
};

function expressionOf(source: string, flags = ''): RegExp {
  return source.startsWith('(?i)') ? new RegExp(source.slice(4), `${flags}i`) : new RegExp(source, flags);
}

function grab(name: string, expression: string, answers: readonly ReadMessage[], { values, grabbed }: ReplayContext): void {
  const text = answers.map(({ startLine, headers, body }) => (
    `${[startLine, ...headers.map(([header, value]) => `${header}: ${value}`)].join('\r\n')}\r\n\r\n${body}`
  )).join('');
  const value = expressionOf(expression).exec(text)?.[1];
  if (value === undefined) return;
  values.set(name, value);
  grabbed.set(name, value);
}

/** The names of grabbed texts become the texts. */
function withGrabbed(value: unknown, context: ReplayContext): unknown {
  if (typeof value === 'string') return value.replace(/<(\w+)>/g, (match, name: string) => context.grabbed.get(name) ?? match);
  if (Array.isArray(value)) return value.map((item) => withGrabbed(item, context));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withGrabbed(item, context)]));
}

function masked(value: unknown, masks: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return Object.entries(masks).reduce((text, [name, source]) => text.replace(expressionOf(source, 'g'), `<${name}>`), value);
  }
  if (Array.isArray(value)) return value.map((item) => masked(item, masks));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, masks)]));
}

/** In another header, with a space, so that it is no placeholder. */
function withLiteralKey(answer: ReadMessage): ReadMessage {
  const headers = answer.headers.map(([name, value]) => name.toLowerCase() === 'x-cache-key'
    ? ['x-the-key', `${value.slice(0, 16)} ${value.slice(16)}`] as const
    : [name, value] as const);
  return { ...answer, headers };
}
