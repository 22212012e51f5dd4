/** The settings as `GET /` shows them: `KONG_*` in lower case, without the prefix. Copied field by field, so that no secret is shown. */
import { adminListeners } from '../settings/admin-access.ts';
import type { Listener, Settings } from '../settings/settings.ts';

export function shownSettings(settings: Settings, plugins: readonly string[]): Readonly<Record<string, unknown>> {
  const { postgres, tunnel, listen } = settings;
  return {
    role: settings.role,
    // Clients of Kong distinguish `postgres` from `off` only; which database it really is, is none of their business.
    database: settings.database === 'off' ? 'off' : 'postgres',
    router_flavor: settings.routerFlavor,
    wasm: false,
    prefix: settings.prefix,
    log_level: settings.logLevel,
    plugins: settings.plugins,
    loaded_plugins: Object.fromEntries(plugins.map((name) => [name, true])),
    proxy_listeners: listen.proxy.map(shownListener),
    stream_listeners: listen.stream.length === 0 ? {} : listen.stream.map(shownListener),
    admin_listeners: adminListeners(settings).map(shownListener),
    status_listeners: listen.status.map(shownListener),
    cluster_listeners: listen.cluster.map(shownListener),
    cluster_mtls: tunnel.mode,
    cluster_data_plane_purge_delay: tunnel.purgeDelaySeconds,
    cluster_max_payload: tunnel.maxPayloadBytes,
    db_update_frequency: settings.dbUpdateFrequencySeconds,
    ...settings.database === 'postgres' && {
      pg_host: postgres.host, pg_port: postgres.port, pg_database: postgres.database, pg_user: postgres.user, pg_password: '******',
      pg_ssl: postgres.ssl, pg_ssl_verify: postgres.sslVerify,
    },
  };
}

function shownListener(listener: Listener): Readonly<Record<string, unknown>> {
  const { host, port, ssl, http2, udp = false, proxyProtocol, reusePort, backlog } = listener;
  const flags = [
    ssl && 'ssl', http2 && 'http2', udp && 'udp', proxyProtocol && 'proxy_protocol', reusePort && 'reuseport',
    backlog !== undefined && `backlog=${backlog}`,
  ];
  return {
    listener: [`${host}:${port}`, ...flags.filter((flag) => flag !== false)].join(' '),
    ip: host, port, ssl, http2, proxy_protocol: proxyProtocol, deferred: false, reuseport: reusePort, bind: false,
    ...backlog !== undefined && { [`backlog=${backlog}`]: true },
  };
}
