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
import { heldBackRoute } from './held-back-route.ts';
import type { Route, Service } from './matched-route.ts';
import type { Schemas } from './schema/entity-schema.ts';
import type { SetAsideRow } from './table-error.ts';

export type { Route, Service } from './matched-route.ts';

export interface Consumer {
  readonly id: string;
  readonly username: string | null;
  readonly customId: string | null;
  /** Ids of the groups that it is a member of, in the order of their names. @default - none */
  readonly groups?: ReadonlySet<string>;
  /** All fields of the entity. */
  readonly row: Row;
}

export interface Credential {
  readonly id: string;
  readonly consumer: Consumer;
  /** All fields of the entity, with its secrets. */
  readonly row: Row;
  /** Seconds since 1970 after which the credential is invalid. */
  readonly expiresAt?: number;
}

/** One configured plugin and its scope: ids of route, service and consumer; `undefined` for any. */
export interface PluginInstance {
  readonly id: string;
  readonly name: string;
  /** The name that the user gave to it. */
  readonly instanceName?: string;
  readonly config: Row;
  readonly protocols: readonly string[];
  readonly route: string | undefined;
  readonly service: string | undefined;
  readonly consumer: string | undefined;
  /** The group whose members it runs for. @default - all consumers */
  readonly consumerGroup?: string;
  /** Set when the plugin cannot run on this node: a request that would run it is answered with 500. */
  readonly isUnusable?: boolean;
  /** Set when its scope has a field that this version does not know, for groups of consumers: it only runs on requests of consumers. */
  readonly onlyConsumers?: boolean;
}

export interface Snapshot {
  readonly hash: string;
  readonly routes: readonly Route[];
  readonly plugins: readonly PluginInstance[];
  readonly consumers: {
    readonly byId: ReadonlyMap<string, Consumer>;
    readonly byUsername: ReadonlyMap<string, Consumer>;
    readonly byCustomId: ReadonlyMap<string, Consumer>;
  };
  /** By entity type, e.g. `keyauth_credentials`, and by the value of its lookup field. */
  readonly credentials: ReadonlyMap<string, ReadonlyMap<string, Credential>>;
  /** Rows of an entity type, such as `acls` or `keys`. */
  entities(name: string): readonly Row[];
}

/**
 * Compiles a table that has been validated and completed.
 *
 * @param setAside rows that are not served. Routes and plugins among them stay, as what holds their requests back.
 */
export function compileSnapshot(table: ConfigTable, hash: string, schemas: Schemas, setAside: readonly SetAsideRow[] = []): Snapshot {
  const serviceRows = rowsOf(table, 'services') as readonly ServiceRow[];
  const services = byId(serviceRows.map(compileService));
  const unusable = (entity: string): readonly SetAsideRow[] => setAside.filter((aside) => aside.entity === entity);
  const disabledAside = unusable('services').filter(({ row }) => row.enabled === false).map(({ row }) => row.id);
  const disabled = new Set<unknown>([...serviceRows.filter(({ enabled }) => !enabled).map(({ id }) => id), ...disabledAside]);
  // A membership that is set aside still binds: what is configured for a group must not be escaped by a damaged row.
  const memberships = [...rowsOf(table, 'consumer_group_consumers'), ...unusable('consumer_group_consumers').map(({ row }) => row)];
  const names = new Map(rowsOf(table, 'consumer_groups').map(({ id, name }) => [id, String(name)]));
  const nameOf = (row: Row): string => names.get(row.consumer_group as string) ?? '';
  const groups = Map.groupBy(memberships.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)), ({ consumer }) => consumer);
  const consumers = byId((rowsOf(table, 'consumers') as readonly ConsumerRow[]).map((row) => compileConsumer(row, groups.get(row.id))));
  // Routes of a disabled service count as absent.
  const routes = (rowsOf(table, 'routes') as readonly RouteRow[]).filter((row) => !disabled.has(row.service))
    .map((row) => compileRoute(row, services.get(row.service ?? '')));
  const heldBack = unusable('routes').filter(({ row }) => !disabled.has(row.service))
    .flatMap(({ row, errors }) => heldBackRoute(row, errors.map(({ field }) => field)) ?? []);
  const credentialTypes = [...schemas.values()].flatMap(({ name, credential }) => credential ? [[name, credential.lookup] as const] : []);
  return {
    hash,
    routes: [...routes, ...heldBack],
    plugins: [
      ...(rowsOf(table, 'plugins') as readonly CompletePluginRow[]).filter(({ enabled }) => enabled).map(compilePlugin),
      ...unusable('plugins').flatMap(unusablePlugin),
    ],
    consumers: {
      byId: consumers,
      byUsername: consumersBy('username', consumers),
      byCustomId: consumersBy('customId', consumers),
    },
    credentials: new Map(credentialTypes.map(([name, lookup]) => [name, credentialsBy(lookup, rowsOf(table, name), consumers)])),
    entities: (name) => rowsOf(table, name),
  };
}

