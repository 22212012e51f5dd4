/** Settings of TLS: certificates and ciphers of listeners, certificates towards upstreams. */
import { warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, material, onOff, size, text } from '../value-kinds.ts';
import { keyPair, keyPairSettings } from './key-pair.ts';

const SELF_SIGNED = 'Default: a self-signed one, generated once and kept in the working directory.';

export const CERTIFICATES = {
  proxy: keyPair(keyPairSettings('KONG_SSL_CERT', `Certificate chain of the proxy's \`ssl\` addresses. ${SELF_SIGNED}`)),
  admin: keyPair(keyPairSettings('KONG_ADMIN_SSL_CERT', `Certificate chain of the Admin API's \`ssl\` addresses. ${SELF_SIGNED}`)),
  status: keyPair(keyPairSettings('KONG_STATUS_SSL_CERT', `Certificate chain of the status API's \`ssl\` addresses. ${SELF_SIGNED}`)),
} as const;

const NO_CLIENT_CERTIFICATE = 'no client certificate is presented to upstreams';

export const TLS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_SSL_SESSION_CACHE_SIZE', size, 'sessions are resumed by tickets; the node caches none', { default: '10m' }),
  warns('KONG_CLIENT_SSL', onOff, NO_CLIENT_CERTIFICATE, { default: 'off' }),
  warns('KONG_CLIENT_SSL_CERT', material, NO_CLIENT_CERTIFICATE),
  warns('KONG_CLIENT_SSL_CERT_KEY', material, NO_CLIENT_CERTIFICATE, { secret: true }),
  warns('KONG_LUA_SSL_VERIFY_DEPTH', integer(0), 'certificate chains may have any length', { default: '1' }),
  warns('KONG_LUA_SSL_PROTOCOLS', text, 'connections of this node use TLS 1.2 or 1.3', { default: 'TLSv1.2 TLSv1.3' }),
];
