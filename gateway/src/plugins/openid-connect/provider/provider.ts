/** One provider as a plugin uses it: its documents, its keys, its endpoints. */
import type { HttpClient } from '../../../plugin-kit/http-client.ts';
import type { PluginContext } from '../../../plugin-kit/plugin.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { tokenVerifier } from '../tokens/verifier.ts';
import type { Verifier } from '../tokens/verifier.ts';
import { servedMethods } from '../unserved.ts';
import { clientsOf } from './clients.ts';
import type { Clients } from './clients.ts';
import { isCognito } from './cognito.ts';
import { Discovery } from './discovery.ts';
import { requireConfigured } from './endpoint-policy.ts';
import { KeySet } from './key-set.ts';
import { issuerOf } from './metadata.ts';
import type { Endpoint } from './metadata.ts';
import { TokenEndpoint } from './token-endpoint.ts';

export interface Provider {
  readonly isCognito: boolean;
  readonly clients: Clients;
  readonly discovery: Discovery;
  readonly keys: KeySet;
  readonly endpoint: TokenEndpoint;
  readonly verifier: Verifier;
  close(): void;
}

/** @throws Error when the configuration cannot be used */
export function openProvider(config: OpenidConnectConfig, { services, clock, log }: PluginContext): Provider {
  requireAddresses(config);
  if (config.ssl_verify !== true && new URL(config.issuer).protocol === 'https:') {
    log.warn('config.ssl_verify is false: a server that answers in place of the provider can sign tokens; set it to true');
  }
  const http = openHttp(config, services.http);
  const discovery = new Discovery({ config, endpoints: neededEndpoints(config), http, clock, log });
  const keys = new KeySet({ config, discovery, http, clock, log });
  return {
    isCognito: isCognito(issuerOf(config)),
    clients: clientsOf(config),
    discovery,
    keys,
    endpoint: new TokenEndpoint({ config, discovery, http, clock }),
    verifier: tokenVerifier({ config, discovery, keys, clock }),
    close: () => http.close(),
  };
}

function openHttp(config: OpenidConnectConfig, clients: PluginContext['services']['http']): HttpClient {
  const { http_proxy: http, https_proxy: https, no_proxy: exempt } = config;
  return clients.open({
    timeoutMs: config.timeout ?? 10_000,
    ...config.keepalive === false && { keepAliveMs: 0 },
    tls: { verify: config.ssl_verify === true },
    proxies: {
      http: withLogin(http, config.http_proxy_authorization), https: withLogin(https, config.https_proxy_authorization),
      exempt: exempt ?? undefined,
    },
  });
}

/** The client takes user and password of a proxy from its URL. */
function withLogin(proxy: string | null, authorization: string | null): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (proxy === null || encoded === undefined) return proxy ?? undefined;
  const [name = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s, 2);
  const url = new URL(proxy);
  url.username = encodeURIComponent(name);
  url.password = encodeURIComponent(password);
  return url.href;
}

function requireAddresses(config: OpenidConnectConfig): void {
  requireConfigured('issuer', config.issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'revocation_endpoint', 'end_session_endpoint'] as const) {
    const address = config[name];
    if (typeof address === 'string') requireConfigured(name, address);
  }
}

/** Endpoints that the enabled methods cannot do without. */
function neededEndpoints(config: OpenidConnectConfig): readonly Endpoint[] {
  const methods = servedMethods(config);
  const hasClient = (config.client_id ?? []).length > 0;
  const isTokenMethod = (name: string) => ['password', 'refresh_token', 'session'].includes(name);
  const needsTokens = methods.has('client_credentials') || (hasClient && [...methods].some(isTokenMethod));
  return [
    ...needsTokens || (hasClient && methods.has('authorization_code')) ? ['token_endpoint' as const] : [],
    ...hasClient && methods.has('authorization_code') ? ['authorization_endpoint' as const] : [],
  ];
}
