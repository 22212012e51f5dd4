/** Settings of TLS: certificates and ciphers of listeners, certificates towards upstreams. */
import { warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, material, onOff, oneOf, size, text } from '../value-kinds.ts';
import { keyPair, keyPairSettings } from './key-pair.ts';

const SELF_SIGNED = 'Default: a self-signed one, generated once and kept in the working directory.';

export const CERTIFICATES = {
  proxy: keyPair(keyPairSettings('KONG_SSL_CERT', `Certificate chain of the proxy's \`ssl\` addresses. ${SELF_SIGNED}`)),
  admin: keyPair(keyPairSettings('KONG_ADMIN_SSL_CERT', `Certificate chain of the Admin API's \`ssl\` addresses. ${SELF_SIGNED}`)),
  status: keyPair(keyPairSettings('KONG_STATUS_SSL_CERT', `Certificate chain of the status API's \`ssl\` addresses. ${SELF_SIGNED}`)),
} as const;

const NODE_CIPHERS = 'listeners offer TLS 1.2 and 1.3 with the ciphers of Node.js';

const NO_CLIENT_CERTIFICATE = 'no client certificate is presented to upstreams';

export const TLS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_SSL_CIPHER_SUITE', oneOf('modern', 'intermediate', 'old', 'fips', 'custom'), NODE_CIPHERS, { default: 'intermediate' }),
  warns('KONG_SSL_CIPHERS', text, NODE_CIPHERS),
  warns('KONG_SSL_PROTOCOLS', text, NODE_CIPHERS, { default: 'TLSv1.2 TLSv1.3' }),
  warns('KONG_SSL_PREFER_SERVER_CIPHERS', onOff, NODE_CIPHERS, { default: 'on' }),
  warns('KONG_SSL_DHPARAM', material, NODE_CIPHERS),
  warns('KONG_SSL_SESSION_TICKETS', onOff, 'session tickets are issued', { default: 'on' }),
  warns('KONG_SSL_SESSION_TIMEOUT', text, 'sessions can be resumed for 5 minutes', { default: '1d' }),
  warns('KONG_SSL_SESSION_CACHE_SIZE', size, 'sessions are resumed by tickets; the node caches none', { default: '10m' }),
  warns('KONG_CLIENT_SSL', onOff, NO_CLIENT_CERTIFICATE, { default: 'off' }),
  warns('KONG_CLIENT_SSL_CERT', material, NO_CLIENT_CERTIFICATE),
  warns('KONG_CLIENT_SSL_CERT_KEY', material, NO_CLIENT_CERTIFICATE, { secret: true }),
  warns('KONG_LUA_SSL_VERIFY_DEPTH', integer(0), 'certificate chains may have any length', { default: '1' }),
  warns('KONG_LUA_SSL_PROTOCOLS', text, 'connections of this node use TLS 1.2 or 1.3', { default: 'TLSv1.2 TLSv1.3' }),
];
