/** Requests that a login page can follow: those of a person who looks at pages. */
import type { ClientRequest } from '../../../plugin-kit/exchange.ts';

/** Whether the answer to the request is shown to a person. A script or an application cannot log in: it gets a 401. */
export function isNavigation(request: Pick<ClientRequest, 'method' | 'header'>): boolean {
  const mode = request.header('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate';
  if (request.header('x-requested-with')?.toLowerCase() === 'xmlhttprequest') return false;
  const accept = request.header('accept')?.toLowerCase();
  if (accept?.includes('text/html') === true) return true;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  return isRead && !/application\/(?:[\w.+-]+\+)?json|text\/event-stream|application\/grpc/.test(accept ?? '');
}

/** What the browser used to come here: where a trusted proxy is between, what that one says. */
export function schemeOf(request: Pick<ClientRequest, 'scheme' | 'isTrusted' | 'header'>): 'http' | 'https' {
  const forwarded = request.isTrusted ? firstOf(request.header('x-forwarded-proto'))?.toLowerCase() : undefined;
  return forwarded === 'https' || forwarded === 'http' ? forwarded : request.scheme;
}

const HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The address of the request as the browser has it, without the query. The listener's port is no part of it: proxies have their own. */
export function addressOf(request: ClientRequest): string {
  const { isTrusted, host, rawPath } = request;
  const given = (isTrusted ? firstOf(request.header('x-forwarded-host')) : undefined) ?? request.header('host') ?? '';
  const authority = HOST.test(given) ? given : host;
  const scheme = schemeOf(request);
  const port = isTrusted && !/:\d+$/.test(authority) ? firstOf(request.header('x-forwarded-port')) : undefined;
  const isShown = port !== undefined && /^\d{1,5}$/.test(port) && port !== (scheme === 'https' ? '443' : '80');
  return `${scheme}://${authority}${isShown ? `:${port}` : ''}${rawPath}`;
}

function firstOf(list: string | undefined): string | undefined {
  return list?.split(',', 1)[0]!.trim();
}
