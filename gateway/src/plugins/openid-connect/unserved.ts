/**
 * What the schema has and this version does not run. A configuration that asks for it is refused with the name of the field, because a
 * token that was to be checked in one more way must not pass without that check.
 */
import { GRANTS } from './field-kinds.ts';
import type { OpenidConnectConfig } from './schema.ts';

type Config = OpenidConnectConfig;

const UNSERVED_METHODS = ['introspection', 'userinfo', 'kong_oauth2'] as const;

const TLS_AUTHENTICATIONS: readonly string[] = ['tls_client_auth', 'self_signed_tls_client_auth'];

interface Unserved {
  readonly field: string;
  readonly instead: string;
  /** What the configuration asks for. `undefined`: nothing of this kind. */
  asked(config: Config): unknown;
}

/** A field that is refused when it has a value, or is true. */
function whenSet(instead: string, ...fields: readonly (keyof Config & string)[]): readonly Unserved[] {
  return fields.map((field) => ({
    field,
    asked: (config) => {
      const value: unknown = config[field];
      return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0) ? undefined : value;
    },
    instead,
  }));
}

function whenOther(field: keyof Config & string, served: readonly string[], instead: string): Unserved {
  return {
    field,
    asked: (config) => {
      const given = [config[field] ?? []].flat() as readonly unknown[];
      return given.find((value) => !served.includes(String(value)));
    },
    instead,
  };
}

const LEAVE_OUT = 'leave it out';

/** Every line is one thing that a configuration can ask for. */
export const UNSERVED: readonly Unserved[] = [
  ...whenSet('tokens are verified by their signature', 'introspect_jwt_tokens'),
  ...whenSet('claims are those of the tokens', 'search_user_info', 'resolve_distributed_claims'),
  whenOther('proof_of_possession_mtls', ['off'], 'expected off'),
  whenOther('proof_of_possession_dpop', ['off'], 'expected off'),
  ...whenSet(LEAVE_OUT, 'require_pushed_authorization_requests', 'require_signed_request_object'),
  ...whenSet(LEAVE_OUT, 'mtls_token_endpoint', 'mtls_introspection_endpoint', 'mtls_revocation_endpoint', 'token_exchange_endpoint'),
  whenOther('response_mode', ['query', 'form_post'], 'expected query or form_post'),
  whenOther('response_type', ['code'], 'expected code'),
  whenOther('login_methods', ['authorization_code'], 'expected authorization_code'),
  whenOther('login_tokens', ['id_token', 'access_token', 'refresh_token', 'tokens'], LEAVE_OUT),
  { field: 'client_auth', asked: ({ client_auth: ways }) => ways?.find(isByCertificate), instead: 'expected a secret or a key' },
  ...(['token_endpoint_auth_method', 'revocation_endpoint_auth_method'] as const).map((field): Unserved => ({
    field, asked: (config) => [config[field]].find(isByCertificate) ?? undefined, instead: 'expected a secret or a key',
  })),
  ...whenSet(
    'claims become headers by upstream_headers_claims and downstream_headers_claims',
    'upstream_user_info_header', 'upstream_user_info_jwt_header', 'upstream_introspection_header', 'upstream_introspection_jwt_header',
    'upstream_access_token_jwk_header', 'upstream_id_token_jwk_header',
    'downstream_user_info_header', 'downstream_user_info_jwt_header', 'downstream_introspection_header',
    'downstream_introspection_jwt_header', 'downstream_access_token_jwk_header', 'downstream_id_token_jwk_header',
  ),
  ...whenSet(LEAVE_OUT, 'upstream_session_id_header', 'downstream_session_id_header'),
  ...whenSet(LEAVE_OUT, 'session_request_headers', 'session_response_headers'),
  ...whenSet('each session stands alone', 'session_store_metadata', 'session_enforce_same_subject'),
  whenOther('session_storage', ['cookie'], 'expected cookie'),
  whenOther('cluster_cache_strategy', ['off'], 'each node has its own cache: expected off'),
  ...whenSet('expected access tokens', 'id_token_param_name'),
  ...whenSet(LEAVE_OUT, 'token_headers_replay'),
];

function isByCertificate(way: string | null | undefined): boolean {
  return TLS_AUTHENTICATIONS.includes(way ?? '');
}

/** @throws Error naming every field that asks for what this version does not run */
export function requireServed(config: Config): void {
  const refused = UNSERVED.flatMap(({ field, asked, instead }) => {
    const value = asked(config);
    return value === undefined ? [] : [`config.${field}: this version does not serve ${JSON.stringify(value)}; ${instead}`];
  });
  const methods = unservedMethods(config);
  if (methods.length > 0 && !isEveryMethod(config)) {
    refused.push(`config.auth_methods: this version does not serve ${methods.join(', ')}; expected others of the list`);
  }
  if (refused.length > 0) throw new Error(refused.join('. '));
}

/** The methods that run. Where a configuration names none, and so has the whole list, those that are not served are left out. */
export function servedMethods({ auth_methods: methods }: Config): ReadonlySet<string> {
  return new Set((methods ?? []).filter((method) => !UNSERVED_METHODS.some((unserved) => unserved === method)));
}

function unservedMethods({ auth_methods: methods }: Config): readonly string[] {
  return UNSERVED_METHODS.filter((method) => methods?.includes(method));
}

function isEveryMethod({ auth_methods: methods }: Config): boolean {
  return GRANTS.every((method) => methods?.includes(method) === true);
}
