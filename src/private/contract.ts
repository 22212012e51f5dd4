/**
 * Facts that both halves rely on: the constructs write them into manifests, the gateway reads them.
 * Imports nothing. A change here breaks running stacks: a test pins the values.
 */

/** Major version of Node.js that the image, the Lambda functions and the bundles are made for. */
export const NODE_MAJOR = 24;

/** Tag of what a custom resource makes outside of its stack: the id of the stack. */
export const OWNER_TAG = 'hybridge:stack';

/** Name of the packaged image in registries and asset names. */
export const IMAGE_NAME = 'hybridge';

/** TCP ports that nodes listen on. */
export const PORTS = {
  /** Traffic of consumers, plain HTTP. */
  proxy: 8000,
  /** Traffic of consumers, TLS. */
  proxyTls: 8443,
  /** Admin API, plain HTTP. */
  admin: 8001,
  /** Admin API, TLS. */
  adminTls: 8444,
  /** Tunnel for configuration (mTLS, WebSocket). */
  cluster: 8005,
  /** Tunnel for telemetry (mTLS, WebSocket). */
  telemetry: 8006,
  /** Status API: probes and metrics. */
  status: 8100,
} as const;

/** Values of `KONG_ROLE` that constructs set. */
export const ROLES = {
  controlPlane: 'control_plane',
  dataPlane: 'data_plane',
} as const;

/** Values of `KONG_DATABASE` that constructs set. */
export const DATABASES = {
  postgres: 'postgres',
  mysql: 'mysql',
  off: 'off',
} as const;

/** Environment variables that constructs set and nodes read. */
export const ENV = {
  role: 'KONG_ROLE',
  database: 'KONG_DATABASE',
  prefix: 'KONG_PREFIX',
  proxyListen: 'KONG_PROXY_LISTEN',
  streamListen: 'KONG_STREAM_LISTEN',
  workers: 'KONG_NGINX_WORKER_PROCESSES',
  mainWorkers: 'KONG_NGINX_MAIN_WORKER_PROCESSES',
  adminListen: 'KONG_ADMIN_LISTEN',
  /** Lets everyone who reaches the Admin API use it. */
  adminInsecure: 'HYBRIDGE_ADMIN_INSECURE',
  statusListen: 'KONG_STATUS_LISTEN',
  clusterListen: 'KONG_CLUSTER_LISTEN',
  clusterTelemetryListen: 'KONG_CLUSTER_TELEMETRY_LISTEN',
  clusterControlPlane: 'KONG_CLUSTER_CONTROL_PLANE',
  clusterServerName: 'KONG_CLUSTER_SERVER_NAME',
  clusterTelemetryEndpoint: 'KONG_CLUSTER_TELEMETRY_ENDPOINT',
  clusterTelemetryServerName: 'KONG_CLUSTER_TELEMETRY_SERVER_NAME',
  clusterMtls: 'KONG_CLUSTER_MTLS',
  clusterCert: 'KONG_CLUSTER_CERT',
  clusterCertKey: 'KONG_CLUSTER_CERT_KEY',
  clusterCaCert: 'KONG_CLUSTER_CA_CERT',
  /** Path of further certificates that the other end may hold with `shared`. */
  clusterAcceptedCerts: 'HYBRIDGE_CLUSTER_ACCEPTED_CERTS',
  /** Path of the revocation list of a control plane. */
  clusterRevokedFile: 'HYBRIDGE_CLUSTER_REVOKED_FILE',
  clusterDpLabels: 'KONG_CLUSTER_DP_LABELS',
  fallbackExport: 'KONG_CLUSTER_FALLBACK_CONFIG_EXPORT',
  fallbackImport: 'KONG_CLUSTER_FALLBACK_CONFIG_IMPORT',
  fallbackStorage: 'KONG_CLUSTER_FALLBACK_CONFIG_STORAGE',
  region: 'AWS_REGION',
  trustedCertificate: 'KONG_LUA_SSL_TRUSTED_CERTIFICATE',
  /** Certificate that data planes show to consumers. */
  sslCert: 'KONG_SSL_CERT',
  sslCertKey: 'KONG_SSL_CERT_KEY',
  /** Senders whose X-Forwarded-* headers are believed. */
  trustedIps: 'KONG_TRUSTED_IPS',
  pgHost: 'KONG_PG_HOST',
  pgPort: 'KONG_PG_PORT',
  pgDatabase: 'KONG_PG_DATABASE',
  pgUser: 'KONG_PG_USER',
  pgPassword: 'KONG_PG_PASSWORD',
  /** Path of a file that holds the password, so that it never is an environment variable. */
  pgPasswordFile: 'HYBRIDGE_PG_PASSWORD_FILE',
  pgSsl: 'KONG_PG_SSL',
  pgSslVerify: 'KONG_PG_SSL_VERIFY',
  /** Tokens of IAM in place of a password. */
  pgIamAuth: 'KONG_PG_IAM_AUTH',
  mysqlHost: 'HYBRIDGE_MYSQL_HOST',
  mysqlPort: 'HYBRIDGE_MYSQL_PORT',
  mysqlDatabase: 'HYBRIDGE_MYSQL_DATABASE',
  mysqlUser: 'HYBRIDGE_MYSQL_USER',
  mysqlPasswordFile: 'HYBRIDGE_MYSQL_PASSWORD_FILE',
  mysqlSsl: 'HYBRIDGE_MYSQL_SSL',
  mysqlSslVerify: 'HYBRIDGE_MYSQL_SSL_VERIFY',
  mysqlIamAuth: 'HYBRIDGE_MYSQL_IAM_AUTH',
  /** Path of a file with the key of secrets in the history. */
  historyKeyFile: 'HYBRIDGE_HISTORY_KEY_FILE',
  historyRevisions: 'HYBRIDGE_HISTORY_REVISIONS',
  historyDays: 'HYBRIDGE_HISTORY_DAYS',
  /** Seconds that a node keeps serving after a stop signal. */
  drainSeconds: 'HYBRIDGE_DRAIN_SECONDS',
} as const;

