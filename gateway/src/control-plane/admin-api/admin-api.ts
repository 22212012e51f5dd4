/** The Admin API with all its endpoints, as a Fastify instance that does not listen. */
import type { FastifyInstance } from 'fastify';

import type { Log } from '../../base/log.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import type { Secret } from '../../base/secret.ts';
import { VAULT_KINDS } from '../../base/vault-kinds.ts';
import type { PluginSchema } from '../../model/entities/plugin.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import type { UpstreamHealth } from '../../model/target-health.ts';
import type { Role } from '../../settings/settings.ts';
import type { ConnectionCounts } from '../../status/status-api.ts';
import type { Store } from '../../store/store.ts';
import type { TelemetryAccount } from '../../sync/telemetry-server.ts';
import type { ConfigurationHistory } from '../configuration.ts';
import type { DeclarativeConfiguration } from '../declarative-configuration.ts';
import type { DataPlaneFailures } from '../nodes.ts';
import { batchEndpoint } from './batch/batch-endpoint.ts';
import { clusteringEndpoints } from './clustering-endpoints.ts';
import { configEndpoint } from './config-endpoint.ts';
import { createEndpointServer } from './endpoint-server.ts';
import type { Endpoint } from './endpoint.ts';
import { entityEndpoints } from './entity-endpoints.ts';
import { explainEndpoint } from './explain-endpoint.ts';
import { historyEndpoints } from './history/history-endpoints.ts';
import { endpointListEndpoint, informationEndpoints } from './information-endpoints.ts';
import type { NodeInformation } from './information-endpoints.ts';
import { logLevelEndpoints } from './log-level-endpoints.ts';
import { NewestRevision } from './newest-revision.ts';
import { statusEndpoint } from './node-status.ts';
import { openApiEndpoint } from './openapi.ts';
import { pluginApiEndpoints } from './plugin-api-endpoints.ts';
import type { CachedAnswers } from './plugin-api-endpoints.ts';
import { schemaEndpoints } from './schema-endpoints.ts';
import { tagEndpoints } from './tag-endpoints.ts';

export interface AdminApiOptions {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly plugins: ReadonlyMap<string, PluginSchema>;
  readonly role: Role;
  /** That of the data planes. @default - the default flavor */
  readonly routerFlavor?: RouterFlavor;
  readonly node: NodeInformation;
  readonly configuration: ConfigurationHistory;
  readonly failures: DataPlaneFailures;
  /** Whether valid writes answer 405. @default - when `declarative` is set */
  readonly isReadOnly?: boolean;
  /** What fills the store, on a node without a database. @default - clients do */
  readonly declarative?: DeclarativeConfiguration;
  /** What a data plane in the same process knows of the health of targets. @default - there is none */
  readonly health?: UpstreamHealth | undefined;
  /** What data planes sent to the telemetry port, by node id. @default - nothing */
  readonly telemetry?: () => ReadonlyMap<string, TelemetryAccount>;
  readonly log: Log;
  /** Metrics of this node, in Prometheus' text format. @default - there are none */
  readonly metrics?: () => Promise<string>;
  /** What plugins of the node keep of answers. @default - nothing */
  readonly cachedAnswers?: CachedAnswers;
  /** MD5 of the configuration that a node without a database runs. @default - that of `declarative` */
  readonly configurationHash?: () => string;
  /** Connections of the listener that serves this API; the listener's owner counts them. @default - connections are not counted */
  readonly counts?: ConnectionCounts;
  /** What requests must carry. @default - everyone who reaches the API may use it */
  readonly token?: Secret;
  /** Largest body of a request, in bytes. @default 10 MiB */
  readonly bodyLimitBytes?: number;
  /** Milliseconds since 1970. @default - the clock of the machine */
  readonly now?: () => number;
}

export function createAdminApi(options: AdminApiOptions): FastifyInstance {
  const { counts = { accepted: 0, active: 0, requests: 0 } } = options;
  return createEndpointServer({
    endpoints: adminEndpoints({ ...options, counts }),
    log: options.log,
    token: options.token,
    bodyLimitBytes: options.bodyLimitBytes,
    newest: new NewestRevision(options.store),
    onRequest: () => { counts.requests += 1; },
  });
}

/** Every endpoint; docs/reference/admin-api.md is made from them. */
export function adminEndpoints(options: AdminApiOptions & { readonly counts: ConnectionCounts }): readonly Endpoint[] {
  const { store, plugins, schemas, counts, declarative, isReadOnly = declarative !== undefined, now = Date.now } = options;
  const caution = (entityType: string, id: string, message: string): void => options.log.warn(`${entityType} ${id}: ${message}`);
  const context = { schemas, now, isReadOnly, caution };
  const endpoints = [
    ...informationEndpoints({ store, plugins, node: options.node }),
    configEndpoint(declarative),
    statusEndpoint(store, counts, options.configurationHash ?? (declarative && (() => declarative.hash))),
    ...entityEndpoints(store, context, { plugins, role: options.role, nodeId: options.node.nodeId, health: options.health }),
    batchEndpoint(store, context, options.log),
    ...historyEndpoints(store, context),
    ...schemaEndpoints(context),
    ...tagEndpoints(store),
    ...pluginApiEndpoints(plugins, options),
    ...logLevelEndpoints(options.log, options.role, isReadOnly),
    ...clusteringEndpoints({ ...options, now }),
    explainEndpoint(options),
  ];
  const all = [...endpoints, endpointListEndpoint(endpoints)];
  const vaults = VAULT_KINDS.filter((kind) => schemas.get('vaults')?.subschema?.choose(kind) !== undefined);
  return [...all, openApiEndpoint(all, schemas, { plugins: [...plugins.keys()], vaults })];
}
