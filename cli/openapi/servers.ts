/** Servers of a document, a path or an operation, as the address of a service, and targets of its upstream where there are several. */
import type { ApiDocument, Part } from './api-document.ts';

export interface Backend {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** `host:port` of each server, when there are several. */
  readonly targets: readonly string[];
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443, grpc: 80, grpcs: 443 };

const NO_SERVER: Backend = { protocol: 'https', host: 'localhost', port: 443, path: '/', targets: [] };

/** @throws CommandFailure for servers that differ in more than their address: a service has one protocol and one path */
export function backendOf(document: ApiDocument, servers: readonly unknown[], path: readonly (string | number)[]): Backend {
  const urls = servers.map((server, at) => urlOf(document, document.record(server, [...path, at]), [...path, at]));
  const [first, ...others] = urls;
  if (!first) return NO_SERVER;
  if (others.some((url) => url.protocol !== first.protocol || url.pathname !== first.pathname)) {
    throw document.failure(path, 'got servers with several protocols or paths, expected servers that differ in host and port only');
  }
  const protocol = first.protocol.slice(0, -1);
  const portOf = (url: URL) => (url.port === '' ? PORTS[protocol]! : Number(url.port));
  const pathname = first.pathname;
  return {
    protocol, host: first.hostname, port: portOf(first), path: pathname === '' ? '/' : pathname,
    targets: others.length === 0 ? [] : urls.map((url) => `${url.hostname}:${portOf(url)}`),
  };
}

/** The servers of OpenAPI 2.0: schemes, host, base path. The safest scheme counts. */
export function swaggerServers({ schemes, host, basePath }: Part): readonly Part[] {
  if (typeof host !== 'string') return [];
  const listed = Array.isArray(schemes) ? schemes : ['https'];
  const scheme = ['https', 'wss', 'http', 'ws'].find((known) => listed.includes(known)) ?? 'https';
  return [{ url: `${scheme}://${host}${typeof basePath === 'string' ? basePath : '/'}` }];
}

function urlOf(document: ApiDocument, server: Part, path: readonly (string | number)[]): URL {
  const variables = document.record(server.variables, [...path, 'variables']);
  const text = (typeof server.url === 'string' ? server.url : '').replace(/\{([^}]*)\}/g, (whole, name: string) => {
    const value = document.record(variables[name], [...path, 'variables', name]).default;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
  // A path alone means the host that the document comes from, which nothing here tells.
  const absolute = text.startsWith('//') ? `https:${text}` : text.startsWith('/') || text === '' ? `https://localhost${text}` : text;
  const url = URL.canParse(absolute) ? new URL(absolute) : undefined;
  if (url && url.hostname !== '' && Object.hasOwn(PORTS, url.protocol.slice(0, -1))) return url;
  throw document.failure([...path, 'url'], `got ${JSON.stringify(text)}, expected a URL with one of ${Object.keys(PORTS).join(', ')}`);
}
