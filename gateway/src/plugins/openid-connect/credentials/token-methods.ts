/** Methods client_credentials, password and refresh_token: the request has credentials that the provider gives tokens for. */
import { ClientSecretBasic, ClientSecretPost } from 'oauth4webapi';

import type { Clock } from '../../../base/clock.ts';
import type { Grant } from '../grant.ts';
import type { Clients } from '../provider/clients.ts';
import type { Requester, TokenEndpoint, Tokens } from '../provider/token-endpoint.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { isJwt } from '../tokens/jwt-parts.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import type { Verifier } from '../tokens/verifier.ts';
import { findNameAndSecret } from './basic-credentials.ts';
import type { FindGrant } from './bearer.ts';
import { findText } from './found-text.ts';
import { RememberedTokens } from './remembered-tokens.ts';

interface TokenMethodsOptions {
  readonly config: OpenidConnectConfig;
  readonly clients: Clients;
  readonly endpoint: TokenEndpoint;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly isCognito: boolean;
}

/** Scopes of users, which Cognito refuses to machines. */
const USER_SCOPES: ReadonlySet<string> = new Set(['openid', 'email', 'phone', 'profile', 'aws.cognito.signin.user.admin']);

export function clientCredentialsMethod(options: TokenMethodsOptions): FindGrant {
  const { config, endpoint, clock, isCognito } = options;
  const places = new Set<string>(config.client_credentials_param_type ?? []);
  const scopes = (config.scopes ?? []).filter((scope) => !isCognito || !USER_SCOPES.has(scope)).join(' ');
  const isPost = config.token_endpoint_auth_method === 'client_secret_post';
  const parameters = { ...scopes !== '' && { scope: scopes }, ...audienceOf(config) };
  const remembered = new RememberedTokens(config, clock);
  return async (exchange) => {
    const found = await findNameAndSecret(exchange, places, ['client_id', 'client_secret']);
    if (found === undefined) return undefined;
    const { name: id, secret } = found;
    const requester: Requester = { id, authentication: async () => (isPost ? ClientSecretPost(secret) : ClientSecretBasic(secret)) };
    const tokens = await remembered.get([id, secret], () => endpoint.grant(requester, 'client_credentials', parameters));
    return { ...await granted('client_credentials', tokens, options), hide: found.hide };
  };
}

export function passwordMethod(options: TokenMethodsOptions): FindGrant {
  const { config, clients, endpoint, clock } = options;
  const places = new Set<string>(config.password_param_type ?? []);
  const remembered = new RememberedTokens(config, clock);
  return async (exchange) => {
    const client = clients.choose(exchange);
    const found = client === undefined ? undefined : await findNameAndSecret(exchange, places, ['username', 'password']);
    if (client === undefined || found === undefined) return undefined;
    const { name: username, secret: password } = found;
    const parameters = { username, password, scope: (config.scopes ?? []).join(' '), ...audienceOf(config) };
    const tokens = await remembered.get([client.id, username, password], () => endpoint.grant(client, 'password', parameters));
    return { ...await granted('password', tokens, options), hide: found.hide };
  };
}

export function refreshTokenMethod(options: TokenMethodsOptions): FindGrant {
  const { config, clients, endpoint, clock } = options;
  const name = config.refresh_token_param_name ?? undefined;
  const allowed = new Set<string>(config.refresh_token_param_type ?? []);
  const remembered = new RememberedTokens(config, clock);
  return async (exchange) => {
    const client = clients.choose(exchange);
    if (client === undefined || name === undefined) return undefined;
    const found = await findText(exchange, {
      header: allowed.has('header') ? { name: name.toLowerCase() } : undefined,
      query: allowed.has('query') ? name : undefined,
      body: allowed.has('body') ? name : undefined,
    });
    if (found === undefined || found.text === '') return undefined;
    const tokens = await remembered.get([client.id, found.text], () => endpoint.refresh(client, found.text));
    return { ...await granted('refresh_token', tokens, options), hide: found.hide };
  };
}

/** Verifies what the provider gave. An opaque token has no claims: what requires some refuses it later. */
export async function granted(
  method: string, tokens: Tokens, { config, verifier }: Pick<TokenMethodsOptions, 'config' | 'verifier'>,
): Promise<Grant> {
  const skips = (config.ignore_signature as readonly string[] | null)?.includes(method) === true;
  const { accessToken, idToken, refreshToken } = tokens;
  if (accessToken === '') throw new TokenRefused('the provider gave an empty token');
  return {
    method,
    accessToken,
    accessClaims: isJwt(accessToken) ? await verifier.verify(accessToken, 'access', skips) : undefined,
    idToken,
    idClaims: idToken === undefined ? undefined : await verifier.verify(idToken, 'id', skips),
    refreshToken,
  };
}

function audienceOf({ audience }: OpenidConnectConfig): Readonly<Record<string, string>> {
  return audience === null || audience.length === 0 ? {} : { audience: audience.join(' ') };
}
