/** cors: answers preflight requests in `access`, and tells browsers which pages may read an answer in `responseHeaders`. */
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { requestState } from '../../plugin-kit/request-state.ts';
import { allowedOrigins } from './origins.ts';
import { cors, METHODS } from './schema.ts';
import type { CorsConfig } from './schema.ts';

/** Requests whose answer gets no further headers: preflight requests, answered here or by the upstream. */
const preflights = requestState<true>();

type Headers = Readonly<Record<string, string>>;

export const corsHandler = defineHandler<CorsConfig>(cors, (config) => {
  const origins = allowedOrigins(config.origins ?? []);
  const methods = (config.methods ?? METHODS).join(',');
  const headers = (config.headers ?? []).join(',');
  const exposed = (config.exposed_headers ?? []).join(',');

  /** Headers that say which origin may read the answer. */
  const accessHeaders = (origin: string | undefined): Headers => {
    // A browser accepts no credentials from an answer that allows every origin.
    if (config.credentials && origins.allowsAll && origin !== undefined) {
      return { 'Vary': 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
    }
    const allowed = origins.answerTo(origin);
    return {
      ...!origins.allowsAll && { Vary: 'Origin' },
      ...allowed !== undefined && { 'Access-Control-Allow-Origin': allowed },
      ...config.credentials && !origins.allowsAll && { 'Access-Control-Allow-Credentials': 'true' },
    };
  };

  const preflightHeaders = ({ request }: Exchange): Headers => {
    const asked = headers === '' ? request.header('access-control-request-headers') : headers;
    const isPrivate = config.private_network && request.header('access-control-request-private-network') === 'true';
    return {
      ...accessHeaders(request.header('origin')),
      'Access-Control-Allow-Methods': methods,
      ...asked !== undefined && { 'Access-Control-Allow-Headers': asked },
      ...config.max_age !== null && { 'Access-Control-Max-Age': String(config.max_age) },
      ...isPrivate && { 'Access-Control-Allow-Private-Network': 'true' },
    };
  };

  return {
    startsNothing: true,
    access: (exchange) => {
      if (!isPreflight(exchange)) return;
      preflights.set(exchange, true);
      if (!config.preflight_continue) exchange.respond({ status: 200, headers: preflightHeaders(exchange) });
    },

    responseHeaders: (exchange) => {
      if (preflights.of(exchange) === true) return;
      const response = exchange.response!;
      const { Vary: vary, ...its } = accessHeaders(exchange.request.header('origin'));
      if (its['Access-Control-Allow-Origin'] === undefined) response.removeHeader('Access-Control-Allow-Origin');
      if (vary !== undefined) response.addHeader('Vary', vary);
      for (const [name, value] of Object.entries(its)) response.setHeader(name, value);
      if (exposed !== '') response.setHeader('Access-Control-Expose-Headers', exposed);
    },
  };
});

function isPreflight({ request }: Exchange): boolean {
  return request.method === 'OPTIONS' && request.header('origin') !== undefined
    && request.header('access-control-request-method') !== undefined;
}
