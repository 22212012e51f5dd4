/** Methods authorization_code and session together: what a request of a browser comes to, before and after its login. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { markPersonal } from '../../../plugin-kit/personal-headers.ts';
import type { PluginContext } from '../../../plugin-kit/plugin.ts';
import { requestState } from '../../../plugin-kit/request-state.ts';
import { withoutCookies } from '../credentials/without-cookies.ts';
import type { Grant } from '../grant.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import { servedMethods } from '../unserved.ts';
import { isNavigation } from './browser-requests.ts';
import { loginAction } from './login-action.ts';
import { grantOf } from './login-data.ts';
import type { LoginAnswer } from './login-return.ts';
import { loginReturn } from './login-return.ts';
import { loginSessions } from './login-sessions.ts';
import { loginStart } from './login-start.ts';
import { logout } from './logout.ts';
import { pendingLogins } from './pending-logins.ts';
import { sessionMethod } from './session-method.ts';

/** A user who has come back from the provider: let in when the checks of the configuration let it in. */
export interface Arrival {
  readonly grant: Grant;
  /** Begins the session, and does what is to follow a login. */
  settle(): void;
}

export interface Login {
  /** @returns true when the request is a logout, and is answered */
  logout(exchange: Exchange): Promise<boolean>;
  arrive(exchange: Exchange): Promise<Arrival | undefined>;
  session(exchange: Exchange): Promise<Grant | undefined>;
  /** @returns true when the request is answered with the way to the login page */
  start(exchange: Exchange): Promise<boolean>;
  /** Ends the session, where the configuration wants that of a request that is refused. */
  end(exchange: Exchange): void;
  /** Takes the gateway's own cookies out of what the upstream gets. */
  hideCookies(exchange: Exchange): void;
  writeCookies(exchange: Exchange): void;
}

/** @returns `undefined` when the configuration has neither method */
export function loginOf(config: OpenidConnectConfig, provider: Provider, { clock, log }: PluginContext): Login | undefined {
  const methods = servedMethods(config);
  const [hasCode, hasSession] = [methods.has('authorization_code') && provider.clients.all.length > 0, methods.has('session')];
  if (!hasCode && !hasSession) return undefined;

  const sessions = loginSessions(config, { clock, log });
  const pending = pendingLogins(config, clock);
  const returns = loginReturn({ config, provider, pending });
  const start = loginStart({ config, discovery: provider.discovery, pending, clock });
  const findSession = sessionMethod({ config, provider, sessions, clock });
  const afterLogin = loginAction(config);
  const out = logout({ config, provider, sessions, log });
  const keepsSession = hasSession && config.disable_session?.includes('authorization_code') !== true;
  const cookies = requestState<readonly string[]>();

  async function arrival(exchange: Exchange, answer: LoginAnswer): Promise<Arrival> {
    const { login } = answer;
    // A code is good once: neither is its state, whatever comes of it.
    cookies.set(exchange, pending.end(exchange, login.state));
    const data = await returns.finish(answer);
    const grant = grantOf('authorization_code', data);
    const subject = grant.idClaims?.sub ?? grant.accessClaims?.sub;
    return {
      grant,
      settle: () => {
        if (keepsSession) sessions.of(exchange).begin(exchange, data, typeof subject === 'string' ? subject : undefined);
        afterLogin(exchange, login, data);
      },
    };
  }

  return {
    logout: async (exchange) => {
      if (!await out.isAsked(exchange)) return false;
      await out.run(exchange);
      return true;
    },
    arrive: async (exchange) => {
      const answer = hasCode ? await returns.find(exchange) : undefined;
      if (answer === undefined) return undefined;
      if (answer !== 'stranger') return arrival(exchange, answer);
      // The browser has come here before: back and reload lead to the address of the return again.
      if (hasSession && sessions.of(exchange).open(exchange) !== undefined) return undefined;
      throw new TokenRefused('login was not begun in this browser, or too long ago');
    },
    session: async (exchange) => (hasSession ? findSession(exchange) : undefined),
    start: async (exchange) => {
      const client = provider.clients.choose(exchange);
      if (!hasCode || client === undefined || !isNavigation(exchange.request)) return false;
      cookies.set(exchange, await start(exchange, client));
      return true;
    },
    end: (exchange) => {
      if (sessions.of(exchange).open(exchange) !== undefined) sessions.of(exchange).destroy(exchange);
    },
    hideCookies: (exchange) => withoutCookies(exchange, (name) => sessions.owns(name) || pending.owns(name)),
    writeCookies: (exchange) => {
      for (const line of cookies.of(exchange) ?? []) {
        exchange.response?.addHeader('Set-Cookie', line);
        markPersonal(exchange, 'Set-Cookie', line);
      }
      sessions.of(exchange).writeCookies(exchange);
    },
  };
}
