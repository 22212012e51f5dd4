/** Which way the body of a request goes to the upstream: gathered, or as it comes. */
import { hasBody } from './client-request.ts';
import { canGather, GatheredBody } from './gathered-body.ts';
import type { HttpExchange } from './http-exchange.ts';
import { RequestBody } from './request-body.ts';

/** The client's body, where it has one and no plugin has put another in its place. */
export function bodyToUpstream(exchange: HttpExchange, isRepeatable: boolean, isHttp2: boolean): RequestBody | GatheredBody | undefined {
  const { incoming, held, route } = exchange;
  if (exchange.replacedBody !== undefined || !hasBody(incoming)) return undefined;
  const isStreamed = isHttp2 || held.length > 0 || route?.row.request_buffering === false;
  return !isStreamed && canGather(incoming) ? new GatheredBody(incoming) : new RequestBody(incoming, held, isRepeatable);
}
