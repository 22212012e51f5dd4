/** Requests by http to routes for https only. */
import type { Route } from '../../model/snapshot.ts';
import type { Scheme } from '../compiled-configuration.ts';
import type { OwnAnswer } from './answer.ts';
import type { HttpExchange } from './http-exchange.ts';

const USE_HTTPS: OwnAnswer = {
  status: 426,
  message: 'Please use HTTPS protocol',
  headers: { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' },
};

/** @returns the answer that sends the client to https; `undefined` when the route serves the request as it is */
export function protocolAnswer(exchange: HttpExchange, route: Route): OwnAnswer | undefined {
  // The router finds routes for http or https only.
  if (route.protocols.includes('http') || effectiveScheme(exchange) === 'https') return undefined;
  if (route.httpsRedirectStatus === 426) return USE_HTTPS;
  const { facts } = exchange;
  return {
    status: route.httpsRedirectStatus,
    message: 'Redirecting to HTTPS',
    headers: { Location: `https://${facts.host}${facts.rawPath}${facts.search}` },
    empty: true,
  };
}

/** @returns the scheme that the client uses: the one that a trusted proxy names, else that of the connection */
export function effectiveScheme(exchange: HttpExchange): Scheme {
  const forwarded = exchange.facts.trusted ? exchange.headerValues('x-forwarded-proto')[0] : undefined;
  return (forwarded ?? exchange.scheme) === 'https' ? 'https' : 'http';
}
