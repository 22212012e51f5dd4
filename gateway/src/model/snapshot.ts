/**
 * A configuration table prepared for traffic: references resolved, credentials indexed. Immutable; each table becomes a new snapshot. The
 * data plane builds from it what depends on plugins' code or on sockets.
 */
import { rowsOf } from './config-table.ts';
import type { ConfigTable, Row } from './config-table.ts';
import type { ConsumerRow } from './entities/consumer.ts';
import type { PluginRow } from './entities/plugin.ts';
import { route } from './entities/route.ts';
import type { RouteRow } from './entities/route.ts';
import { service } from './entities/service.ts';
import type { ServiceRow } from './entities/service.ts';
import type { Schemas } from './schema/entity-schema.ts';

export interface Service {
  readonly id: string;
  readonly name: string | null;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  /** Attempts after the first one. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly tlsVerify: boolean | null;
  /** Intermediate certificates that the upstream's chain may have. */
  readonly tlsVerifyDepth: number | null;
}

export interface Route {
  readonly id: string;
  readonly name: string | null;
  readonly protocols: readonly string[];
  readonly methods: readonly string[];
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly snis: readonly string[];
  /** Lower-case name to accepted values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly httpsRedirectStatus: number;
  readonly regexPriority: number;
  readonly stripPath: boolean;
  readonly preserveHost: boolean;
  readonly service: Service | undefined;
}

export interface Consumer {
  readonly id: string;
  readonly username: string | null;
  readonly customId: string | null;
}

export interface Credential {
  readonly id: string;
  readonly consumer: Consumer;
  /** Seconds since 1970 after which the credential is invalid. */
  readonly expiresAt?: number;
}

/** One configured plugin and its scope: ids of route, service and consumer; `undefined` for any. */
export interface PluginInstance {
  readonly id: string;
  readonly name: string;
  readonly config: Row;
  readonly protocols: readonly string[];
  readonly route: string | undefined;
  readonly service: string | undefined;
  readonly consumer: string | undefined;
}

export interface Snapshot {
  readonly hash: string;
  readonly routes: readonly Route[];
  readonly plugins: readonly PluginInstance[];
  readonly consumers: {
    readonly byId: ReadonlyMap<string, Consumer>;
    readonly byUsername: ReadonlyMap<string, Consumer>;
  };
  /** By entity type, e.g. `keyauth_credentials`, and by the value of its lookup field. */
  readonly credentials: ReadonlyMap<string, ReadonlyMap<string, Credential>>;
}

/** Compiles a table that validateConfigTable has completed. */
export function compileSnapshot(table: ConfigTable, hash: string, schemas: Schemas): Snapshot {
  const serviceRows = rowsOf(table, 'services') as readonly ServiceRow[];
  const services = byId(serviceRows.map(compileService));
  const disabled = new Set(serviceRows.filter(({ enabled }) => !enabled).map(({ id }) => id));
  const consumers = byId((rowsOf(table, 'consumers') as readonly ConsumerRow[]).map(compileConsumer));
  const routes = (rowsOf(table, 'routes') as readonly RouteRow[]).map((row) => compileRoute(row, services.get(row.service ?? '')));
  const credentialTypes = [...schemas.values()].flatMap(({ name, credential }) => credential ? [[name, credential.lookup] as const] : []);
  return {
    hash,
    // Routes of a disabled service count as absent.
    routes: routes.filter((candidate) => candidate.service === undefined || !disabled.has(candidate.service.id)),
    plugins: (rowsOf(table, 'plugins') as readonly CompletePluginRow[]).filter(({ enabled }) => enabled).map(compilePlugin),
    consumers: {
      byId: consumers,
      byUsername: new Map([...consumers.values()].flatMap((consumer) => consumer.username === null ? [] : [[consumer.username, consumer]])),
    },
    credentials: new Map(credentialTypes.map(([name, lookup]) => [name, credentialsBy(lookup, rowsOf(table, name), consumers)])),
  };
}

/** The plugin's subschema has completed `config`. */
type CompletePluginRow = PluginRow & { readonly config: Row };

/** An explicit null means the default, as in Kong. */
const DEFAULTS = service.fields;

function compileService(row: ServiceRow): Service {
  return {
    id: row.id,
    name: row.name,
    protocol: row.protocol,
    host: row.host,
    port: row.port,
    path: row.path,
    retries: row.retries ?? DEFAULTS.retries.default,
    connectTimeoutMs: row.connect_timeout ?? DEFAULTS.connect_timeout.default,
    writeTimeoutMs: row.write_timeout ?? DEFAULTS.write_timeout.default,
    readTimeoutMs: row.read_timeout ?? DEFAULTS.read_timeout.default,
    tlsVerify: row.tls_verify,
    tlsVerifyDepth: row.tls_verify_depth,
  };
}

function compileRoute(row: RouteRow, target: Service | undefined): Route {
  return {
    id: row.id,
    name: row.name,
    protocols: row.protocols,
    methods: row.methods ?? [],
    hosts: row.hosts ?? [],
    paths: row.paths ?? [],
    snis: row.snis ?? [],
    headers: Object.fromEntries(Object.entries(row.headers ?? {}).map(([name, values]) => [name.toLowerCase(), values])),
    httpsRedirectStatus: row.https_redirect_status_code,
    regexPriority: row.regex_priority ?? route.fields.regex_priority.default,
    stripPath: row.strip_path,
    preserveHost: row.preserve_host,
    service: target,
  };
}

function compilePlugin(row: CompletePluginRow): PluginInstance {
  return {
    id: row.id,
    name: row.name,
    config: row.config,
    protocols: row.protocols,
    route: row.route ?? undefined,
    service: row.service ?? undefined,
    consumer: row.consumer ?? undefined,
  };
}

function compileConsumer({ id, username, custom_id: customId }: ConsumerRow): Consumer {
  return { id, username, customId };
}

/** Credentials by the value of their lookup field. Rows without that value or without a consumer are left out. */
function credentialsBy(lookup: string, rows: readonly Row[], consumers: ReadonlyMap<string, Consumer>): ReadonlyMap<string, Credential> {
  return new Map(rows.flatMap((row) => {
    const shown = row[lookup];
    const consumer = consumers.get(row.consumer as string);
    if (typeof shown !== 'string' || consumer === undefined) return [];
    return [[shown, { id: row.id as string, consumer, ...typeof row.ttl === 'number' && { expiresAt: row.ttl } }]];
  }));
}

function byId<T extends { readonly id: string }>(entities: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}
