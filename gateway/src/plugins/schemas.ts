/** The plugins that every plane knows, and the schemas of all entity types. A new plugin is one line in the list. */
import { DEFAULT_COMPATIBILITY } from '../base/compatibility.ts';
import type { Compatibility } from '../base/compatibility.ts';
import { GatewayError } from '../base/errors.ts';
import { DEFAULT_ROUTER_FLAVOR } from '../base/router-flavor.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import { vaultKinds } from '../base/vault-kinds.ts';
import { coreEntities } from '../model/entities/core.ts';
import type { CoreProfile } from '../model/entities/core.ts';
import type { NodeKind, PluginSchema } from '../model/entities/plugin.ts';
import { inReferenceOrder, schemasByName } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { acl } from './acl/schema.ts';
import { acme } from './acme/schema.ts';
import { aiPromptDecorator } from './ai-prompt-decorator/schema.ts';
import { aiPromptGuard } from './ai-prompt-guard/schema.ts';
import { aiPromptTemplate } from './ai-prompt-template/schema.ts';
import { aiProxy } from './ai-proxy/schema.ts';
import { aiRequestTransformer } from './ai-request-transformer/schema.ts';
import { aiResponseTransformer } from './ai-response-transformer/schema.ts';
import { awsLambda } from './aws-lambda/schema.ts';
import { azureFunctions } from './azure-functions/schema.ts';
import { basicAuth } from './basic-auth/schema.ts';
import { botDetection } from './bot-detection/schema.ts';
import { canary } from './canary/schema.ts';
import { correlationId } from './correlation-id/schema.ts';
import { cors } from './cors/schema.ts';
import { datadog } from './datadog/schema.ts';
import { degraphql } from './degraphql/schema.ts';
import { exitTransformer } from './exit-transformer/schema.ts';
import { fileLog } from './file-log/schema.ts';
import { graphqlProxyCacheAdvanced } from './graphql-proxy-cache-advanced/schema.ts';
import { graphqlRateLimitingAdvanced } from './graphql-rate-limiting-advanced/schema.ts';
import { grpcGateway } from './grpc-gateway/schema.ts';
import { grpcWeb } from './grpc-web/schema.ts';
import { hmacAuth } from './hmac-auth/schema.ts';
import { httpLog } from './http-log/schema.ts';
import { ipRestriction } from './ip-restriction/schema.ts';
import { jwt } from './jwt/schema.ts';
import { jwtSigner } from './jwt-signer/schema.ts';
import { keyAuth } from './key-auth/schema.ts';
import { ldapAuth } from './ldap-auth/schema.ts';
import { loggly } from './loggly/schema.ts';
import { mtlsAuth } from './mtls-auth/schema.ts';
import { oauth2 } from './oauth2/schema.ts';
import { opa } from './opa/schema.ts';
import { openidConnect } from './openid-connect/schema.ts';
import { opentelemetry } from './opentelemetry/schema.ts';
import { postFunction } from './post-function/schema.ts';
import { preFunction } from './pre-function/schema.ts';
import { prometheus } from './prometheus/schema.ts';
import { proxyCache } from './proxy-cache/schema.ts';
import { proxyCacheAdvanced } from './proxy-cache-advanced/schema.ts';
import { rateLimiting } from './rate-limiting/schema.ts';
import { rateLimitingAdvanced } from './rate-limiting-advanced/schema.ts';
import { redirect } from './redirect/schema.ts';
import { requestSizeLimiting } from './request-size-limiting/schema.ts';
import { requestTermination } from './request-termination/schema.ts';
import { requestTransformer } from './request-transformer/schema.ts';
import { requestValidator } from './request-validator/schema.ts';
import { responseRatelimiting } from './response-ratelimiting/schema.ts';
import { responseTransformer } from './response-transformer/schema.ts';
import { routeByHeader } from './route-by-header/schema.ts';
import { session } from './session/schema.ts';
import { standardWebhooks } from './standard-webhooks/schema.ts';
import { statsd } from './statsd/schema.ts';
import { syslog } from './syslog/schema.ts';
import { tcpLog } from './tcp-log/schema.ts';
import { udpLog } from './udp-log/schema.ts';
import { zipkin } from './zipkin/schema.ts';

export const PLUGINS = [
  acl, acme, aiPromptDecorator, aiPromptGuard, aiPromptTemplate, aiProxy, aiRequestTransformer, aiResponseTransformer,
  awsLambda, azureFunctions, basicAuth, botDetection, correlationId, cors, datadog, fileLog, grpcGateway, grpcWeb,
  hmacAuth, httpLog, ipRestriction, jwt, keyAuth, ldapAuth, loggly, oauth2, opentelemetry, postFunction, preFunction,
  prometheus, proxyCache, rateLimiting, redirect, requestSizeLimiting, requestTermination, requestTransformer,
  responseRatelimiting, responseTransformer, session, standardWebhooks, statsd, syslog, tcpLog, udpLog, zipkin,
  // Paid in Kong.
  canary, degraphql, exitTransformer, graphqlProxyCacheAdvanced, graphqlRateLimitingAdvanced, jwtSigner, mtlsAuth, opa, openidConnect,
  proxyCacheAdvanced, rateLimitingAdvanced, requestValidator, routeByHeader,
] as const satisfies readonly PluginSchema[];

