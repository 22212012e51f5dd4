/** Requests that do not speak the protocol of their route: http where it is for https only, HTTP/1.1 where it is for gRPC. */
import type { Route } from '../../model/snapshot.ts';
import type { Scheme } from '../compiled-configuration.ts';
import type { OwnAnswer } from './answer.ts';
import { isGrpcType } from './grpc-answers.ts';
import type { RequestFacts } from './received-request.ts';
import { pageType, statusPage } from './status-page.ts';

/** What of a request tells how it speaks. */
interface SpokenRequest {
  readonly scheme: Scheme;
  readonly facts: RequestFacts;
  readonly incoming: { readonly version: string };
  headerValues(name: string): readonly string[];
}

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

/** Of gRPC: the status is that of an answer which came about. */
const USE_GRPCS: OwnAnswer = {
  status: 200,
  message: '',
  body: Buffer.alloc(0),
  lines: ['Content-Type', 'application/grpc', 'grpc-status', '1', 'grpc-message', 'gRPC request matched gRPCs route'],
};

const NO_GRPC: OwnAnswer = { status: 415, message: 'Non-gRPC request matched gRPC route' };

/** @returns the answer that tells the client to speak otherwise; `undefined` when the route serves the request as it is */
export function protocolAnswer(exchange: SpokenRequest, route: Route): OwnAnswer | undefined {
  // A route for it serves nothing but HTTP.
  if (route.protocols.includes('http')) return undefined;
  if (route.protocols.includes('grpc') || route.protocols.includes('grpcs')) {
    if (!isGrpcType(exchange.headerValues('content-type')[0])) return NO_GRPC;
    if (exchange.incoming.version !== '2.0') return USE_HTTP2;
    return route.protocols.includes('grpc') || effectiveScheme(exchange) === 'https' ? undefined : USE_GRPCS;
  }
  if (effectiveScheme(exchange) === 'https') return undefined;
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
export function effectiveScheme(exchange: SpokenRequest): Scheme {
  const forwarded = exchange.facts.connection.trusted ? exchange.headerValues('x-forwarded-proto')[0] : undefined;
  return (forwarded ?? exchange.scheme) === 'https' ? 'https' : 'http';
}
