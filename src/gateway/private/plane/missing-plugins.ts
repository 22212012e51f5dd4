/**
 * Warnings about properties that need a plugin which the packaged gateway does not have yet. The list of its plugins
 * is made from the gateway itself (`lib/bundle/plugins.json`).
 */
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { packagedPlugins } from '../../../private/bundle';

/** A property that works by a plugin. */
interface PluginUse {
  /** Any of them will do; the first one gives the warning its id. */
  readonly plugins: readonly string[];
  /** What does not happen without it. */
  readonly without: string;
  /** The engine that has it, as it is written in a program. */
  readonly engine: string;
}

const KONG = 'GatewayEngine.kongHelm()';
const KONG_ENTERPRISE = 'GatewayEngine.kongHelm() with KongEdition.ENTERPRISE';

const USES = {
  identity: { plugins: ['openid-connect'], without: 'nodes do not authenticate consumers with it', engine: KONG_ENTERPRISE },
  logs: { plugins: ['http-log'], without: 'nodes send no access logs', engine: KONG },
  cache: {
    plugins: [
      'rate-limiting', 'rate-limiting-advanced', 'proxy-cache-advanced', 'graphql-proxy-cache-advanced', 'graphql-rate-limiting-advanced',
    ],
    without: 'nodes share no counters and no answers',
    engine: KONG,
  },
  metricsDiscovery: {
    plugins: ['prometheus'],
    without: 'the /metrics of nodes have what they do not serve of their configuration, and nothing about requests',
    engine: KONG,
  },
  monitoring: { plugins: ['prometheus'], without: 'the dashboard stays empty, and the alert GatewayAbsent never clears', engine: KONG },
} satisfies Record<string, PluginUse>;

/**
 * Warns of plugins that the packaged control plane stores and its data planes do not run.
 *
 * @param plugins with the place where each is configured, for people
 */
export function warnOfUnservedPlugins(scope: Construct, plugins: ReadonlyMap<string, string>): void {
  const served = packagedPlugins();
  for (const [name, place] of plugins) {
    if (served.has(name)) continue;
    Annotations.of(scope).addWarningV2(
      `cdk-hybridge:declarativeConfig.plugin.${name}`,
      `${place}: data planes of the packaged gateway of this version do not run the plugin ${name}: they answer requests that it would see `
      + `with status 500; set \`enabled: false\`, or use ${KONG} (docs/reference/gateway.md)`,
    );
  }
}

/**
 * Warns when the packaged gateway has none of the plugins that a property needs. Call it for planes of the packaged engine only.
 *
 * @param property path of the property, for people
 */
export function warnOfMissingPlugin(scope: Construct, use: keyof typeof USES, property: string): void {
  const { plugins, without, engine }: PluginUse = USES[use];
  const known = packagedPlugins();
  if (plugins.some((plugin) => known.has(plugin))) return;
  const name = plugins.length > 1 ? `any of the plugins ${plugins.join(', ')}` : `the plugin ${plugins[0]}`;
  Annotations.of(scope).addWarningV2(
    `cdk-hybridge:plugin.${plugins[0]}`,
    `${property}: the packaged gateway of this version does not have ${name}: ${without}; ${engine} has it (docs/reference/gateway.md)`,
  );
}
