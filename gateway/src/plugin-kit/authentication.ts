/**
 * The rules that all plugins share which authenticate clients, as in Kong:
 *
 * - A plugin without `anonymous` must itself accept the request. Several of them on one route must all accept it, in the order of their
 *   priority; the first that does not ends the request, and the last that does says who the client is.
 * - A plugin with `anonymous` has nothing to do when another has found a credential before it, so several of them are alternatives.
 *   It makes a client that it does not accept the anonymous consumer; a later plugin may still find out who it is, or refuse it.
 * - The upstream gets `X-Consumer-ID`, `X-Consumer-Username`, `X-Consumer-Custom-ID` and `X-Credential-Identifier` of whom the last plugin
 *   found, and `X-Anonymous-Consumer: true` for a client without a credential. What the client sent under these names never gets through.
 * - Plugins that run afterwards run with their configuration for this consumer.
 */
import type { Log } from '../base/log.ts';
import type { Consumer, Credential, Snapshot } from '../model/snapshot.ts';
import type { Exchange, Identity, PluginAnswer, Refusal } from './exchange.ts';

/** Why a client is not let in: in the gateway's format, or as an answer of the plugin's own. */
export type Denial = Refusal | PluginAnswer;

/** What a plugin finds out about a client. */
export type Verdict = Identity | Denial;

interface AuthenticationOptions {
  /** Id or username of the consumer that clients become that are not accepted. @default - they are refused */
  readonly anonymous: string | null | undefined;
  /** Whether OPTIONS requests need a credential, too. @default true */
  readonly runOnPreflight?: boolean;
  readonly log: Log;
}

export interface Authentication {
  /** The phase `access` of a plugin that decides about a request by this function. It is asked only where there is something to decide. */
  access(check: (exchange: Exchange) => Verdict | Promise<Verdict>): (exchange: Exchange) => void | Promise<void>;
  /** Whether there is nothing to do: another plugin has found a credential, or this is a preflight request that needs none. */
  isSettled(exchange: Exchange): boolean;
  /** Makes the client the anonymous consumer, or refuses it. */
  fail(exchange: Exchange, denial: Denial): void;
}

export function authentication({ anonymous, runOnPreflight = true, log }: AuthenticationOptions): Authentication {
  const name = anonymous ?? undefined;

  const isSettled = (exchange: Exchange): boolean =>
    (!runOnPreflight && exchange.request.method === 'OPTIONS') || (name !== undefined && exchange.credential !== undefined);

  const fail = (exchange: Exchange, denial: Denial): void => {
    if (name === undefined) return deny(exchange, denial);
    const consumer = findConsumer(exchange.configuration, name);
    if (consumer !== undefined) return exchange.authenticate({ consumer });
    log.error(`anonymous consumer ${JSON.stringify(name)} does not exist; create it or correct config.anonymous`);
    return exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
  };

  const conclude = (exchange: Exchange, verdict: Verdict): void => (
    'status' in verdict ? fail(exchange, verdict) : exchange.authenticate(verdict));

  return {
    access: (check) => (exchange) => {
      if (isSettled(exchange)) return undefined;
      const verdict = check(exchange);
      return verdict instanceof Promise ? verdict.then((found) => conclude(exchange, found)) : conclude(exchange, verdict);
    },
    isSettled,
    fail,
  };
}

function deny(exchange: Exchange, denial: Denial): void {
  if ('message' in denial) exchange.refuse(denial);
  else exchange.respond(denial);
}

/** A consumer by its id, else by its username. */
export function findConsumer({ consumers }: Snapshot, idOrUsername: string): Consumer | undefined {
  return consumers.byId.get(idOrUsername) ?? consumers.byUsername.get(idOrUsername);
}

/** A credential by the value of its lookup field, unless it has expired. */
export function findCredential({ configuration }: Exchange, entity: string, lookup: string, nowMs: number): Credential | undefined {
  const credential = configuration.credentials.get(entity)?.get(lookup);
  return credential?.expiresAt !== undefined && credential.expiresAt * 1000 <= nowMs ? undefined : credential;
}

/** The value of a WWW-Authenticate header: the scheme, and the realm when there is one. */
export function challenge(scheme: string, realm: string | null | undefined): string {
  return realm ? `${scheme} realm="${realm}"` : scheme;
}
