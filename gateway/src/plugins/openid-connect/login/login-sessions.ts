/** Sessions of users, by the configuration: their cookies, their times, their secret. */
import { createHash } from 'node:crypto';

import type { Exchange } from '../../../plugin-kit/exchange.ts';
import type { PluginContext } from '../../../plugin-kit/plugin.ts';
import { createSessions } from '../../../session-cookie/sessions.ts';
import type { Sessions } from '../../../session-cookie/sessions.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { schemeOf } from './browser-requests.ts';
import type { LoginData } from './login-data.ts';

export interface LoginSessions {
  /** Sessions with cookies as this request needs them: `Secure` where it came by https, unless the configuration decides. */
  of(exchange: Exchange): Sessions<LoginData>;
  /** Whether a cookie of this name is the gateway's own. */
  owns(cookieName: string): boolean;
}

export function loginSessions(config: OpenidConnectConfig, { clock, log }: Pick<PluginContext, 'clock' | 'log'>): LoginSessions {
  const name = config.session_cookie_name ?? 'session';
  const rememberName = config.session_remember_cookie_name ?? 'remember';
  const make = (secure: boolean): Sessions<LoginData> => createSessions<LoginData>({
    secret: sessionSecret(config),
    audience: config.session_audience ?? undefined,
    cookie: {
      name, secure,
      path: config.session_cookie_path ?? undefined,
      domain: config.session_cookie_domain ?? undefined,
      sameSite: config.session_cookie_same_site ?? undefined,
      httpOnly: config.session_cookie_http_only !== false,
    },
    timeouts: {
      idling: config.session_idling_timeout ?? 900,
      rolling: config.session_rolling_timeout ?? 3600,
      absolute: config.session_absolute_timeout ?? 86_400,
    },
    ...config.session_remember === true && {
      remember: {
        cookieName: rememberName,
        rolling: config.session_remember_rolling_timeout ?? 604_800,
        absolute: config.session_remember_absolute_timeout ?? 2_592_000,
      },
    },
    clock, log,
  });
  const [plain, secure] = [make(false), make(true)];
  return {
    of: ({ request }) => ((config.session_cookie_secure ?? schemeOf(request) === 'https') ? secure : plain),
    // A long text is in several cookies, whose names end with their number.
    owns: (cookieName) => [name, rememberName].includes(cookieName.replace(/_[2-8]$/, '')) || cookieName === name,
  };
}

/**
 * Where none is configured, all nodes have the same one from what the configuration keeps secret. Tokens in a session are not verified
 * again, so that a session of one issuer must not open for another: also where both have one secret configured.
 *
 * @throws Error the configuration has nothing that clients do not know
 */
export function sessionSecret(config: OpenidConnectConfig): string {
  const { session_secret: given, client_secret: secrets, client_id: ids, issuer, cache_tokens_salt: salt } = config;
  const parts = typeof given === 'string' && given !== '' ? ['configured', given] : [ids, secrets?.find((one) => one !== '') ?? salt];
  if (typeof parts[1] !== 'string' || parts[1] === '') {
    throw new Error('config.session_secret: expected a secret, because the plugin has no client secret to derive one from');
  }
  return createHash('sha512').update(JSON.stringify(['openid-connect session', issuer, ...parts])).digest('base64');
}
