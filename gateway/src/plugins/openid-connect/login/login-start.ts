/** The begin of a login: the browser is sent to the provider, with a cookie that knows what for. */
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomNonce, generateRandomState } from 'oauth4webapi';

import type { Clock } from '../../../base/clock.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { forClient } from '../answers/answers.ts';
import type { GatewayClient } from '../provider/clients.ts';
import type { Discovery } from '../provider/discovery.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { ProviderUnavailable } from '../tokens/token-errors.ts';
import { addressOf } from './browser-requests.ts';
import type { PendingLogin, PendingLogins } from './pending-logins.ts';

interface LoginStartOptions {
  readonly config: OpenidConnectConfig;
  readonly discovery: Discovery;
  readonly pending: PendingLogins;
  readonly clock: Clock;
}

/** Answers a request with the way to the login page. @returns values of Set-Cookie that belong to the answer */
export type StartLogin = (exchange: Exchange, client: GatewayClient) => Promise<readonly string[]>;

export function loginStart({ config, discovery, pending, clock }: LoginStartOptions): StartLogin {
  const usesProofKey = config.require_proof_key_for_code_exchange !== false;
  return async (exchange, client) => {
    const { authorization_endpoint: endpoint } = await discovery.metadata();
    if (endpoint === undefined) throw new ProviderUnavailable('the provider has no login page: set config.authorization_endpoint');
    const { request } = exchange;
    const address = addressOf(request);
    const query = config.preserve_query_args === true ? request.query : '';
    const login: PendingLogin = {
      state: generateRandomState(),
      nonce: config.verify_nonce === false ? undefined : generateRandomNonce(),
      verifier: usesProofKey ? generateRandomCodeVerifier() : undefined,
      redirectUri: forClient(config.redirect_uri, client.index) ?? address,
      path: request.rawPath,
      query,
      url: query === '' ? address : `${address}?${query}`,
      client: client.index,
      startedAt: clock.now(),
    };
    const url = await loginUrl(config, { endpoint, client, login, exchange });
    exchange.respond({ status: 302, headers: { 'Location': url.href, 'Cache-Control': 'no-store' } });
    return pending.keep(exchange, login);
  };
}

interface LoginRequest {
  readonly endpoint: string;
  readonly client: GatewayClient;
  readonly login: PendingLogin;
  readonly exchange: Exchange;
}

/** https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest */
async function loginUrl(config: OpenidConnectConfig, { endpoint, client, login, exchange }: LoginRequest): Promise<URL> {
  const url = new URL(endpoint);
  const scopes = config.scopes ?? [];
  const optional: Readonly<Record<string, string | undefined>> = {
    ...additionsOf(config, exchange),
    scope: scopes.length > 0 ? scopes.join(' ') : undefined,
    nonce: login.nonce,
    audience: config.audience !== null && config.audience.length > 0 ? config.audience.join(' ') : undefined,
    max_age: config.max_age === null ? undefined : String(config.max_age),
    response_mode: config.response_mode === 'form_post' ? 'form_post' : undefined,
    ...login.verifier !== undefined && {
      code_challenge: await calculatePKCECodeChallenge(login.verifier), code_challenge_method: 'S256',
    },
    client_id: client.id,
    redirect_uri: login.redirectUri,
    response_type: 'code',
    state: login.state,
  };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function additionsOf(config: OpenidConnectConfig, { request }: Exchange): Record<string, string> {
  const fixed = (config.authorization_query_args_names ?? []).map((name, at) => [name, config.authorization_query_args_values?.[at] ?? '']);
  const taken = (config.authorization_query_args_client ?? []).flatMap((name) => {
    const value = request.queryValues(name)[0];
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([...taken, ...fixed]) as Record<string, string>;
}
