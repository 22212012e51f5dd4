/**
 * openid-connect, phase access: lets in who shows a token, a session or credentials of an OpenID provider, and leads browsers through its
 * login. Fails closed: without the provider's keys no token passes.
 */
import { authentication } from '../../plugin-kit/authentication.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { markPersonal } from '../../plugin-kit/personal-headers.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext, PluginPhases } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { answersOf } from './answers/answers.ts';
import { consumerMapping } from './answers/consumer-mapping.ts';
import { removeTokenHeaders, tokenHeaders } from './answers/token-headers.ts';
import type { TokenHeaderTarget } from './answers/token-headers.ts';
import { methodsOf } from './credentials/methods.ts';
import { claimSources } from './grant.ts';
import type { Grant } from './grant.ts';
import { loginOf } from './login/login.ts';
import { openProvider } from './provider/provider.ts';
import type { Provider } from './provider/provider.ts';
import { openidConnect } from './schema.ts';
import type { OpenidConnectConfig } from './schema.ts';
import { claimChecks } from './tokens/configured-claims.ts';
import { sessionCookieCheck } from './tokens/session-cookie-claim.ts';
import { NotAllowed, ProviderUnavailable, TokenRefused } from './tokens/token-errors.ts';
import { requireServed } from './unserved.ts';

export const openidConnectHandler = defineHandler<OpenidConnectConfig>(openidConnect, (config, context) => {
  requireServed(config);
  return phasesOf(config, openProvider(config, context), context);
});

function phasesOf(config: OpenidConnectConfig, provider: Provider, context: PluginContext): PluginPhases {
  const { log } = context;
  const { clients } = provider;
  const rules = authentication({ anonymous: config.anonymous, runOnPreflight: config.run_on_preflight !== false, log });
  const answers = answersOf(config, rules);
  const login = loginOf(config, provider, context);
  const methods = methodsOf(config, provider, context);
  const admit = admission(config, provider);
  const setDownstreamHeaders = tokenHeaders(config, 'downstream');
  const removeClientHeaders = removeTokenHeaders(config);
  const grants = requestState<Grant>();

  async function decide(exchange: Exchange): Promise<void> {
    if (login !== undefined && await login.logout(exchange)) return;
    const arrival = await login?.arrive(exchange);
    const grant = arrival?.grant ?? await login?.session(exchange) ?? await methods(exchange);
    if (grant !== undefined) {
      admit(exchange, grant);
      grants.set(exchange, grant);
      login?.hideCookies(exchange);
      arrival?.settle();
      return;
    }
    if (config.anonymous === null && login !== undefined && await login.start(exchange)) return;
    answers.unauthorized(exchange, clients.choose(exchange)?.index ?? 0);
  }

  function refuse(exchange: Exchange, error: unknown): void {
    const client = clients.choose(exchange)?.index ?? 0;
    if (error instanceof ProviderUnavailable) {
      log.warn(`a request cannot be decided: ${error.message}`, { request: exchange.requestId });
      return answers.unavailable(exchange, client, error);
    }
    if (!(error instanceof TokenRefused) && !(error instanceof NotAllowed)) throw error;
    log.info(`a request is refused: ${error.message}`, { request: exchange.requestId });
    if (error instanceof TokenRefused) {
      if (config.unauthorized_destroy_session !== false) login?.end(exchange);
      return answers.unauthorized(exchange, client, error);
    }
    if (config.forbidden_destroy_session !== false) login?.end(exchange);
    return answers.forbidden(exchange, client, error);
  }

  return {
    access: (exchange) => {
      removeClientHeaders(exchange.upstream);
      return rules.isSettled(exchange) ? undefined : decide(exchange).catch((error: unknown) => refuse(exchange, error));
    },
    responseHeaders: (exchange) => {
      if (exchange.response === undefined) return;
      login?.writeCookies(exchange);
      const grant = grants.of(exchange);
      if (grant !== undefined) setDownstreamHeaders(personal(exchange, exchange.response), grant);
    },
    close: () => provider.close(),
  };
}

/** Headers that are for this client alone. @param isMarked whether a value is one for which that holds. @default - all are */
function personal(exchange: Exchange, headers: TokenHeaderTarget, isMarked = (_value: string) => true): TokenHeaderTarget {
  return {
    setHeader: (name, value) => {
      headers.setHeader(name, value);
      if (isMarked(value)) markPersonal(exchange, name, value);
    },
    removeHeader: (name) => headers.removeHeader(name),
  };
}

/** Whether a header's value is one of the user's tokens, with or without a scheme. */
function isToken({ accessToken, idToken, refreshToken }: Grant): (value: string) => boolean {
  return (value) => [accessToken, idToken, refreshToken].some((token) => token !== undefined && token !== '' && value.endsWith(token));
}

/** What lets a request pass that has proved itself: the checks of the configuration, then who it is for plugins and for the upstream. */
function admission(config: OpenidConnectConfig, { isCognito }: Provider): (exchange: Exchange, grant: Grant) => void {
  const checks = [claimChecks(config, isCognito), sessionCookieCheck(config)] as const;
  const identityOf = consumerMapping(config, isCognito);
  const setUpstreamHeaders = tokenHeaders(config, 'upstream');
  return (exchange, grant) => {
    const sources = claimSources(grant);
    for (const check of checks) check(sources, exchange);
    const identity = identityOf(grant, exchange.configuration);
    if (identity === undefined) throw new NotAllowed('consumer was not found');
    if (config.hide_credentials === true) grant.hide?.();
    exchange.authenticate(identity);
    setUpstreamHeaders(personal(exchange, exchange.upstream, isToken(grant)), grant);
  };
}
