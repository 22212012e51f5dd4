/** Plugins that the packaged gateway stores and does not run. The list is made from the gateway itself (`lib/bundle/plugins.json`). */
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { packagedPlugins } from '../../../private/bundle';

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
      + 'with status 500; set `enabled: false`, or use GatewayEngine.kongHelm() (docs/reference/gateway.md)',
    );
  }
}