/** Absolute paths inside the image. */
export const PATHS = {
  /** Where the bundles lie. */
  application: '/opt/hybridge',
  /** The only writable folder of a node other than /tmp: configuration cache, node id, embedded database. */
  prefix: '/var/lib/hybridge',
  /** Certificate and key of the tunnel, mounted from a Secret of type kubernetes.io/tls. */
  clusterCertificate: '/etc/hybridge/cluster',
  /** Certificate and key that data planes show to consumers, mounted from a Secret of type kubernetes.io/tls. */
  proxyCertificate: '/etc/hybridge/proxy-tls',
  /** Revocation list of the control plane, mounted from a ConfigMap. */
  revokedCertificates: '/etc/hybridge/revoked',
  /** Credentials of the control plane's database, mounted from a Secret. */
  databaseCredentials: '/etc/hybridge/database',
  /** Key of secrets in the history of the control plane, mounted from a Secret. */
  historyKey: '/etc/hybridge/history',
  /** Extra certificate authorities. */
  certificateAuthorities: '/etc/hybridge/ca',
  /** Issuer, client id and client secret of the identity provider and the key of sessions, mounted from a Secret: one file each. */
  identityCredentials: '/etc/hybridge/identity',
  /** Password of the cache that planes share, mounted from a Secret. */
  cacheCredentials: '/etc/hybridge/cache',
  /** Token that logs are sent with, mounted from a Secret. */
  logCredentials: '/etc/hybridge/logs',
  /** Secrets that a user gives to a plane by name: the folder of each holds one file. */
  namedSecrets: '/etc/hybridge/secrets',
} as const;

/** Paths of the status API. */
export const STATUS_PATHS = {
  live: '/status',
  ready: '/status/ready',
  configuration: '/status/configuration',
  metrics: '/metrics',
} as const;

/**
 * Message and field of the line that a data plane logs each minute while it does not serve the newest configuration, or not all of it, and
 * that a control plane logs while connected data planes do not. Metric filters find it; the field is the number of data planes.
 */
export const DEGRADED_LINE = { message: 'data planes do not serve the whole configuration', count: 'data_planes' } as const;

/** Name of the fallback configuration below its prefix or folder: versions of the gateway differ in what they know. */
export const FALLBACK_OBJECT = '3.9.1/config';

/** User and group that the image runs as; above 10000, so that no user of a host has it. */
export const RUN_AS = { user: 10001, group: 10001 } as const;

/** The name that data planes check in the shared tunnel certificate (`KONG_CLUSTER_MTLS=shared`). */
export const SHARED_TUNNEL_SERVER_NAME = 'kong_clustering';

/** Seconds that a node keeps serving after a stop signal, so that load balancers notice first. */
export const DRAIN_SECONDS = 15;

/** File names of the artefacts in the image. */
export const ARTEFACTS = {
  /** Chooses the role by KONG_ROLE. */
  start: 'start.mjs',
  controlPlane: 'control-plane.mjs',
  dataPlane: 'data-plane.mjs',
  singleNode: 'single-node.mjs',
  /** One of several processes of a node that proxy: a node starts it. */
  worker: 'worker.mjs',
  /** The thread of a node without a database that reads its configurations. */
  declarativeReader: 'declarative-reader.mjs',
  /** Brings the database's schema up to date and ends. */
  migrate: 'migrate.mjs',
  /** Writes a declarative configuration through the Admin API, waits for the data planes and ends. */
  applyConfiguration: 'apply-configuration.mjs',
} as const;
