/**
 * A configuration table made ready for traffic: rows parsed once, references followed, credentials indexed. Immutable; a new table makes a new
 * snapshot. What depends on plugins' code or on sockets is built from it by the data plane.
 */
import { rowsOf } from './config-table.ts';
import type { ConfigTable, Row } from './config-table.ts';

export interface Service {
  readonly id: string;
  readonly name: string | null;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  /** Further tries after the first. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly tlsVerify: boolean | null;
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
  /** Seconds since 1970 after which it is not valid. */
  readonly expiresAt?: number;
}

/** One configured plugin and where it applies; `undefined` is everywhere. */
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
  /** Entity type, e.g. `keyauth_credentials`, to secret text to credential. */
  readonly credentials: ReadonlyMap<string, ReadonlyMap<string, Credential>>;
}

/** Which field of a credential is looked up. */
export const CREDENTIAL_KEYS: Readonly<Record<string, string>> = {
  keyauth_credentials: 'key',
};

/** Compiles a table that has been validated. @throws Error when a reference leads nowhere */
export function compileSnapshot(table: ConfigTable, hash: string): Snapshot {
  const services = rowsOf(table, 'services');
  const disabled = new Set(services.filter((row) => row.enabled === false).map((row) => row.id));
  const serviceById = index(services.map(parseService));
  const findService = reference(services, serviceById, 'name', 'services');
  const consumerRows = rowsOf(table, 'consumers');
  const consumerById = index(consumerRows.map(parseConsumer));
  const findConsumer = reference(consumerRows, consumerById, 'username', 'consumers');
  const routeRows = rowsOf(table, 'routes');
  const routes = routeRows.map((row) => parseRoute(row, findService(row.service)));
  const findRoute = reference(routeRows, index(routes), 'name', 'routes');

  const plugins = rowsOf(table, 'plugins').filter((row) => row.enabled !== false).map((row): PluginInstance => ({
    id: text(row.id) ?? '',
    name: text(row.name) ?? '',
    config: (row.config ?? {}) as Row,
    protocols: list(row.protocols),
    route: findRoute(row.route)?.id,
    service: findService(row.service)?.id,
    consumer: findConsumer(row.consumer)?.id,
  }));

  return {
    hash,
    // A disabled service takes its routes along, as if they did not exist.
    routes: routes.filter((route) => route.service === undefined || !disabled.has(route.service.id)),
    plugins,
    consumers: {
      byId: consumerById,
      byUsername: new Map([...consumerById.values()].flatMap((consumer) => consumer.username === null ? [] : [[consumer.username, consumer]])),
    },
    credentials: new Map(Object.entries(CREDENTIAL_KEYS).map(([entity, field]) => [entity, indexCredentials(rowsOf(table, entity), field, findConsumer)])),
  };
}

function parseService(row: Row): Service {
  const protocol = text(row.protocol) ?? 'http';
  return {
    id: text(row.id) ?? '',
    name: text(row.name),
    protocol,
    host: text(row.host) ?? '',
    port: number(row.port, 80),
    path: text(row.path),
    retries: number(row.retries, 5),
    connectTimeoutMs: number(row.connect_timeout, 60_000),
    writeTimeoutMs: number(row.write_timeout, 60_000),
    readTimeoutMs: number(row.read_timeout, 60_000),
    tlsVerify: typeof row.tls_verify === 'boolean' ? row.tls_verify : null,
  };
}

function parseRoute(row: Row, service: Service | undefined): Route {
  const headers = typeof row.headers === 'object' && row.headers !== null && !Array.isArray(row.headers) ? row.headers as Row : {};
  const protocols = list(row.protocols);
  return {
    id: text(row.id) ?? '',
    name: text(row.name),
    protocols: protocols.length === 0 ? ['http', 'https'] : protocols,
    methods: list(row.methods),
    hosts: list(row.hosts),
    paths: list(row.paths),
    snis: list(row.snis),
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), list(values)])),
    httpsRedirectStatus: number(row.https_redirect_status_code, 426),
    regexPriority: number(row.regex_priority, 0),
    stripPath: row.strip_path !== false,
    preserveHost: row.preserve_host === true,
    service,
  };
}

function parseConsumer(row: Row): Consumer {
  return { id: text(row.id) ?? '', username: text(row.username), customId: text(row.custom_id) };
}

function indexCredentials(rows: readonly Row[], field: string, findConsumer: (key: unknown) => Consumer | undefined): ReadonlyMap<string, Credential> {
  return new Map(rows.flatMap((row) => {
    const secret = text(row[field]);
    const consumer = findConsumer(row.consumer);
    if (secret === null || consumer === undefined) return [];
    const credential: Credential = { id: text(row.id) ?? '', consumer, ...(typeof row.ttl === 'number' ? { expiresAt: row.ttl } : {}) };
    return [[secret, credential]];
  }));
}

/** A foreign key is an id, `{ "id": … }`, or the entity's name. */
function reference<T>(rows: readonly Row[], byId: ReadonlyMap<string, T>, nameField: string, entity: string): (key: unknown) => T | undefined {
  const idByName = new Map(rows.flatMap((row) => typeof row[nameField] === 'string' ? [[row[nameField], String(row.id)]] : []));
  return (key) => {
    if (key === null || key === undefined) return undefined;
    const id = typeof key === 'object' ? String((key as Row).id) : String(key);
    const found = byId.get(id) ?? byId.get(idByName.get(id) ?? '');
    if (found === undefined) throw new Error(`invalid reference to ${JSON.stringify(id)}: no such entry in ${entity}`);
    return found;
  };
}

function index<T extends { readonly id: string }>(entities: readonly T[]): ReadonlyMap<string, T> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

/** Kong writes an empty list as `{}` towards older data planes. */
function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
