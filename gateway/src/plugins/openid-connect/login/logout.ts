/** Logout: the session ends here, its tokens are revoked where that is asked for, and the browser goes to the provider to log out there. */
import type { Log } from '../../../base/log.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { forClient } from '../answers/answers.ts';
import { formOf } from '../credentials/request-form.ts';
import type { GatewayClient } from '../provider/clients.ts';
import { cognitoLogout } from '../provider/cognito.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import type { LoginData } from './login-data.ts';
import type { LoginSessions } from './login-sessions.ts';

interface LogoutOptions {
  readonly config: OpenidConnectConfig;
  readonly provider: Provider;
  readonly sessions: LoginSessions;
  readonly log: Log;
}

export interface Logout {
  isAsked(exchange: Exchange): Promise<boolean>;
  run(exchange: Exchange): Promise<void>;
}

export function logout({ config, provider, sessions, log }: LogoutOptions): Logout {
  const methods = new Set<string>(config.logout_methods ?? []);
  const { logout_uri_suffix: suffix, logout_query_arg: argument, logout_post_arg: field } = config;

  async function revoke(client: GatewayClient | undefined, { accessToken, refreshToken }: LoginData): Promise<void> {
    if (client === undefined || config.logout_revoke !== true) return;
    try {
      // A provider that knows the refresh token ends the access tokens with it, where it can. RFC 7009 §2.1
      if (refreshToken !== undefined && config.logout_revoke_refresh_token !== false) {
        await provider.endpoint.revoke(client, refreshToken, 'refresh_token');
      }
      // Cognito has no revocation of access tokens.
      if (config.logout_revoke_access_token !== false && !provider.isCognito) {
        await provider.endpoint.revoke(client, accessToken, 'access_token');
      }
    } catch (error) {
      log.warn(`tokens of a logout could not be revoked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    isAsked: async (exchange) => {
      const { request } = exchange;
      if (!methods.has(request.method)) return false;
      if (suffix !== null && suffix !== '' && request.rawPath.endsWith(suffix)) return true;
      if (argument !== null && argument !== '' && request.queryArguments().some(([name]) => name === argument)) return true;
      return field !== null && field !== '' && (await formOf(exchange)).field(field) !== undefined;
    },
    run: async (exchange) => {
      const own = sessions.of(exchange);
      const session = own.open(exchange);
      const client = provider.clients.all[session?.data.client ?? 0];
      if (session !== undefined) await revoke(client, session.data);
      own.destroy(exchange);
      const returnTo = forClient(config.logout_redirect_uri, client?.index ?? 0);
      const target = await endSession(provider, { client, returnTo, idToken: session?.data.idToken });
      exchange.respond(target === undefined
        ? { status: 200, headers: { 'Cache-Control': 'no-store' }, body: { message: 'Logged out' } }
        : { status: 302, headers: { 'Location': target, 'Cache-Control': 'no-store' } });
    },
  };
}

interface Ending {
  readonly client: GatewayClient | undefined;
  readonly returnTo: string | undefined;
  readonly idToken: string | undefined;
}

/** https://openid.net/specs/openid-connect-rpinitiated-1_0.html */
async function endSession({ discovery, isCognito }: Provider, { client, returnTo, idToken }: Ending): Promise<string | undefined> {
  const endpoint = await discovery.metadata().then((metadata) => metadata.end_session_endpoint, () => undefined);
  if (endpoint === undefined || client === undefined) return returnTo;
  if (isCognito) return cognitoLogout(endpoint, client.id, returnTo).href;
  const url = new URL(endpoint);
  url.searchParams.set('client_id', client.id);
  if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
  if (returnTo !== undefined) url.searchParams.set('post_logout_redirect_uri', returnTo);
  return url.href;
}
