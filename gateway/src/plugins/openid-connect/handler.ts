/**
 * openid-connect, phase access: lets in who shows a token, a session or credentials of an OpenID provider, and leads browsers through its
 * login. Fails closed: without the provider's keys no token passes.
 */
import { authentication } from '../../plugin-kit/authentication.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { PluginContext, PluginPhases } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { answersOf } from './answers/answers.ts';
import { consumerMapping } from './answers/consumer-mapping.ts';
import { tokenHeaders } from './answers/token-headers.ts';
import { methodsOf } from './credentials/methods.ts';
import type { Grant } from './grant.ts';
import { claimSources } from './grant.ts';
import { openProvider } from './provider/provider.ts';
import { openidConnect } from './schema.ts';
import type { OpenidConnectConfig } from './schema.ts';
import { claimChecks } from './tokens/configured-claims.ts';
import { sessionCookieCheck } from './tokens/session-cookie-claim.ts';
import { NotAllowed, ProviderUnavailable, TokenRefused } from './tokens/token-errors.ts';
import { requireServed } from './unserved.ts';

export const openidConnectHandler = defineHandler<OpenidConnectConfig>(openidConnect, (config, context) => {
  requireServed(config);
  return phasesOf(config, context);
});

function phasesOf(config: OpenidConnectConfig, context: PluginContext): PluginPhases {
  const { log } = context;
  const provider = openProvider(config, context);
  const { clients, isCognito } = provider;
  const rules = authentication({ anonymous: config.anonymous, runOnPreflight: config.run_on_preflight !== false, log });
  const answers = answersOf(config, rules);
  const methods = methodsOf(config, provider, context);
  const checks = [claimChecks(config, isCognito), sessionCookieCheck(config)] as const;
  const identityOf = consumerMapping(config, isCognito);
  const setUpstreamHeaders = tokenHeaders(config, 'upstream');
  const setDownstreamHeaders = tokenHeaders(config, 'downstream');
  const grants = requestState<Grant>();

  function admit(exchange: Exchange, grant: Grant): void {
    const sources = claimSources(grant);
    for (const check of checks) check(sources, exchange);
    const identity = identityOf(grant, exchange.configuration);
    if (identity === undefined) throw new NotAllowed('consumer was not found');
    if (config.hide_credentials === true) grant.hide?.();
    exchange.authenticate(identity);
    setUpstreamHeaders(exchange.upstream, grant);
    grants.set(exchange, grant);
  }

  async function access(exchange: Exchange): Promise<void> {
    const client = clients.choose(exchange)?.index ?? 0;
    try {
      const grant = await methods(exchange);
      if (grant !== undefined) admit(exchange, grant);
      else answers.unauthorized(exchange, client);
    } catch (error) {
      if (error instanceof TokenRefused) {
        log.info(`a request is refused: ${error.message}`, { request: exchange.requestId });
        answers.unauthorized(exchange, client, error);
      } else if (error instanceof NotAllowed) {
        log.info(`a request is refused: ${error.message}`, { request: exchange.requestId });
        answers.forbidden(exchange, client, error);
      } else if (error instanceof ProviderUnavailable) {
        answers.unavailable(exchange, client, error);
      } else throw error;
    }
  }

  return {
    access: (exchange) => (rules.isSettled(exchange) ? undefined : access(exchange)),
    responseHeaders: (exchange) => {
      const grant = grants.of(exchange);
      if (grant !== undefined && exchange.response !== undefined) setDownstreamHeaders(exchange.response, grant);
    },
    close: () => provider.close(),
  };
}