export type PluginName = typeof PLUGINS[number]['name'];

/** Plugins that data planes run: handlers.ts has their code. All others are stored; data planes let no request pass that they would see. */
export const SERVED_PLUGINS = [
  'acl',
  'basic-auth',
  'bot-detection',
  'correlation-id',
  'cors',
  'datadog',
  'file-log',
  'grpc-gateway',
  'grpc-web',
  'hmac-auth',
  'http-log',
  'ip-restriction',
  'jwt',
  'key-auth',
  'loggly',
  'openid-connect',
  'opentelemetry',
  'prometheus',
  'proxy-cache',
  'proxy-cache-advanced',
  'rate-limiting',
  'rate-limiting-advanced',
  'redirect',
  'request-size-limiting',
  'request-termination',
  'request-transformer',
  'response-ratelimiting',
  'response-transformer',
  'session',
  'statsd',
  'syslog',
  'tcp-log',
  'udp-log',
  'zipkin',
] as const satisfies readonly PluginName[];

export function isServed(plugin: string): boolean {
  return SERVED_PLUGINS.some((name) => name === plugin);
}

/** What one gateway knows. */
export interface Catalog {
  /** Plugins by name, in the order of PLUGINS. */
  readonly plugins: ReadonlyMap<string, PluginSchema>;
  /** Every entity type by name: those of the core, then those of plugins. An entity type comes after those that it refers to. */
  readonly schemas: Schemas;
}

interface CatalogOptions {
  /** As `KONG_PLUGINS` lists them: names, `bundled` for all, or `off` first for none. @default - all */
  readonly plugins?: readonly string[];
  readonly compatibility?: Compatibility;
  /** @default 'traditional_compatible' */
  readonly routerFlavor?: RouterFlavor;
  /** As `KONG_VAULTS` lists them. @default - bundled */
  readonly vaults?: { readonly listed: readonly string[] };
  /** @default 'traditional' */
  readonly role?: NodeKind['role'];
  /** `off` for none. @default - one */
  readonly database?: string;
}

const catalogs = new Map<string, Catalog>();

/** @throws GatewayError `setting-invalid` for a name that is not a plugin's */
function enabledPlugins(listed: readonly string[]): readonly PluginSchema[] {
  if (listed[0] === 'off') return [];
  const unknown = listed.find((name) => name !== 'off' && name !== 'bundled' && PLUGINS.every((plugin) => plugin.name !== name));
  if (unknown !== undefined) {
    throw new GatewayError('setting-invalid', `KONG_PLUGINS: this gateway has no plugin '${unknown}', expected bundled, off, or names of `
      + 'plugins in docs/reference/gateway.md');
  }
  return listed.includes('bundled') ? PLUGINS : PLUGINS.filter(({ name }) => listed.includes(name));
}

/** The schemas of a node with these settings. Always the same objects for the same settings, since validators are compiled for each. */
export function schemasFor(options: CatalogOptions = {}): Catalog {
  const {
    plugins = ['bundled'], compatibility = DEFAULT_COMPATIBILITY, routerFlavor = DEFAULT_ROUTER_FLAVOR, role = 'traditional', database,
  } = options;
  const vaults = vaultKinds(options.vaults?.listed ?? ['bundled'], compatibility);
  const node: NodeKind = { role, hasDatabase: database !== 'off' };
  const chosen = enabledPlugins(plugins).map((plugin) => ({ ...plugin, ...plugin.onNode?.(node) }));
  const key = [compatibility, routerFlavor, vaults.join('+'), role, node.hasDatabase, ...chosen.map(({ name }) => name)].join();
  const known = catalogs.get(key);
  if (known) return known;
  const catalog = {
    plugins: new Map<string, PluginSchema>(chosen.map((plugin) => [plugin.name, plugin])),
    schemas: schemasWith(chosen, { compatibility, routerFlavor, vaults }),
  };
  catalogs.set(key, catalog);
  return catalog;
}

/** What a node with default settings knows. */
export const { plugins: PLUGIN_SCHEMAS, schemas: SCHEMAS } = schemasFor();

/** The entity types of a gateway with these plugins. */
export function schemasWith(plugins: readonly PluginSchema[], profile: CoreProfile = {}): Schemas {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  return schemasByName(inReferenceOrder([
    ...coreEntities(byName, profile), ...plugins.flatMap(({ entities }) => entities ?? []),
  ]));
}
