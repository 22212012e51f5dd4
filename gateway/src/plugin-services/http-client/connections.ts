/** Connections of one client: kept while idle, verified, through a proxy where there is one. */
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';

import type { HttpClientOptions } from '../../plugin-kit/http-client.ts';

const DEFAULT_KEEP_ALIVE_MS = 60_000;
const DEFAULT_MAX_CONNECTIONS = 64;

export interface Connections {
  for(url: URL): Agent;
  close(): void;
}

/** @param authorities of the node, as PEM */
export function connections(options: HttpClientOptions, authorities: () => readonly string[]): Connections {
  const { keepAliveMs = DEFAULT_KEEP_ALIVE_MS, maxConnections = DEFAULT_MAX_CONNECTIONS, tls = {}, proxies } = options;
  const common = {
    keepAlive: keepAliveMs > 0,
    maxSockets: maxConnections,
    // Of an idle connection: a request that is under way has its own limits.
    timeout: keepAliveMs,
    ...proxies !== undefined && {
      proxyEnv: { HTTP_PROXY: proxies.http, HTTPS_PROXY: proxies.https, NO_PROXY: proxies.exempt },
    },
  };
  let plain: Agent | undefined;
  let secured: TlsAgent | undefined;
  const plainAgent = () => plain ??= new Agent(common);
  const securedAgent = () => secured ??= new TlsAgent({
    ...common,
    rejectUnauthorized: tls.verify ?? true,
    // Made once: from `ca` Node would read all certificates again for each connection.
    secureContext: createSecureContext({
      ca: [...tls.authorities ?? authorities()],
      ...tls.certificate !== undefined && { cert: tls.certificate, key: tls.key },
    }),
    ...tls.serverName !== undefined && { servername: tls.serverName },
  });
  return {
    for: (url) => url.protocol === 'https:' ? securedAgent() : plainAgent(),
    close: () => {
      plain?.destroy();
      secured?.destroy();
    },
  };
}