function consumersBy(field: 'username' | 'customId', consumers: ReadonlyMap<string, Consumer>): ReadonlyMap<string, Consumer> {
  return new Map([...consumers.values()].flatMap((consumer) => {
    const value = consumer[field];
    return value === null ? [] : [[value, consumer] as const];
  }));
}

/** A configuration without entities. */
export function emptySnapshot(): Snapshot {
  return {
    hash: '', routes: [], plugins: [], consumers: { byId: new Map(), byUsername: new Map(), byCustomId: new Map() }, credentials: new Map(),
    entities: () => [],
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
    row,
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
    ...row.path_handling === 'v1' && { pathHandling: 'v1' },
    createdAt: row.created_at ?? 0,
    ...expressionOf(row),
    service: target,
    row,
    // The service of the row is not in the table: it cannot be served.
    ...row.service !== null && row.service !== undefined && target === undefined && { heldBack: true },
  };
}

/** Only nodes with the router flavor `expressions` accept the fields. */
function expressionOf({ expression, priority }: Row): Pick<Route, 'expression' | 'priority'> {
  return typeof expression === 'string' ? { expression, ...typeof priority === 'number' && { priority } } : {};
}

function compilePlugin(row: CompletePluginRow): PluginInstance {
  return {
    id: row.id,
    name: row.name,
    ...typeof row.instance_name === 'string' && { instanceName: row.instance_name },
    config: row.config,
    protocols: row.protocols,
    route: row.route ?? undefined,
    service: row.service ?? undefined,
    consumer: row.consumer ?? undefined,
    ...groupOf(row),
  };
}

/** Only nodes with the profile `full` accept the field. */
function groupOf(row: Row): Pick<PluginInstance, 'consumerGroup'> {
  return typeof row.consumer_group === 'string' ? { consumerGroup: row.consumer_group } : {};
}

const SCOPES = ['route', 'service', 'consumer'] as const;

/** What remains of a plugin that cannot run: its name and scope. Nothing, when it would run on no request. */
function unusablePlugin({ row, errors }: SetAsideRow): readonly PluginInstance[] {
  const wrong = new Set(errors.map(({ field }) => field.split('.', 1)[0]!));
  // A scope that is not in the table has no requests.
  if (row.enabled === false || SCOPES.some((scope) => wrong.has(scope))) return [];
  const scopeOf = (name: typeof SCOPES[number]): string | undefined => (typeof row[name] === 'string' ? row[name] : undefined);
  return [{
    id: typeof row.id === 'string' ? row.id : '',
    name: typeof row.name === 'string' ? row.name : '',
    config: {},
    protocols: !wrong.has('protocols') && Array.isArray(row.protocols) ? row.protocols.filter((name) => typeof name === 'string') : [],
    route: scopeOf('route'),
    service: scopeOf('service'),
    consumer: scopeOf('consumer'),
    isUnusable: true,
    ...[...wrong].some((field) => field.startsWith('consumer')) ? { onlyConsumers: true } : groupOf(row),
  }];
}

function compileConsumer(row: ConsumerRow, memberships: readonly Row[] | undefined): Consumer {
  const { id, username, custom_id: customId } = row;
  if (memberships === undefined) return { id, username, customId, row };
  return { id, username, customId, row, groups: new Set(memberships.map((membership) => membership.consumer_group as string)) };
}

/** Credentials by the value of their lookup field. Rows without that value or without a consumer are left out. */
function credentialsBy(lookup: string, rows: readonly Row[], consumers: ReadonlyMap<string, Consumer>): ReadonlyMap<string, Credential> {
  return new Map(rows.flatMap((row) => {
    const shown = row[lookup];
    const consumer = consumers.get(row.consumer as string);
    if (typeof shown !== 'string' || consumer === undefined) return [];
    return [[shown, { id: row.id as string, consumer, row, ...typeof row.ttl === 'number' && { expiresAt: row.ttl } }]];
  }));
}

function byId<T extends { readonly id: string }>(entities: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}
