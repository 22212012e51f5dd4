/** What programs of custom fields can look up of a stream. The same names as in Kong's development kit. */
import type { Globals } from '../model/lua/program.ts';
import type { LuaTable } from '../model/lua/values.ts';
import type { StreamExchange } from '../plugin-kit/stream-exchange.ts';
import { GENERAL_GLOBALS } from './lua-environment.ts';
import { shownEntity, workspaceOf } from './shown-entities.ts';
import { streamEntry } from './stream-entry.ts';

function kongLibrary(stream: StreamExchange): LuaTable {
  const { route, service, configuration } = stream;
  const workspace = workspaceOf(configuration);
  return {
    client: {
      get_ip: () => stream.remoteAddress,
      get_forwarded_ip: () => stream.clientIp,
      get_port: () => stream.remotePort,
      get_forwarded_port: () => stream.clientPort,
      get_protocol: () => stream.protocol,
    },
    router: {
      get_route: () => route && shownEntity(route.row, workspace) as LuaTable,
      get_service: () => service && shownEntity(service.row, workspace) as LuaTable,
    },
    log: { serialize: () => JSON.parse(JSON.stringify(streamEntry(stream))) as LuaTable },
    ctx: { shared: {}, plugin: {} },
  };
}

function nginxLibrary(stream: StreamExchange): LuaTable {
  const { startedAt, tls } = stream;
  return {
    status: stream.status,
    ctx: {},
    var: {
      remote_addr: stream.clientIp,
      remote_port: String(stream.clientPort),
      server_addr: stream.destinationIp,
      server_port: String(stream.destinationPort),
      protocol: stream.protocol === 'udp' ? 'UDP' : 'TCP',
      bytes_received: String(Math.max(stream.bytes.received, 0)),
      bytes_sent: String(stream.bytes.sent),
      session_time: String(Math.round(stream.sessionMs) / 1000),
      status: String(stream.status),
      ssl_server_name: stream.serverName,
      ssl_protocol: tls?.version,
      ssl_cipher: tls?.cipher,
    },
    now: () => startedAt / 1000,
    time: () => Math.floor(startedAt / 1000),
  };
}

export const STREAM_GLOBALS: Globals<StreamExchange> = (name) => {
  if (name === 'kong') return kongLibrary;
  if (name === 'ngx') return nginxLibrary;
  return GENERAL_GLOBALS(name);
};
