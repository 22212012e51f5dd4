/** What programs of custom fields can look up of a request. The same names as in Kong's development kit. */
import type { Globals } from '../model/lua/program.ts';
import type { LuaTable, LuaValue } from '../model/lua/values.ts';
import type { Exchange, HeaderLine } from '../plugin-kit/exchange.ts';
import { latenciesOf, logEntry, statusOf } from './log-entry.ts';
import { shownConsumer, shownEntity, workspaceOf } from './shown-entities.ts';

const text = (value: LuaValue): string => String(value);

function headerTable(lines: readonly HeaderLine[]): LuaTable {
  const groups = Map.groupBy(lines, ([name]) => name.toLowerCase());
  const valueOf = (values: readonly HeaderLine[]) => values.length === 1 ? values[0]![1] : values.map(([, value]) => value);
  return Object.fromEntries([...groups].map(([name, values]) => [name, valueOf(values)]));
}

function requestLibrary({ request, upstream, requestId }: Exchange): LuaTable {
  return {
    get_id: () => requestId,
    get_method: () => request.method,
    get_scheme: () => request.scheme,
    get_host: () => request.host,
    get_port: () => request.listenerPort,
    get_http_version: () => Number(request.httpVersion),
    get_path: () => request.path,
    get_raw_path: () => request.rawPath,
    get_raw_query: () => request.query,
    get_path_with_query: () => request.query === '' ? request.rawPath : `${request.rawPath}?${request.query}`,
    get_header: (name) => upstream.header(text(name)) ?? request.header(text(name).toLowerCase()),
    get_headers: () => headerTable(request.headerLines()),
    get_query_arg: (name) => {
      const found = request.queryArguments().find(([given]) => given === name);
      return found && (found[1] ?? true);
    },
    get_query: () => Object.fromEntries(request.queryArguments().map(([name, value]) => [name, value ?? true])),
  };
}

function responseLibrary(exchange: Exchange): LuaTable {
  const { response } = exchange;
  return {
    get_status: () => statusOf(exchange),
    get_header: (name) => response?.header(text(name)),
    get_headers: () => headerTable(response?.headerLines() ?? []),
    get_source: () => response?.source === 'upstream' ? 'service' : response?.source === 'plugin' ? 'exit' : 'error',
  };
}

function clientLibrary({ request, consumer, credential }: Exchange): LuaTable {
  return {
    get_ip: () => request.remoteAddress,
    get_forwarded_ip: () => request.clientIp,
    get_port: () => request.remotePort,
    get_consumer: () => consumer && shownConsumer(consumer.row) as LuaTable,
    get_credential: () => credential && { id: credential.id },
  };
}

function kongLibrary(exchange: Exchange): LuaTable {
  const { route, service, configuration, consumer } = exchange;
  const workspace = workspaceOf(configuration);
  return {
    request: requestLibrary(exchange),
    response: responseLibrary(exchange),
    client: clientLibrary(exchange),
    router: {
      get_route: () => route && shownEntity(route.row, workspace) as LuaTable,
      get_service: () => service && shownEntity(service.row, workspace) as LuaTable,
    },
    service: { response: { get_status: () => exchange.response?.source === 'upstream' ? statusOf(exchange) : undefined } },
    log: { serialize: () => JSON.parse(JSON.stringify(logEntry(exchange))) as LuaTable },
    ctx: { shared: {}, plugin: {} },
    consumer: consumer && shownConsumer(consumer.row) as LuaTable,
  };
}

function nginxLibrary(exchange: Exchange): LuaTable {
  const { request, timings } = exchange;
  const variable = (header: string) => `http_${header.toLowerCase().replaceAll('-', '_')}`;
  const headers = Object.fromEntries(request.headerLines().map(([name, value]) => [variable(name), value]));
  return {
    status: statusOf(exchange),
    ctx: {},
    var: {
      ...headers,
      kong_request_id: exchange.requestId,
      request_id: exchange.requestId,
      remote_addr: request.clientIp,
      remote_port: String(request.remotePort),
      request_method: request.method,
      request_uri: request.query === '' ? request.rawPath : `${request.rawPath}?${request.query}`,
      request_length: String(exchange.sizes.request),
      request_time: String(latenciesOf(exchange).request / 1000),
      bytes_sent: String(exchange.sizes.response),
      uri: request.path,
      args: request.query,
      host: request.host,
      scheme: request.scheme,
      status: String(statusOf(exchange)),
      server_port: String(request.listenerPort),
      ssl_protocol: request.tls?.version,
      ssl_cipher: request.tls?.cipher,
    },
    now: () => timings.startedAt / 1000,
    time: () => Math.floor(timings.startedAt / 1000),
  };
}

const FUNCTIONS: LuaTable = {
  tostring: (value) => value === undefined ? 'nil' : String(value),
  tonumber: (value) => {
    const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
    return Number.isNaN(number) ? undefined : number;
  },
  type: (value) => value === undefined ? 'nil' : typeof value === 'object' ? 'table' : typeof value,
};

const STRINGS: LuaTable = {
  lower: (value) => text(value).toLowerCase(), upper: (value) => text(value).toUpperCase(), len: (value) => Buffer.byteLength(text(value)),
};

export const LOG_GLOBALS: Globals<Exchange> = (name) => {
  if (name === 'kong') return kongLibrary;
  if (name === 'ngx') return nginxLibrary;
  return GENERAL_GLOBALS(name);
};

/** What has nothing to do with what is logged. */
export const GENERAL_GLOBALS: Globals<unknown> = (name) => {
  if (name === 'string') return () => STRINGS;
  return Object.hasOwn(FUNCTIONS, name) ? () => FUNCTIONS[name] : undefined;
};
