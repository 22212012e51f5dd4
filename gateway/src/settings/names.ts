/**
 * Every setting this gateway reads, once: name, kind, default, meaning. Types, messages and docs/reference/settings.md come from here.
 * Names and defaults are Kong Gateway 3.9's; where a default differs, its description says so.
 */
import { listeners } from './listeners.ts';
import { endpoint, endpoints, integer, labels, list, logLevel, networks, onOff, oneOf, path, text, uuid } from './value-kinds.ts';
import type { ValueKind } from './value-kinds.ts';

export interface SettingDefinition<T> {
  /** The whole environment variable. */
  readonly name: string;
  readonly kind: ValueKind<T>;
  /** What the setting has when it is not given, as text; `undefined`: nothing. */
  readonly default: string | undefined;
  readonly description: string;
  /** Never printed. */
  readonly secret?: boolean;
}

function setting<T>(name: string, kind: ValueKind<T>, fallback: string | undefined, description: string, secret = false): SettingDefinition<T> {
  return { name, kind, default: fallback, description, ...secret && { secret } };
}

const MATERIAL = 'a path of a PEM file, the PEM itself, or base64 of it';
const material: ValueKind<string> = { expected: MATERIAL, parse: (value) => value };

export const SETTINGS = {
  role: setting('KONG_ROLE', oneOf('traditional', 'control_plane', 'data_plane'), 'traditional',
    'What this node is: both planes in one process, or one of them.'),
  database: setting('KONG_DATABASE', oneOf('embedded', 'postgres', 'off'), undefined,
    'Where the configuration is kept. Default: `embedded` (SQLite in the working directory), `off` for a data plane. Kong\'s default is `postgres`.'),
  prefix: setting('KONG_PREFIX', path, '.hybridge',
    'Working directory: node id, embedded database, configuration cache. Made if it does not exist. The image sets its own.'),
  nodeId: setting('KONG_NODE_ID', uuid, undefined, 'Identity of this node. Default: made once and kept in the working directory.'),
  logLevel: setting('KONG_LOG_LEVEL', logLevel, 'notice', 'Least severe level that is logged.'),

  proxyListen: setting('KONG_PROXY_LISTEN', listeners, '0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 ssl reuseport backlog=16384',
    'Where consumers reach the proxy; a control plane opens none of it.'),
  adminListen: setting('KONG_ADMIN_LISTEN', listeners, '127.0.0.1:8001', 'Where the Admin API listens; a data plane opens none of it.'),
  statusListen: setting('KONG_STATUS_LISTEN', listeners, '127.0.0.1:8007', 'Where the status API listens: probes and metrics.'),
  clusterListen: setting('KONG_CLUSTER_LISTEN', listeners, '0.0.0.0:8005', 'Tunnel for configuration; always mTLS. Control planes only.'),
  clusterTelemetryListen: setting('KONG_CLUSTER_TELEMETRY_LISTEN', listeners, '0.0.0.0:8006', 'Tunnel for telemetry; always mTLS. Control planes only.'),

  clusterControlPlane: setting('KONG_CLUSTER_CONTROL_PLANE', endpoints, '127.0.0.1:8005',
    'Where a data plane gets its configuration. Several addresses may be given; they are tried in turn.'),
  clusterServerName: setting('KONG_CLUSTER_SERVER_NAME', text, undefined,
    'Name to ask for and to verify in the control plane\'s certificate with `pki`. Default: the host of the address.'),
  clusterTelemetryEndpoint: setting('KONG_CLUSTER_TELEMETRY_ENDPOINT', endpoint, undefined, 'Where a data plane sends telemetry. Default: nowhere.'),
  clusterTelemetryServerName: setting('KONG_CLUSTER_TELEMETRY_SERVER_NAME', text, undefined, 'The same as KONG_CLUSTER_SERVER_NAME, for telemetry.'),
  clusterMtls: setting('KONG_CLUSTER_MTLS', oneOf('shared', 'pki', 'pki_check_cn'), 'shared',
    'How both ends of a tunnel know each other: one certificate for all, or certificates of one authority; with `pki_check_cn` the control plane looks at common names, too.'),
  clusterCert: setting('KONG_CLUSTER_CERT', material, undefined, 'Certificate of this node in tunnels.'),
  clusterCertKey: setting('KONG_CLUSTER_CERT_KEY', material, undefined, 'Its key.', true),
  clusterCaCert: setting('KONG_CLUSTER_CA_CERT', material, undefined, 'Authority of the certificates of the other end, with `pki`.'),
  clusterAcceptedCerts: setting('HYBRIDGE_CLUSTER_ACCEPTED_CERTS', material, undefined,
    'Further certificates that the other end may hold with `shared`, so that one can take the place of another.'),
  clusterAllowedCommonNames: setting('KONG_CLUSTER_ALLOWED_COMMON_NAMES', list, '',
    'Common names of data planes that a control plane lets in with `pki_check_cn`. Default: those of the parent domain of its own.'),
  clusterRevokedFile: setting('HYBRIDGE_CLUSTER_REVOKED_FILE', path, undefined,
    'With `pki`: file that names certificates which a control plane lets in no more, one a line: `cn:<common name>` or `serial:<hexadecimal>`.'),
  clusterDpLabels: setting('KONG_CLUSTER_DP_LABELS', labels, '', 'Labels of a data plane, shown by the control plane: `key:value,…`.'),
  clusterMaxPayload: setting('KONG_CLUSTER_MAX_PAYLOAD', integer(4_194_304), '16777216', 'Largest message in a tunnel, in bytes, compressed.'),
  clusterDataPlanePurgeDelay: setting('KONG_CLUSTER_DATA_PLANE_PURGE_DELAY', integer(60), '1209600',
    'Seconds after which a control plane forgets a silent data plane.'),
  trustedCertificate: setting('KONG_LUA_SSL_TRUSTED_CERTIFICATE', list, 'system',
    'Authorities that this node trusts when it connects: `system`, paths of PEM files, separated by commas.'),

  pgHost: setting('KONG_PG_HOST', text, '127.0.0.1', 'PostgreSQL: host.'),
  pgPort: setting('KONG_PG_PORT', integer(1, 65535), '5432', 'PostgreSQL: port.'),
  pgDatabase: setting('KONG_PG_DATABASE', text, 'kong', 'PostgreSQL: database.'),
  pgUser: setting('KONG_PG_USER', text, 'kong', 'PostgreSQL: user.'),
  pgPassword: setting('KONG_PG_PASSWORD', text, undefined, 'PostgreSQL: password.', true),
  pgPasswordFile: setting('HYBRIDGE_PG_PASSWORD_FILE', path, undefined, 'PostgreSQL: file that holds the password. Excludes KONG_PG_PASSWORD.'),
  pgSchema: setting('KONG_PG_SCHEMA', text, undefined, 'PostgreSQL: schema. Default: the user\'s.'),
  pgSsl: setting('KONG_PG_SSL', onOff, 'off', 'PostgreSQL: use TLS.'),
  pgSslVerify: setting('KONG_PG_SSL_VERIFY', onOff, 'off', 'PostgreSQL: verify its certificate against KONG_LUA_SSL_TRUSTED_CERTIFICATE.'),
  pgTimeout: setting('KONG_PG_TIMEOUT', integer(1, 600_000), '5000', 'PostgreSQL: milliseconds to wait for a connection or an answer.'),

  declarativeConfig: setting('KONG_DECLARATIVE_CONFIG', path, undefined, 'With KONG_DATABASE=off: a declarative file (JSON or YAML) to start from.'),
  dbUpdateFrequency: setting('KONG_DB_UPDATE_FREQUENCY', integer(1, 3600), '5', 'Seconds between looks at the database for changes of other nodes.'),
  upstreamKeepalivePoolSize: setting('KONG_UPSTREAM_KEEPALIVE_POOL_SIZE', integer(0), '512', 'Idle connections kept for each upstream address; 0: none.'),
  upstreamKeepaliveMaxRequests: setting('KONG_UPSTREAM_KEEPALIVE_MAX_REQUESTS', integer(0), '10000',
    'Requests after which an upstream connection is closed; 0: none.'),
  upstreamKeepaliveIdleTimeout: setting('KONG_UPSTREAM_KEEPALIVE_IDLE_TIMEOUT', integer(0), '60', 'Seconds that an idle upstream connection is kept.'),
  trustedIps: setting('KONG_TRUSTED_IPS', networks, '', 'Senders whose X-Forwarded-* headers are believed.'),
  vaultEnvPrefix: setting('KONG_VAULT_ENV_PREFIX', text, '', 'Put before the names of environment variables that references `{vault://env/name}` lead to, in settings and plugins.'),
  drainSeconds: setting('HYBRIDGE_DRAIN_SECONDS', integer(0, 3600), '0',
    'Seconds that a node keeps serving after SIGTERM, so that load balancers notice first. The manifests set it.'),

  sslCert: setting('KONG_SSL_CERT', material, undefined, 'Certificate of the proxy\'s `ssl` listeners. Default: self-signed, made once, in the working directory.'),
  sslCertKey: setting('KONG_SSL_CERT_KEY', material, undefined, 'Its key.', true),
  adminSslCert: setting('KONG_ADMIN_SSL_CERT', material, undefined, 'Certificate of the Admin API\'s `ssl` listeners. Default: as above.'),
  adminSslCertKey: setting('KONG_ADMIN_SSL_CERT_KEY', material, undefined, 'Its key.', true),
  statusSslCert: setting('KONG_STATUS_SSL_CERT', material, undefined, 'Certificate of the status API\'s `ssl` listeners. Default: as above.'),
  statusSslCertKey: setting('KONG_STATUS_SSL_CERT_KEY', material, undefined, 'Its key.', true),
} as const;

export type SettingKey = keyof typeof SETTINGS;

/** What the kind of a setting yields. */
export type SettingValue<K extends SettingKey> = typeof SETTINGS[K] extends SettingDefinition<infer T> ? T : never;
