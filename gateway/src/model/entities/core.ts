/** The entity types that every plane knows, independent of its plugins. */
import { DEFAULT_COMPATIBILITY } from '../../base/compatibility.ts';
import type { Compatibility } from '../../base/compatibility.ts';
import { DEFAULT_ROUTER_FLAVOR } from '../../base/router-flavor.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { VaultKind } from '../../base/vault-kinds.ts';
import type { EntitySchema } from '../schema/entity-schema.ts';
import { caCertificate } from './ca-certificate.ts';
import { certificate } from './certificate.ts';
import { clusteringDataPlane } from './clustering-data-plane.ts';
import { consumerGroupConsumer, consumerGroup } from './consumer-group.ts';
import { consumer } from './consumer.ts';
import { filterChain } from './filter-chain.ts';
import { keySet } from './key-set.ts';
import { key } from './key.ts';
import { parameter } from './parameter.ts';
import { partial } from './partial.ts';
import { pluginEntity } from './plugin.ts';
import type { PluginSchema } from './plugin.ts';
import { routeEntity } from './route.ts';
import { service } from './service.ts';
import { sni } from './sni.ts';
import { tag } from './tag.ts';
import { target } from './target.ts';
import { upstream } from './upstream.ts';
import { vaultEntity } from './vault.ts';
import { workspaceEntity } from './workspace.ts';

/** What entity types depend on beside plugins. */
export interface CoreProfile {
  readonly compatibility?: Compatibility;
  readonly routerFlavor?: RouterFlavor;
  /** @default - `env` */
  readonly vaults?: readonly VaultKind[];
}

/** In the order in which Kong makes them, which its schemas print. */
export function coreEntities(
  plugins: ReadonlyMap<string, PluginSchema>,
  { compatibility = DEFAULT_COMPATIBILITY, routerFlavor = DEFAULT_ROUTER_FLAVOR, vaults }: CoreProfile = {},
): readonly EntitySchema[] {
  const ofOtherEditions = compatibility === 'full' ? [partial, consumerGroup, consumerGroupConsumer] : [];
  const others = [
    consumer, certificate, service, routeEntity(routerFlavor),
    sni, upstream, target, pluginEntity(plugins, compatibility), tag, caCertificate,
    clusteringDataPlane, parameter, vaultEntity(vaults), keySet, key, filterChain, ...ofOtherEditions,
  ];
  return [workspaceEntity(others.map(({ name }) => name)), ...others];
}
