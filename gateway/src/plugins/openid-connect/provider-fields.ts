/** The provider: how it is found and talked to. */
import { array, boolean, number } from '../../model/schema/field.ts';
import { url } from '../../model/schema/typedefs.ts';
import { address, flag, text, texts } from './field-kinds.ts';

export const providerFields = {
  issuer: { ...url, required: true, description: 'URL of the provider; its discovery document is found below it.' },
  using_pseudo_issuer: flag(false, 'Whether `issuer` only names the provider, and no discovery document is read.'),
  discovery_headers_names: texts('Names of headers for the request for the discovery document.'),
  discovery_headers_values: texts('Values of these headers, in the order of the names.'),
  rediscovery_lifetime: number({
    required: false, default: 30, description: 'Seconds between two attempts to read the discovery document again.',
  }),
  extra_jwks_uris: array(url, { required: false, description: 'URLs of more keys that tokens may be signed with.' }),
  authorization_endpoint: address('URL for logins; replaces the discovered one.'),
  token_endpoint: address('URL for tokens; replaces the discovered one.'),
  introspection_endpoint: address('URL for questions about tokens; replaces the discovered one.'),
  revocation_endpoint: address('URL for the revocation of tokens; replaces the discovered one.'),
  userinfo_endpoint: address('URL for data about users; replaces the discovered one.'),
  end_session_endpoint: address('URL for the end of a session; replaces the discovered one.'),
  token_exchange_endpoint: address('URL for the exchange of tokens.'),
  pushed_authorization_request_endpoint: address('URL for authorization requests that are sent ahead; replaces the discovered one.'),
  mtls_token_endpoint: address('URL for tokens when the gateway authenticates with a certificate.'),
  mtls_introspection_endpoint: address('URL for questions about tokens when the gateway authenticates with a certificate.'),
  mtls_revocation_endpoint: address('URL for revocation when the gateway authenticates with a certificate.'),
  timeout: number({ required: false, default: 10000, description: 'Milliseconds to wait for the provider.' }),
  ssl_verify: boolean({ required: false, default: false, description: 'Whether to verify the certificate of the provider.' }),
  http_version: number({ required: false, default: 1.1, description: 'Version of HTTP for requests to the provider: 1.0 or 1.1.' }),
  keepalive: flag(true, 'Whether connections to the provider are kept.'),
  http_proxy: address('Proxy for requests to the provider by http.'),
  http_proxy_authorization: text('Value of Proxy-Authorization for this proxy.'),
  https_proxy: address('Proxy for requests to the provider by https.'),
  https_proxy_authorization: text('Value of Proxy-Authorization for this proxy.'),
  no_proxy: text('Hosts that are asked without a proxy, separated by commas.'),
} as const;

