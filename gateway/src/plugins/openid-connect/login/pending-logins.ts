/** Logins that are under way: each in a cookie of its own, so that several tabs can log in at the same time. */
import type { Clock } from '../../../base/clock.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { textCookie } from '../../../session-cookie/cookies.ts';
import type { CookieOptions } from '../../../session-cookie/cookies.ts';
import { createSeal } from '../../../session-cookie/seal.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { schemeOf } from './browser-requests.ts';
import { sessionSecret } from './login-sessions.ts';

export interface PendingLogin {
  /** Random, and in the address that the provider sends the browser back to. */
  readonly state: string;
  readonly nonce: string | undefined;
  /** Of PKCE. RFC 7636 */
  readonly verifier: string | undefined;
  readonly redirectUri: string;
  /** What the user wanted to see: path and query, and the whole address. */
  readonly path: string;
  readonly query: string;
  readonly url: string;
  /** Place of the client in the configuration. */
  readonly client: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface PendingLogins {
  /** Values of Set-Cookie that keep a login, and end the oldest where a browser has too many. */
  keep(exchange: Exchange, login: PendingLogin): readonly string[];
  /** The login of this browser with a state. @returns `undefined` for one of another browser, or an old one */
  find(exchange: Exchange, state: string): PendingLogin | undefined;
  /** Values of Set-Cookie that end a login: it cannot be used again. */
  end(exchange: Exchange, state: string): readonly string[];
  /** Whether a cookie of this name is the gateway's own. */
  owns(cookieName: string): boolean;
}

/** Logins of one browser at the same time. */
const MAX_PENDING = 8;

/** Characters of the state in the name of its cookie. */
const ID_LENGTH = 12;

const STATE = /^[\w-]{43}$/;

export function pendingLogins(config: OpenidConnectConfig, clock: Clock): PendingLogins {
  const base = config.authorization_cookie_name ?? 'authorization';
  const lifetime = config.authorization_rolling_timeout ?? 600;
  const seal = createSeal([sessionSecret(config)], `authorization\0${config.session_audience ?? ''}\0${base}`);
  const nameOf = (state: string) => `${base}-${state.slice(0, ID_LENGTH)}`;
  // Further parts of a long cookie have a longer name. An id may end like their suffix.
  const isFirstPart = (name: string) => name.startsWith(`${base}-`) && name.length === base.length + 1 + ID_LENGTH;
  const owns = (name: string) => name.startsWith(`${base}-`) || name === base;
  const cookieFor = ({ request }: Exchange, name: string) => textCookie({
    name, maxAgeSeconds: lifetime, ...attributesOf(config, config.authorization_cookie_secure ?? schemeOf(request) === 'https'),
  });
  const names = ({ request }: Exchange) => request.headerValues('cookie').flatMap((line) => line.split(';'))
    .map((pair) => pair.split('=', 1)[0]!.trim()).filter(isFirstPart);

  return {
    keep: (exchange, login) => {
      const { request } = exchange;
      // Browsers send the oldest first. RFC 6265 §5.4
      const old = names(exchange).slice(0, -(MAX_PENDING - 1)).flatMap((name) => cookieFor(exchange, name).clear(request));
      const written = cookieFor(exchange, nameOf(login.state)).write(seal.seal(JSON.stringify(login)), request, clock.now());
      return [...old, ...written ?? []];
    },
    find: (exchange, state) => {
      if (!STATE.test(state)) return undefined;
      const sealed = cookieFor(exchange, nameOf(state)).read(exchange.request);
      const text = sealed === undefined ? undefined : seal.open(sealed);
      if (text === undefined) return undefined;
      const login = JSON.parse(text) as PendingLogin;
      return login.state === state && clock.now() - login.startedAt < lifetime * 1000 ? login : undefined;
    },
    end: (exchange, state) => cookieFor(exchange, nameOf(state)).clear(exchange.request),
    owns,
  };
}

function attributesOf(config: OpenidConnectConfig, secure: boolean): Omit<CookieOptions, 'name'> {
  const sameSite = config.authorization_cookie_same_site ?? 'Default';
  return {
    secure,
    path: config.authorization_cookie_path ?? undefined,
    domain: config.authorization_cookie_domain ?? undefined,
    // The provider's page sends the browser back: a cookie that stays on its site would not come with it.
    sameSite: config.response_mode === 'form_post' && secure ? 'None' : sameSite === 'Strict' ? 'Lax' : sameSite,
    httpOnly: config.authorization_cookie_http_only !== false,
  };
}
