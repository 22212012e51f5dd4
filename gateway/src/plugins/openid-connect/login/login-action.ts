/** What follows a login: the request is proxied, answered with tokens, or the browser is sent on. */
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { forClient } from '../answers/answers.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import type { LoginData } from './login-data.ts';
import { RETURN_PARAMETERS } from './login-return.ts';
import type { PendingLogin } from './pending-logins.ts';

export type AfterLogin = (exchange: Exchange, login: PendingLogin, data: LoginData) => void;

export function loginAction(config: OpenidConnectConfig): AfterLogin {
  const kinds = config.login_tokens ?? [];
  return (exchange, login, data) => {
    if (config.login_action === 'response') {
      exchange.respond({ status: 200, headers: { 'Cache-Control': 'no-store' }, body: tokensOf(kinds, data) });
    } else if (config.login_action === 'redirect') {
      const url = new URL(forClient(config.login_redirect_uri, login.client) ?? login.url);
      addTokens(url, tokensOf(kinds, data), config.login_redirect_mode === 'query');
      redirect(exchange, url.href);
    } else if (login.path === exchange.request.rawPath && exchange.request.method === 'GET') {
      restoreQuery(exchange, login);
    } else {
      // The address of the return is the gateway's own: the service does not have it.
      redirect(exchange, login.url);
    }
  };
}

function redirect(exchange: Exchange, url: string): void {
  exchange.respond({ status: 302, headers: { 'Location': url, 'Cache-Control': 'no-store' } });
}

/** The upstream gets the request as it was before the login: code and state are no business of its. */
function restoreQuery({ upstream }: Exchange, { query }: PendingLogin): void {
  if (query === '') for (const name of RETURN_PARAMETERS) upstream.removeQuery(name);
  else upstream.query = query;
}

function tokensOf(kinds: readonly string[], { accessToken, idToken, refreshToken, expiresAt }: LoginData): Record<string, string> {
  const all: Readonly<Record<string, string | undefined>> = {
    id_token: idToken, access_token: accessToken, refresh_token: refreshToken,
    token_type: 'Bearer', expires_at: expiresAt === undefined ? undefined : String(Math.floor(expiresAt / 1000)),
  };
  const wanted = kinds.includes('tokens') ? Object.keys(all) : kinds;
  return Object.fromEntries(wanted.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

function addTokens(url: URL, tokens: Record<string, string>, isQuery: boolean): void {
  if (Object.keys(tokens).length === 0) return;
  if (isQuery) for (const [name, value] of Object.entries(tokens)) url.searchParams.set(name, value);
  else url.hash = new URLSearchParams(tokens).toString();
}
