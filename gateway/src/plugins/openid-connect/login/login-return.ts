/** The return from the provider: its answer has to belong to a login of this browser, and its code becomes tokens. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { formOf } from '../credentials/request-form.ts';
import type { GatewayClient } from '../provider/clients.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { requireHash } from '../tokens/access-token-hash.ts';
import { isJwt } from '../tokens/jwt-parts.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import type { LoginData } from './login-data.ts';
import { loginData } from './login-data.ts';
import type { PendingLogin, PendingLogins } from './pending-logins.ts';

export interface LoginAnswer {
  readonly login: PendingLogin;
  readonly parameters: URLSearchParams;
}

interface LoginReturnOptions {
  readonly config: OpenidConnectConfig;
  readonly provider: Provider;
  readonly pending: PendingLogins;
}

export interface LoginReturn {
  /**
   * The provider's answer in the request.
   * @returns `undefined`: the request is no return from a login. `stranger`: it is one, but not of a login of this browser
   */
  find(exchange: Exchange): Promise<LoginAnswer | 'stranger' | undefined>;
  /** @throws TokenRefused, ProviderUnavailable */
  finish(answer: LoginAnswer): Promise<LoginData>;
}

/** What the provider may send along. RFC 6749 §4.1.2, RFC 9207 */
const PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state', 'response'] as const;

/** Names in the query that belong to the login, and not to the user's request. */
export const RETURN_PARAMETERS: ReadonlySet<string> = new Set(PARAMETERS);

export function loginReturn({ config, provider, pending }: LoginReturnOptions): LoginReturn {
  const paths = new Set((config.redirect_uri ?? []).map((uri) => new URL(uri).pathname));
  const isFormPost = config.response_mode === 'form_post';

  async function parametersOf(exchange: Exchange): Promise<URLSearchParams> {
    if (!isFormPost) return new URLSearchParams(exchange.request.query);
    const form = await formOf(exchange);
    return new URLSearchParams(PARAMETERS.flatMap((name): readonly [string, string][] => {
      const value = form.field(name);
      return value === undefined ? [] : [[name, value]];
    }));
  }

  return {
    find: async (exchange) => {
      const { request } = exchange;
      if (paths.size > 0 && !paths.has(request.rawPath)) return undefined;
      if (request.method !== (isFormPost ? 'POST' : 'GET')) return undefined;
      const parameters = await parametersOf(exchange);
      const states = parameters.getAll('state');
      if (states.length !== 1 || (!parameters.has('code') && !parameters.has('error'))) return undefined;
      const login = pending.find(exchange, states[0]!);
      if (login === undefined) return paths.size > 0 ? 'stranger' : undefined;
      return { login, parameters };
    },
    finish: async ({ login, parameters }) => {
      const client = provider.clients.all[login.client];
      if (client === undefined) throw new TokenRefused('the login was begun with a client that the configuration does not have any more');
      return finished(config, provider, { client, login, parameters });
    },
  };
}

interface Finishing extends LoginAnswer {
  readonly client: GatewayClient;
}

async function finished(config: OpenidConnectConfig, provider: Provider, { client, login, parameters }: Finishing): Promise<LoginData> {
  const known = new URLSearchParams([...parameters].filter(([name]) => RETURN_PARAMETERS.has(name)));
  const tokens = await provider.endpoint.exchange(client, {
    parameters: known,
    state: login.state,
    nonce: login.nonce,
    verifier: login.verifier,
    redirectUri: login.redirectUri,
    maxAge: config.max_age ?? undefined,
  });
  const skips = config.ignore_signature?.includes('authorization_code') === true;
  if (tokens.idToken === undefined && config.scopes?.includes('openid') === true) throw new TokenRefused('the provider gave no id token');
  if (tokens.idToken !== undefined) {
    await provider.verifier.verify(tokens.idToken, 'id', skips);
    requireHash(tokens.idToken, tokens.accessToken);
  }
  return loginData(tokens, client.index, await isVerified(provider, tokens.accessToken, skips));
}

/** Access tokens are for others, and need not be readable here: those that are not have no claims. */
export async function isVerified({ verifier }: Provider, accessToken: string, skipsSignature: boolean): Promise<boolean> {
  if (!isJwt(accessToken)) return false;
  try {
    await verifier.verify(accessToken, 'access', skipsSignature);
    return true;
  } catch (error) {
    if (error instanceof TokenRefused) return false;
    throw error;
  }
}
