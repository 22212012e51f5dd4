/** The entity types with endpoints that differ from the generic ones. */
import { aclEndpoints } from './acls.ts';
import { certificateEndpoints } from './certificates.ts';
import { consumerGroupEndpoints } from './consumer-groups.ts';
import type { EntityExtension } from './extension.ts';
import { filterChainEndpoints } from './filter-chains.ts';
import { partialEndpoints } from './partials.ts';
import { pluginEndpoints } from './plugins.ts';
import { sniEndpoints } from './snis.ts';
import { targetEndpoints } from './targets.ts';

export const ENTITY_EXTENSIONS: Readonly<Record<string, EntityExtension>> = {
  acls: aclEndpoints,
  certificates: certificateEndpoints,
  consumer_groups: consumerGroupEndpoints,
  filter_chains: filterChainEndpoints,
  partials: partialEndpoints,
  plugins: pluginEndpoints,
  snis: sniEndpoints,
  targets: targetEndpoints,
};
