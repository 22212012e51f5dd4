/** Requests for tokens, and for their revocation. */
import {
  allowInsecureRequests, authorizationCodeGrantRequest, AuthorizationResponseError, clientCredentialsGrantRequest, clockTolerance,
  customFetch, expectNoNonce, genericTokenEndpointRequest, nopkce, processAuthorizationCodeResponse, processGenericTokenEndpointResponse,
  processRefreshTokenResponse, refreshTokenGrantRequest, ResponseBodyError, revocationRequest, validateAuthResponse,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import type { Client, ClientAuth, TokenEndpointRequestOptions, TokenEndpointResponse } from 'oauth4webapi';

import type { Clock } from '../../../base/clock.ts';
import type { HttpClient } from '../../../plugin-kit/http-client.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { ProviderUnavailable, TokenRefused } from '../tokens/token-errors.ts';
import type { Discovery } from './discovery.ts';
import { issuerOf } from './metadata.ts';
import type { Metadata } from './metadata.ts';
import { fetchBy } from './provider-http.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Milliseconds since 1970. @default - the provider does not say */
  readonly expiresAt: number | undefined;
}

/** Who asks for tokens. */
export interface Requester {
  readonly id: string;
  authentication(supported: readonly string[] | undefined): Promise<ClientAuth>;
}

/** What came back from a login, and what belongs to it. */
export interface CodeAnswer {
  readonly parameters: URLSearchParams;
  readonly state: string;
  readonly nonce: string | undefined;
  readonly verifier: string | undefined;
  readonly redirectUri: string;
  readonly maxAge: number | undefined;
}

interface TokenEndpointOptions {
  readonly config: OpenidConnectConfig;
  readonly discovery: Discovery;
  readonly http: HttpClient;
  readonly clock: Clock;
}

type Parameters = Readonly<Record<string, string>>;

/** Each method throws TokenRefused when the provider refuses, and ProviderUnavailable when it does not answer. */
export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #request: TokenEndpointRequestOptions;

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
    const { config, http } = options;
    this.#request = {
      [customFetch]: fetchBy(http) as never,
      // TLS is as the configured issuer says; discovered addresses of an https issuer are https.
      [allowInsecureRequests]: new URL(issuerOf(config)).protocol === 'http:',
      additionalParameters: pairs(config.token_post_args_names, config.token_post_args_values),
      headers: new Headers(pairs(config.token_headers_names, config.token_headers_values)),
    };
  }

  /** A grant without an id token: client credentials, password. */
  grant(requester: Requester, kind: 'client_credentials' | 'password', parameters: Parameters): Promise<Tokens> {
    return this.#asked(requester, async (server, client, authentication) => {
      const { additionalParameters, ...request } = this.#request;
      const all = { ...additionalParameters as Parameters, ...parameters };
      const response = kind === 'client_credentials'
        ? await clientCredentialsGrantRequest(server, client, authentication, all, request)
        : await genericTokenEndpointRequest(server, client, authentication, kind, all, request);
      return processGenericTokenEndpointResponse(server, client, response);
    });
  }

  refresh(requester: Requester, refreshToken: string): Promise<Tokens> {
    return this.#asked(requester, async (server, client, authentication) => {
      const response = await refreshTokenGrantRequest(server, client, authentication, refreshToken, this.#request);
      return processRefreshTokenResponse(server, client, response);
    });
  }

  /** Verifies that the answer belongs to the login, and exchanges the code for tokens. */
  exchange(requester: Requester, answer: CodeAnswer): Promise<Tokens> {
    return this.#asked(requester, async (server, client, authentication) => {
      const parameters = validateAuthResponse(server, client, answer.parameters, answer.state);
      const response = await authorizationCodeGrantRequest(
        server, client, authentication, parameters, answer.redirectUri, answer.verifier ?? nopkce, this.#request);
      return processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: answer.nonce ?? expectNoNonce, ...answer.maxAge !== undefined && { maxAge: answer.maxAge },
      });
    });
  }

  /** Does nothing when the provider has no endpoint for it. */
  async revoke(requester: Requester, token: string, hint: 'access_token' | 'refresh_token'): Promise<void> {
    const server = await this.#options.discovery.metadata();
    if (server.revocation_endpoint === undefined) return;
    const authentication = await requester.authentication(server.token_endpoint_auth_methods_supported);
    const response = await revocationRequest(server, { client_id: requester.id }, authentication, token, {
      ...this.#request, additionalParameters: { token_type_hint: hint },
    });
    if (!response.ok) throw new ProviderUnavailable(`revocation: status ${response.status}`);
  }

  async #asked(
    requester: Requester, ask: (server: Metadata, client: Client, authentication: ClientAuth) => Promise<TokenEndpointResponse>,
  ): Promise<Tokens> {
    const { discovery, config, clock } = this.#options;
    const server = await discovery.metadata();
    if (server.token_endpoint === undefined) {
      throw new ProviderUnavailable('the provider has no token endpoint: set config.token_endpoint');
    }
    const client: Client = { client_id: requester.id, [clockTolerance]: config.leeway ?? 0 };
    try {
      const authentication = await requester.authentication(server.token_endpoint_auth_methods_supported);
      const answer = await ask(server, client, authentication);
      return {
        accessToken: answer.access_token,
        idToken: answer.id_token,
        refreshToken: answer.refresh_token,
        expiresAt: answer.expires_in === undefined ? undefined : clock.now() + answer.expires_in * 1000,
      };
    } catch (error) {
      throw asRefusal(error);
    }
  }
}

/** What is the client's fault, and what is the provider's. */
function asRefusal(error: unknown): Error {
  if (error instanceof TokenRefused || error instanceof ProviderUnavailable) return error;
  if (error instanceof ResponseBodyError) {
    if (error.status >= 500) return new ProviderUnavailable(`token endpoint: status ${error.status}`);
    return new TokenRefused(`the provider refuses: ${printable(error.error)}`);
  }
  if (error instanceof WWWAuthenticateChallengeError) return new TokenRefused(`the provider refuses: status ${error.status}`);
  if (error instanceof AuthorizationResponseError) return new TokenRefused(`the provider refuses the login: ${printable(error.error)}`);
  const code = (error as { code?: unknown }).code;
  const { message } = error as Error;
  if (typeof code === 'string' && MISTAKES.has(code)) return new TokenRefused(`what the provider answered is not valid: ${message}`);
  return new ProviderUnavailable(`token endpoint: ${message}`);
}

/** Codes of oauth4webapi for answers that do not belong to the request, or that contradict themselves. */
const MISTAKES: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE', 'OAUTH_INVALID_REQUEST', 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_PARSE_ERROR', 'OAUTH_UNSUPPORTED_OPERATION',
]);

/** Error codes come from the network: RFC 6749 §5.2 allows these characters. */
function printable(code: string): string {
  return code.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}

function pairs(names: readonly string[] | null, values: readonly string[] | null): Record<string, string> {
  return Object.fromEntries((names ?? []).map((name, at) => [name, values?.[at] ?? '']));
}
