/** Requests that do not speak the protocol of their route: http where it is for https only, HTTP/1.1 where it is for gRPC. */
import type { Route } from '../../model/snapshot.ts';
import type { Scheme } from '../compiled-configuration.ts';
import type { OwnAnswer } from './answer.ts';
import type { HttpExchange } from './http-exchange.ts';
import { pageType, statusPage } from './status-page.ts';

const USE_HTTPS: OwnAnswer = {
  status: 426,
  message: 'Please use HTTPS protocol',
  headers: { Connection: 'Upgrade', Upgrade: 'TLS/1.2, HTTP/1.1' },
};

const USE_HTTP2: OwnAnswer = {
  status: 426,
  message: 'Please use HTTP2 protocol',
  headers: { Connection: 'Upgrade', Upgrade: 'HTTP/2' },
};

const NO_GRPC: OwnAnswer = { status: 415, message: 'Non-gRPC request matched gRPC route' };

/** @returns the answer that tells the client to speak otherwise; `undefined` when the route serves the request as it is */
export function protocolAnswer(exchange: HttpExchange, route: Route): OwnAnswer | undefined {
  if (route.protocols.includes('grpc') || route.protocols.includes('grpcs')) {
    const [type = ''] = exchange.headerValues('content-type');
    // gRPC is spoken over HTTP/2, which no listener of this version accepts.
    return type.startsWith('application/grpc') ? USE_HTTP2 : NO_GRPC;
  }
  if (route.protocols.includes('http') || effectiveScheme(exchange) === 'https') return undefined;
  if (route.httpsRedirectStatus === 426) return USE_HTTPS;
  const { facts } = exchange;
  return {
    status: route.httpsRedirectStatus,
    message: 'Redirecting to HTTPS',
    headers: { 'Location': `https://${facts.host}${facts.rawPath}${facts.search}`, 'Content-Type': pageType(route.httpsRedirectStatus) },
    body: statusPage(route.httpsRedirectStatus)!,
  };
}

/** @returns the scheme that the client uses: the one that a trusted proxy names, else that of the connection */
export function effectiveScheme(exchange: HttpExchange): Scheme {
  const forwarded = exchange.facts.connection.trusted ? exchange.headerValues('x-forwarded-proto')[0] : undefined;
  return (forwarded ?? exchange.scheme) === 'https' ? 'https' : 'http';
}
