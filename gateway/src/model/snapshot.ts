/**
 * A configuration table prepared for traffic: references resolved, credentials indexed. Immutable; each table becomes a new snapshot. The
 * data plane builds from it what depends on plugins' code or on sockets.
 */
import { groupedBy } from '../base/grouped-by.ts';
import { KeptList } from '../base/kept-list.ts';
import { isSameJson } from '../base/same-json.ts';
import { atOnce, forEachInSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
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
  return atOnce(compilingSnapshot({ table, hash, schemas, setAside })).snapshot;
}

interface SnapshotSource {
  readonly table: ConfigTable;
  readonly hash: string;
  readonly schemas: Schemas;
  readonly setAside: readonly SetAsideRow[];
  /** What the table before became: what has not changed is shared. */
  readonly before?: CompiledSnapshot | undefined;
}

/** A snapshot, and what the next one is compiled from. */
export interface CompiledSnapshot {
  readonly snapshot: Snapshot;
  readonly services: KeptList<Row, Service>;
  readonly serviceById: ReadonlyMap<string, Service>;
  readonly groups: Memberships;
  readonly consumers: KeptList<Row, Consumer>;
  readonly routes: KeptList<Row, Route>;
  readonly heldBackRoutes: KeptList<SetAsideRow, readonly Route[]>;
  readonly plugins: KeptList<Row, PluginInstance>;
  readonly unusablePlugins: KeptList<SetAsideRow, readonly PluginInstance[]>;
  /** Rows of credentials, by entity type. */
  readonly credentialRows: ReadonlyMap<string, readonly Row[]>;
}

export function* compilingSnapshot({ table, hash, schemas, setAside, before }: SnapshotSource): Steps<CompiledSnapshot> {
  const unusable = (entity: string): readonly SetAsideRow[] => setAside.filter((aside) => aside.entity === entity);
  const services = yield* (before?.services ?? none<Row, Service>()).next(rowsOf(table, 'services'), compileService);
  const serviceById = before !== undefined && services.isSameAs(before.services) ? before.serviceById : yield* byId(services.made);
  const groups = membershipsOf(table, unusable('consumer_group_consumers'), before?.groups);
  const consumers = yield* (before?.consumers ?? none<Row, Consumer>()).next(
    rowsOf(table, 'consumers'), (row) => compileConsumer(row as ConsumerRow, groups.byConsumer.get(row.id)),
    { isKept: (known, row, made) => known === row && (groups === before!.groups || hasGroups(made, groups.byConsumer.get(row.id))) },
  );
  const isDisabled = disabledServices(rowsOf(table, 'services'), unusable('services'));
  const targetOf = (row: Row): Service | undefined => serviceById.get(row.service as string ?? '');
  const routes = yield* (before?.routes ?? none<Row, Route>()).next(
    // Routes of a disabled service count as absent.
    isDisabled.size === 0 ? rowsOf(table, 'routes') : rowsOf(table, 'routes').filter((row) => !isDisabled.has(row.service)),
    (row) => compileRoute(row as RouteRow, targetOf(row)),
    { isKept: (known, row, made) => known === row && made.service === targetOf(row) },
  );
  const heldBackRoutes = yield* (before?.heldBackRoutes ?? none<SetAsideRow, readonly Route[]>()).next(
    unusable('routes').filter(({ row }) => !isDisabled.has(row.service)),
    ({ row, errors }) => [heldBackRoute(row, errors.map(({ field }) => field)) ?? []].flat(), BY_ROW,
  );
  const plugins = yield* (before?.plugins ?? none<Row, PluginInstance>()).next(
    rowsOf(table, 'plugins').filter(({ enabled }) => enabled), (row) => compilePlugin(row as CompletePluginRow),
  );
  const unusablePlugins = yield* (before?.unusablePlugins ?? none<SetAsideRow, readonly PluginInstance[]>()).next(
    unusable('plugins'), unusablePlugin, BY_ROW,
  );
  const sharesConsumers = before !== undefined && consumers.isSameAs(before.consumers);
  const indexed = sharesConsumers ? before.snapshot.consumers : yield* indexedConsumers(consumers.made);
  const credentialRows = new Map<string, readonly Row[]>();
  const credentials = new Map<string, ReadonlyMap<string, Credential>>();
  for (const { name, credential } of schemas.values()) {
    if (credential === undefined) continue;
    const rows = rowsOf(table, name);
    const known = sharesConsumers && before.credentialRows.get(name) === rows ? before.snapshot.credentials.get(name) : undefined;
    credentialRows.set(name, rows);
    credentials.set(name, known ?? (yield* credentialsBy(credential.lookup, rows, indexed.byId)));
  }
  const hasSame = <In, Out>(one: KeptList<In, Out>, other: KeptList<In, Out> | undefined) => other !== undefined && one.isSameAs(other);
  const hasSameRoutes = hasSame(routes, before?.routes) && hasSame(heldBackRoutes, before?.heldBackRoutes);
  const hasSamePlugins = hasSame(plugins, before?.plugins) && hasSame(unusablePlugins, before?.unusablePlugins);
  const snapshot: Snapshot = {
    hash,
    routes: hasSameRoutes ? before!.snapshot.routes : together(routes.made, heldBackRoutes.made),
    plugins: hasSamePlugins ? before!.snapshot.plugins : together(plugins.made, unusablePlugins.made),
    consumers: indexed,
    credentials,
    entities: entitiesOf(table),
  };
  return { snapshot, services, serviceById, groups, consumers, routes, heldBackRoutes, plugins, unusablePlugins, credentialRows };
}

