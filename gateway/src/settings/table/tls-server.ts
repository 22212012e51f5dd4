/** Protocols and ciphers of TLS listeners, by Kong's settings, as options of Node.js. */
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SecureContextOptions, SecureVersion } from 'node:tls';

import { messageOf } from '../../base/errors.ts';
import { isPath } from '../key-material.ts';
import { SettingProblem, abbreviated } from '../setting-problem.ts';
import { derived, optional, setting } from '../setting.ts';
import type { SettingReader } from '../setting.ts';
import { duration, material, onOff, oneOf, text, tlsVersions } from '../value-kinds.ts';

/** What a TLS listener offers, without its certificate. */
export type TlsServerSettings = Readonly<Pick<
  SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers' | 'honorCipherOrder' | 'dhparam' | 'sessionTimeout' | 'secureOptions'
>>;

/** A named choice of Mozilla's guideline 5.7, as in Kong 3.9. */
interface CipherSuite {
  readonly versions: readonly SecureVersion[];
  /** @default - those of Node.js */
  readonly ciphers?: string;
  readonly prefersOwnOrder: boolean;
}

const INTERMEDIATE_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305', 'DHE-RSA-AES128-GCM-SHA256', 'DHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-CHACHA20-POLY1305',
];

const OLD_CIPHERS = [
  'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384', 'ECDHE-ECDSA-AES256-SHA', 'ECDHE-RSA-AES256-SHA', 'DHE-RSA-AES128-SHA256', 'DHE-RSA-AES256-SHA256',
  'AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'AES128-SHA256', 'AES256-SHA256', 'AES128-SHA', 'AES256-SHA', 'DES-CBC3-SHA',
  // OpenSSL offers TLS 1.0 and 1.1 at this level only.
  '@SECLEVEL=0',
];

const SUITES: Readonly<Record<'modern' | 'intermediate' | 'old' | 'fips', CipherSuite>> = {
  modern: { versions: ['TLSv1.3'], prefersOwnOrder: false },
  intermediate: { versions: ['TLSv1.2', 'TLSv1.3'], ciphers: INTERMEDIATE_CIPHERS.join(':'), prefersOwnOrder: false },
  old: {
    versions: ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], ciphers: [...INTERMEDIATE_CIPHERS, ...OLD_CIPHERS].join(':'),
    prefersOwnOrder: true,
  },
  fips: { versions: ['TLSv1.2'], ciphers: 'TLSv1.2+FIPS:kRSA+FIPS:!eNULL:!aNULL', prefersOwnOrder: true },
};

const SUITE = setting('KONG_SSL_CIPHER_SUITE', oneOf('modern', 'intermediate', 'old', 'fips', 'custom'), 'intermediate',
  'Protocols and ciphers of TLS addresses, by Mozilla\'s guideline; `custom` takes KONG_SSL_PROTOCOLS, KONG_SSL_CIPHERS and '
  + 'KONG_SSL_PREFER_SERVER_CIPHERS, which have no effect otherwise. Tunnels always offer TLS 1.2 and 1.3.');

const CIPHERS = optional('KONG_SSL_CIPHERS', text,
  'With `KONG_SSL_CIPHER_SUITE=custom`: ciphers, as OpenSSL writes them. Default: those of Node.js.');

const PROTOCOLS = setting('KONG_SSL_PROTOCOLS', tlsVersions, 'TLSv1.2 TLSv1.3', 'With `KONG_SSL_CIPHER_SUITE=custom`: versions of TLS.');

const PREFER_SERVER_CIPHERS = setting('KONG_SSL_PREFER_SERVER_CIPHERS', onOff, 'on',
  'With `KONG_SSL_CIPHER_SUITE=custom`: whether the gateway\'s order of ciphers goes before the client\'s.');

const DHPARAM = optional('KONG_SSL_DHPARAM', material,
  'Parameters for DHE ciphers: PEM as elsewhere, or the name of a group (`ffdhe2048`), for which OpenSSL chooses a group that suits the '
    + 'key. '
  + 'Default: as for a name.');

const SESSION_TICKETS = setting('KONG_SSL_SESSION_TICKETS', onOff, 'on', 'Whether TLS sessions can be resumed by tickets.');

const SESSION_TIMEOUT = setting('KONG_SSL_SESSION_TIMEOUT', duration, '1d', 'How long TLS sessions can be resumed.');

export const TLS_SERVER = derived(
  [SUITE, CIPHERS, PROTOCOLS, PREFER_SERVER_CIPHERS, DHPARAM, SESSION_TICKETS, SESSION_TIMEOUT],
  (reader): TlsServerSettings => {
    const { versions, ciphers, prefersOwnOrder } = suiteOf(reader);
    const options: TlsServerSettings = {
      minVersion: versions[0], maxVersion: versions.at(-1), honorCipherOrder: prefersOwnOrder, dhparam: dhparamOf(reader),
      sessionTimeout: reader.value(SESSION_TIMEOUT),
      ...ciphers !== undefined && { ciphers },
      ...!reader.value(SESSION_TICKETS) && { secureOptions: constants.SSL_OP_NO_TICKET },
    };
    return checked(options, reader);
  },
);

function suiteOf(reader: SettingReader): CipherSuite {
  const suite = reader.value(SUITE);
  if (suite !== 'custom') return SUITES[suite];
  return { versions: reader.value(PROTOCOLS), ciphers: reader.value(CIPHERS), prefersOwnOrder: reader.value(PREFER_SERVER_CIPHERS) };
}

/** Named groups are left to OpenSSL. */
function dhparamOf(reader: SettingReader): string {
  const given = reader.value(DHPARAM);
  if (given === undefined || /^(ffdhe|modp_)\d+$/.test(given)) return 'auto';
  if (!isPath(given)) return given.includes('-----BEGIN ') ? given : Buffer.from(given, 'base64').toString('utf8');
  try {
    return readFileSync(given, 'utf8');
  } catch (error) {
    throw new SettingProblem(`${DHPARAM.name}: cannot read ${given}: ${messageOf(error)}; expected ${DHPARAM.kind.expected}, or a name `
      + 'such as ffdhe2048');
  }
}

/** OpenSSL is the judge of ciphers and parameters that were given. */
function checked(options: TlsServerSettings, reader: SettingReader): TlsServerSettings {
  for (const [row, part] of [[CIPHERS, { ciphers: options.ciphers }], [DHPARAM, { dhparam: options.dhparam }]] as const) {
    const given = reader.given(row);
    if (given === undefined) continue;
    try {
      createSecureContext(part);
    } catch (error) {
      throw new SettingProblem(`${given.name}: OpenSSL does not accept '${abbreviated(given.text)}': ${messageOf(error)}`);
    }
  }
  return options;
}

/** Settings that `KONG_SSL_CIPHER_SUITE=custom` alone reads. */
export const CUSTOM_SUITE_ONLY = { suite: SUITE, settings: [CIPHERS, PROTOCOLS, PREFER_SERVER_CIPHERS] } as const;
