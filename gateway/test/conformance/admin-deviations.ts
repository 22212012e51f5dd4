/** Where this Admin API answers otherwise than the recorded one, and why. A suite fails when one of these begins to agree. */

/** By case. */
export const OTHERWISE: Readonly<Record<string, string>> = {
  'admin-validation/by-key/put-new-name|key-sets': 'Kong fails with 500; we create the set, as Kong does for all other names',
  'admin-validation/information/endpoints': 'we have plugins that are paid in Kong, so also the endpoints of their entities',
  'admin-validation/information/plugins-enabled': 'we have plugins that are paid in Kong',
  'admin-validation/encodings/json|22': 'NaN is no JSON: we answer 400 before we look at fields',
};

/** Suites that are not complete yet, by the last part of their name. */
export const INCOMPLETE: ReadonlySet<string> = new Set([
  'acls', 'acme_storage', 'basicauth_credentials', 'by-key',
  'encodings', 'hmacauth_credentials', 'jwt_secrets', 'key_sets', 'keyauth_credentials', 'keys',
  'oauth2_credentials', 'oauth2_tokens', 'patch', 'plugin-acl', 'plugin-acme', 'plugin-ai-prompt-decorator',
  'plugin-ai-prompt-guard', 'plugin-ai-prompt-template', 'plugin-ai-proxy', 'plugin-ai-request-transformer',
  'plugin-ai-response-transformer', 'plugin-aws-lambda', 'plugin-azure-functions', 'plugin-basic-auth',
  'plugin-bot-detection', 'plugin-correlation-id', 'plugin-cors', 'plugin-datadog', 'plugin-file-log',
  'plugin-grpc-gateway', 'plugin-grpc-web', 'plugin-hmac-auth', 'plugin-http-log', 'plugin-ip-restriction',
  'plugin-jwt', 'plugin-ldap-auth', 'plugin-loggly', 'plugin-oauth2', 'plugin-opentelemetry', 'plugin-post-function',
  'plugin-pre-function', 'plugin-prometheus', 'plugin-proxy-cache', 'plugin-rate-limiting', 'plugin-redirect',
  'plugin-request-size-limiting', 'plugin-request-termination', 'plugin-request-transformer',
  'plugin-response-ratelimiting', 'plugin-response-transformer', 'plugin-session', 'plugin-standard-webhooks',
  'plugin-statsd', 'plugin-syslog', 'plugin-tcp-log', 'plugin-udp-log', 'plugin-zipkin', 'plugins', 'protocol',
  'relations', 'sessions', 'upstreams', 'vaults',
]);