/** Mostly nothing is held back, and there is no need for a second list. */
function together<T>(served: readonly T[], heldBack: readonly (readonly T[])[]): readonly T[] {
  return heldBack.length === 0 ? served : [...served, ...heldBack.flat()];
}

/** Holds nothing but the table: what a closure of the compilation holds, the snapshot before with it, would never be freed. */
function entitiesOf(table: ConfigTable): Snapshot['entities'] {
  return (name) => rowsOf(table, name);
}

function none<In, Out>(): KeptList<In, Out> {
  return KeptList.empty<In, Out>();
}

/** Rows of memberships, by consumer. */
interface Memberships {
  readonly sources: readonly (readonly unknown[])[];
  readonly byConsumer: ReadonlyMap<unknown, readonly Row[]>;
}

/** A membership that is set aside still binds: what is configured for a group must not be escaped by a damaged row. */
function membershipsOf(table: ConfigTable, setAside: readonly SetAsideRow[], before: Memberships | undefined): Memberships {
  const [rows, groups] = [rowsOf(table, 'consumer_group_consumers'), rowsOf(table, 'consumer_groups')];
  if (setAside.length === 0 && before?.sources[0] === rows && before.sources[1] === groups) return before;
  const names = new Map(groups.map(({ id, name }) => [id, String(name)]));
  const nameOf = (row: Row): string => names.get(row.consumer_group as string) ?? '';
  const all = [...rows, ...setAside.map(({ row }) => row)].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return { sources: setAside.length === 0 ? [rows, groups] : [], byConsumer: groupedBy(all, ({ consumer }) => consumer) };
}

function hasGroups({ groups }: Consumer, memberships: readonly Row[] | undefined): boolean {
  const ids = memberships === undefined ? undefined : [...new Set(memberships.map(({ consumer_group: id }) => id))];
  if (groups === undefined || ids === undefined) return groups === ids;
  return groups.size === ids.length && [...groups].every((id, at) => id === ids[at]);
}

function disabledServices(rows: readonly Row[], setAside: readonly SetAsideRow[]): ReadonlySet<unknown> {
  const aside = setAside.filter(({ row }) => row.enabled === false).map(({ row }) => row.id);
  return new Set([...rows.filter(({ enabled }) => !(enabled as boolean)).map(({ id }) => id), ...aside]);
}

const BY_ROW = {
  keyOf: ({ row }: SetAsideRow) => row,
  isKept: (known: SetAsideRow, aside: SetAsideRow) => known.row === aside.row && isSameJson(known.errors, aside.errors),
};

function* indexedConsumers(consumers: readonly Consumer[]): Steps<Snapshot['consumers']> {
  const indexes = { byId: yield* byId(consumers), byUsername: new Map<string, Consumer>(), byCustomId: new Map<string, Consumer>() };
  yield* forEachInSteps(consumers, (consumer) => {
    if (consumer.username !== null) indexes.byUsername.set(consumer.username, consumer);
    if (consumer.customId !== null) indexes.byCustomId.set(consumer.customId, consumer);
  });
  return indexes;
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

function compileService(given: Row): Service {
  const row = given as ServiceRow;
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
function* credentialsBy(
  lookup: string, rows: readonly Row[], consumers: ReadonlyMap<string, Consumer>,
): Steps<ReadonlyMap<string, Credential>> {
  const credentials = new Map<string, Credential>();
  yield* forEachInSteps(rows, (row) => {
    const shown = row[lookup];
    const consumer = consumers.get(row.consumer as string);
    if (typeof shown !== 'string' || consumer === undefined) return;
    credentials.set(shown, { id: row.id as string, consumer, row, ...typeof row.ttl === 'number' && { expiresAt: row.ttl } });
  });
  return credentials;
}

function* byId<T extends { readonly id: string }>(entities: readonly T[]): Steps<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  yield* forEachInSteps(entities, (entity) => void found.set(entity.id, entity));
  return found;
}
