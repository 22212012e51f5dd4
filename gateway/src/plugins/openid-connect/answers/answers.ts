/** Answers to requests that may not pass. */
import type { Authentication } from '../../../plugin-kit/authentication.ts';
import type { Exchange } from '../../../plugin-kit/exchange.ts';
import { issuerOf } from '../provider/metadata.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import type { NotAllowed, TokenRefused } from '../tokens/token-errors.ts';

export interface Answers {
  /** Nothing valid was shown. @param refused why what was shown is not valid */
  unauthorized(exchange: Exchange, client: number, refused?: TokenRefused): void;
  /** What was shown does not allow this request. */
  forbidden(exchange: Exchange, client: number, refused: NotAllowed): void;
  /** The provider cannot be asked. */
  unavailable(exchange: Exchange, client: number, reason: Error): void;
}

/** Seconds after which a client may try again when the provider does not answer. */
const RETRY_AFTER = '5';

/** @param authentication settles who strangers become */
export function answersOf(config: OpenidConnectConfig, authentication: Authentication): Answers {
  const realm = `Bearer realm="${new URL(issuerOf(config)).host}"`;
  const challenge = (code: string | undefined) => (
    code === undefined || config.expose_error_code === false ? realm : `${realm}, error="${code}"`);
  const shown = (message: string, reason: Error | undefined) => (
    config.display_errors === true && reason !== undefined ? `${message} (${reason.message})` : message);
  const redirected = (exchange: Exchange, uris: readonly string[] | null, client: number): boolean => {
    const uri = forClient(uris, client);
    if (uri !== undefined) exchange.respond({ status: 302, headers: { 'Location': uri, 'Cache-Control': 'no-store' } });
    return uri !== undefined;
  };
  return {
    unauthorized: (exchange, client, refused) => {
      if (config.anonymous === null && redirected(exchange, config.unauthorized_redirect_uri, client)) return;
      authentication.fail(exchange, {
        status: 401,
        message: shown(config.unauthorized_error_message ?? 'Unauthorized', refused),
        headers: { 'WWW-Authenticate': challenge(refused && 'invalid_token') },
      });
    },
    forbidden: (exchange, client, refused) => {
      if (redirected(exchange, config.forbidden_redirect_uri, client)) return;
      exchange.refuse({
        status: 403,
        message: shown(config.forbidden_error_message ?? 'Forbidden', refused),
        headers: refused.code === undefined ? {} : { 'WWW-Authenticate': challenge(refused.code) },
      });
    },
    unavailable: (exchange, client, reason) => {
      if (redirected(exchange, config.unexpected_redirect_uri, client)) return;
      exchange.refuse({ status: 503, message: shown('Service unavailable', reason), headers: { 'Retry-After': RETRY_AFTER } });
    },
  };
}

/** The entry of a list that is in the order of the clients; the last one serves those behind it, as in Kong. */
export function forClient<T>(list: readonly T[] | null | undefined, client: number): T | undefined {
  return list?.[client] ?? list?.at(-1);
}
