/** Requests whose route wants another protocol. */
import type { Route } from '../../model/snapshot.ts';
import type { Scheme } from '../compiled-configuration.ts';
import type { OwnAnswer } from './answer.ts';
import type { HttpExchange } from './http-exchange.ts';

const USE_HTTPS: OwnAnswer = {
  status: 426,
  message: 'Please use HTTPS protocol',
  headers: { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' },
};

/** The answer that sends the client elsewhere; `undefined` when the route takes the request as it is. */
export function protocolAnswer(exchange: HttpExchange, route: Route): OwnAnswer | undefined {
  if (route.protocols.includes('http') || !route.protocols.includes('https') || effectiveScheme(exchange) === 'https') return undefined;
  if (route.httpsRedirectStatus === 426) return USE_HTTPS;
  const { facts } = exchange;
  return {
    status: route.httpsRedirectStatus,
    message: 'Redirecting to HTTPS',
    headers: { Location: `https://${facts.host}${facts.rawPath}${facts.search}` },
    empty: true,
  };
}

/** How the client speaks. What a trusted proxy in front says counts more than our own connection to it. */
export function effectiveScheme(exchange: HttpExchange): Scheme {
  const forwarded = exchange.facts.trusted ? exchange.headerValues('x-forwarded-proto')[0] : undefined;
  return (forwarded ?? exchange.scheme) === 'https' ? 'https' : 'http';
}
