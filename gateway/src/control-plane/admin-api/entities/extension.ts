/** What an entity type adds to the generic endpoints, or changes of them. */
import type { PluginSchema } from '../../../model/entities/plugin.ts';
import type { UpstreamHealth } from '../../../model/target-health.ts';
import type { Role } from '../../../settings/settings.ts';
import type { Endpoint, EndpointChange } from '../endpoint.ts';
import type { EntityKit } from '../entity-kit.ts';

export interface ExtensionOptions {
  readonly nodeId: string;
  readonly role: Role;
  /** @default - there is no data plane in this process */
  readonly health?: UpstreamHealth | undefined;
  readonly plugins: ReadonlyMap<string, PluginSchema>;
}

interface Extended extends ExtensionOptions {
  readonly kit: EntityKit;
  /** Kits of all entity types with endpoints, by type. */
  readonly kits: ReadonlyMap<string, EntityKit>;
  /** The endpoints so far. */
  readonly endpoints: readonly Endpoint[];
}

export type EntityExtension = (extended: Extended) => readonly EndpointChange[];
