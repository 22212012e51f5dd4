/** Method session: the browser has logged in before. Its tokens are renewed when they have expired. */
import type { Clock } from '../../../base/clock.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import type { Grant } from '../grant.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import { grantOf } from './login-data.ts';
import type { LoginData } from './login-data.ts';
import type { LoginSessions } from './login-sessions.ts';
import { Refreshes } from './refreshes.ts';

interface SessionMethodOptions {
  readonly config: OpenidConnectConfig;
  readonly provider: Provider;
  readonly sessions: LoginSessions;
  readonly clock: Clock;
}

/** @returns the grant; `undefined` when the browser has no session, or it could not be kept up */
export type FindSession = (exchange: Exchange) => Promise<Grant | undefined>;

export function sessionMethod({ config, provider, sessions, clock }: SessionMethodOptions): FindSession {
  const refreshes = new Refreshes(config, provider, clock);

  async function current(exchange: Exchange, data: LoginData): Promise<LoginData> {
    const valid = await refreshes.current(data);
    if (valid !== data) sessions.of(exchange).save(exchange, valid);
    if (config.reverify === true) {
      if (valid.idToken !== undefined) await provider.verifier.verify(valid.idToken, 'id');
      if (valid.isVerified) await provider.verifier.verify(valid.accessToken, 'access');
    }
    return valid;
  }

  return async (exchange) => {
    const session = sessions.of(exchange).open(exchange);
    if (session === undefined) return undefined;
    try {
      return grantOf('session', await current(exchange, session.data));
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      sessions.of(exchange).destroy(exchange);
      return undefined;
    }
  };
}
