/** Steps `http` and `send`: bytes on one new connection to the proxy. */
import type { HttpRequest, SentPiece, Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { observe } from '../observation.ts';
import type { Scope } from '../observation.ts';
import { exchange } from '../raw-client.ts';
import type { Sent } from '../raw-client.ts';
import type { ObservingStep } from '../replay-context.ts';

interface HttpStep extends Scope {
  readonly http?: HttpRequest | readonly HttpRequest[];
  readonly send?: readonly SentPiece[];
  readonly one_by_one?: boolean;
  readonly tls?: boolean;
  readonly sni?: string;
}

export function sentBy({ http, send, one_by_one: oneByOne = false, tls = false, sni }: HttpStep): Sent {
  return { requests: http === undefined ? [] : [http].flat(), ...send && { pieces: send }, oneByOne, tls, sni };
}

export const httpStep: ObservingStep = async (step: Step, { node, counterparts, ports, bindings }, expected) => {
  counterparts.received.splice(0);
  const wanted = expected as { readonly conn?: string; readonly res?: readonly unknown[] };
  const exchanged = await exchange(sentBy(step as HttpStep), {
    ports: node.ports, expected: wanted.conn === 'closed' ? 'closed' : 'open',
    ...step.send !== undefined && { answers: wanted.res?.length },
  });
  const seen = observe(step as HttpStep, exchanged, counterparts.received, ports);
  return differences(expected, Object.fromEntries(Object.entries(seen).filter(([name]) => name in expected)), bindings);
};
