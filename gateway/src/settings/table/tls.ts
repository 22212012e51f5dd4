/** Settings of TLS: certificates and ciphers of listeners, certificates towards upstreams. */
import { SettingProblem } from '../setting-problem.ts';
import { derived, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, onOff, size, text } from '../value-kinds.ts';
import { keyPair, keyPairSettings } from './key-pair.ts';
import { TRUSTED } from './trusted.ts';

const SELF_SIGNED = 'Default: a self-signed one, generated once and kept in the working directory.';

export const CERTIFICATES = {
  proxy: keyPair(keyPairSettings('KONG_SSL_CERT', `Certificate chain of the proxy's \`ssl\` addresses. ${SELF_SIGNED}`)),
  admin: keyPair(keyPairSettings('KONG_ADMIN_SSL_CERT', `Certificate chain of the Admin API's \`ssl\` addresses. ${SELF_SIGNED}`)),
  status: keyPair(keyPairSettings('KONG_STATUS_SSL_CERT', `Certificate chain of the status API's \`ssl\` addresses. ${SELF_SIGNED}`)),
} as const;

const CLIENT_SSL = setting('KONG_CLIENT_SSL', onOff, 'off',
  'Whether the gateway presents KONG_CLIENT_SSL_CERT to upstreams that ask for a certificate.');

const CLIENT_PAIR = keyPairSettings('KONG_CLIENT_SSL_CERT', 'With `KONG_CLIENT_SSL=on`: certificate chain that is presented to upstreams.');

const CLIENT_IDENTITY = keyPair(CLIENT_PAIR);

/** TLS towards upstreams. */
export const UPSTREAM_TLS = {
  authorities: TRUSTED,
  verifyAlways: setting('KONG_TLS_CERTIFICATE_VERIFY', onOff, 'off',
    'Whether the certificates of all upstreams are verified, whatever `tls_verify` of their services says. A setting of Kong Gateway '
      + 'Enterprise.'),
  verifyDepth: setting('KONG_LUA_SSL_VERIFY_DEPTH', integer(0), '1',
    'Intermediate certificates that the chain of an upstream may have when it is verified; `tls_verify_depth` of a service goes before it. '
    + 'Chains of control planes and of PostgreSQL may have any length.'),
  identity: derived([CLIENT_SSL, CLIENT_PAIR.certificate, CLIENT_PAIR.key], (reader) => {
    const identity = CLIENT_IDENTITY.read(reader);
    if (!reader.value(CLIENT_SSL)) return undefined;
    if (identity !== undefined) return identity;
    throw new SettingProblem(`${CLIENT_PAIR.certificate.name} and ${CLIENT_PAIR.key.name} are missing: ${CLIENT_SSL.name} is on; set `
      + 'both, or turn it off');
  }),
} as const;

/** Settings that are read with `KONG_CLIENT_SSL=on` only. */
export const CLIENT_SSL_ONLY = { switch: CLIENT_SSL, settings: [CLIENT_PAIR.certificate, CLIENT_PAIR.key] } as const;

export const TLS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_SSL_SESSION_CACHE_SIZE', size, 'sessions are resumed by tickets; the node caches none', { default: '10m' }),
  warns('KONG_LUA_SSL_PROTOCOLS', text, 'connections of this node use TLS 1.2 or 1.3', { default: 'TLSv1.2 TLSv1.3' }),
];
