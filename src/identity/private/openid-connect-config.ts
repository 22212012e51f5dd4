/** The configuration of the plugin openid-connect for Cognito, by the names that the plugin's public schema has. */
import type { SecretMount } from '../../private/secrets/mount';
import { vaultReference } from '../../private/secrets/vault-reference';

/** Where on a data plane's host name the login comes back, and where a logout ends. */
export const CALLBACK_PATH = '/oidc/callback';
const LOGOUT_PATH = '/oidc/logout';
export const LOGGED_OUT_PATH = '/oidc/logged-out';

/** What is to be known about a Cognito user pool. */
export interface IdentityFacts {
  readonly issuer: string;
  /** `https://` and the host of the login pages. */
  readonly loginUrl: string;
  readonly webClientId: string;
  /** Whose tokens are accepted, the browser client's among them. */
  readonly clientIds: readonly string[];
  readonly mount: SecretMount;
}

type Config = Record<string, unknown>;

/** Access tokens in the header Authorization. */
export function tokenPluginConfig(facts: IdentityFacts, scopesRequired: readonly string[] = []): Config {
  return { ...tokens(facts, scopesRequired), auth_methods: ['bearer'] };
}

/** Browsers, and access tokens in addition. */
export function loginPluginConfig(facts: IdentityFacts, hostname: string, scopesRequired: readonly string[] = []): Config {
  const { loginUrl, webClientId, mount } = facts;
  return {
    ...tokens(facts, scopesRequired),
    auth_methods: ['authorization_code', 'session', 'bearer'],
    client_id: [webClientId],
    client_secret: [vaultReference(mount, 'client_secret')],
    client_auth: ['client_secret_basic'],
    scopes: ['openid', 'email', 'profile'],
    redirect_uri: [`https://${hostname}${CALLBACK_PATH}`],
    // Back to what the user wanted to see: services do not have the callback's path. Tokens do not belong in addresses.
    login_action: 'redirect',
    login_tokens: [],
    preserve_query_args: true,
    // Cognito takes it, but its discovery document does not say so.
    require_proof_key_for_code_exchange: true,
    // Named, so that a login needs no discovery first.
    authorization_endpoint: `${loginUrl}/oauth2/authorize`,
    token_endpoint: `${loginUrl}/oauth2/token`,
    userinfo_endpoint: `${loginUrl}/oauth2/userInfo`,
    revocation_endpoint: `${loginUrl}/oauth2/revoke`,
    end_session_endpoint: `${loginUrl}/logout`,
    session_secret: vaultReference(mount, 'session_secret'),
    session_storage: 'cookie',
    session_cookie_secure: true,
    session_cookie_same_site: 'Lax',
    logout_uri_suffix: LOGOUT_PATH,
    logout_methods: ['GET', 'POST'],
    logout_redirect_uri: [`https://${hostname}${LOGGED_OUT_PATH}`],
    logout_revoke: true,
  };
}

function tokens({ issuer, clientIds }: IdentityFacts, scopesRequired: readonly string[]): Config {
  return {
    issuer,
    // A token in an address lands in logs and histories.
    bearer_token_param_type: ['header'],
    // Access tokens of Cognito have no audience: they name the client that they were given to.
    audience_claim: ['client_id'],
    audience_required: clientIds,
    ...scopesRequired.length > 0 && { scopes_required: [scopesRequired.join(' ')] },
    groups_claim: ['cognito:groups'],
    ssl_verify: true,
  };
}
