/** What plugins that authenticate clients have in common: several on one route are alternatives, and a consumer may stand for strangers. */
import type { Log } from '../base/log.ts';
import type { Consumer, Snapshot } from '../model/snapshot.ts';
import type { Exchange, Refusal } from './exchange.ts';

interface AuthenticationOptions {
  /** Id or username of the consumer that strangers become. @default - strangers are refused */
  readonly anonymous: string | null | undefined;
  readonly log: Log;
}

export interface Authentication {
  /** Whether another plugin has authenticated the client, so that this one has nothing to do. */
  isSettled(exchange: Exchange): boolean;
  /** Makes the client the anonymous consumer, or refuses it. */
  fail(exchange: Exchange, refusal: Refusal): void;
}

export function authentication({ anonymous, log }: AuthenticationOptions): Authentication {
  const name = anonymous ?? undefined;
  return {
    isSettled: (exchange) => name !== undefined && exchange.credential !== undefined,
    fail: (exchange, refusal) => {
      if (name === undefined) return exchange.refuse(refusal);
      const consumer = findConsumer(exchange.configuration, name);
      if (consumer !== undefined) return exchange.authenticate({ consumer });
      log.error(`anonymous consumer ${JSON.stringify(name)} does not exist; create it or correct config.anonymous`);
      return exchange.refuse({ status: 500, message: 'An unexpected error occurred' });
    },
  };
}

/** A consumer by its id, else by its username. */
export function findConsumer({ consumers }: Snapshot, idOrUsername: string): Consumer | undefined {
  return consumers.byId.get(idOrUsername) ?? consumers.byUsername.get(idOrUsername);
}
