import { KongEdition } from '../../kong-helm-options';
import type { KongChart } from '../plane/kong-chart';
import type { PlaneSettings } from '../plane/plane';

/**
 * Plugins that Kong's community edition does not have. The packaged gateway has them, or will: what is here is what Kong sells.
 * https://developer.konghq.com/plugins/
 */
const ENTERPRISE_PLUGINS: ReadonlySet<string> = new Set([
  'app-dynamics',
  'application-registration',
  'canary',
  'confluent',
  'confluent-consume',
  'datakit',
  'degraphql',
  'exit-transformer',
  'forward-proxy',
  'graphql-proxy-cache-advanced',
  'graphql-rate-limiting-advanced',
  'header-cert-auth',
  'injection-protection',
  'jq',
  'json-threat-protection',
  'jwe-decrypt',
  'jwt-signer',
  'kafka-consume',
  'kafka-log',
  'kafka-upstream',
  'key-auth-enc',
  'konnect-application-auth',
  'ldap-auth-advanced',
  'mocking',
  'mtls-auth',
  'oas-validation',
  'oauth2-introspection',
  'opa',
  'openid-connect',
  'proxy-cache-advanced',
  'rate-limiting-advanced',
  'redirect',
  'request-callout',
  'request-transformer-advanced',
  'request-validator',
  'response-transformer-advanced',
  'route-by-header',
  'route-transformer-advanced',
  'saml',
  'service-protection',
  'statsd-advanced',
  'standard-webhooks',
  'tls-handshake-modifier',
  'tls-metadata-headers',
  'upstream-oauth',
  'upstream-timeout',
  'vault-auth',
  'websocket-size-limit',
  'websocket-validator',
  'xml-threat-protection',
  'ai-prompt-compressor',
  'ai-proxy-advanced',
  'ai-rag-injector',
  'ai-rate-limiting-advanced',
  'ai-sanitizer',
  'ai-semantic-cache',
  'ai-semantic-prompt-guard',
]);

/** What to do about something that an edition does not have. */
const WAY_OUT = 'use GatewayEngine.packaged(), or the edition KongEdition.ENTERPRISE';

/**
 * @param property names the place of the plugin for people
 * @throws Error when the engine does not have the plugin
 */
export function requirePlugin(chart: KongChart | undefined, property: string, plugin: string): void {
  if (chart?.edition !== KongEdition.COMMUNITY || !ENTERPRISE_PLUGINS.has(plugin)) return;
  throw new Error(`${property}: got the plugin ${plugin}, which Kong's community edition does not have: ${WAY_OUT}`);
}

/** @throws Error when a setting is for the packaged gateway only */
export function requireKongSettings(chart: KongChart | undefined, settings: PlaneSettings = {}): void {
  const name = chart && Object.keys(settings).find((each) => each.startsWith('HYBRIDGE_'));
  if (name) {
    throw new Error(
      `settings[${JSON.stringify(name)}]: only the packaged gateway knows it, expected names that begin with KONG_: `
        + 'leave it out, or use GatewayEngine.packaged()',
    );
  }
}
