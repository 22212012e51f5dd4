/** Settings of where the configuration is stored. */
import { readFileSync } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import { SettingProblem } from '../setting-problem.ts';
import { derived, optional, refused, setting, warns } from '../setting.ts';
import type { SettingReader, WithoutEffect } from '../setting.ts';
import { decimal, integer, list, onOff, oneOf, path, size, text } from '../value-kinds.ts';
import { ROLE } from './node.ts';

export const DATABASE_NAME = optional('KONG_DATABASE', oneOf('embedded', 'postgres', 'mysql', 'off'),
  'Where the configuration is stored. Default: `embedded` (SQLite in the working directory), `off` for a data plane. Kong\'s default is '
    + '`postgres`.');

export const DATABASE = derived([DATABASE_NAME, ROLE], (reader) => (
  reader.value(DATABASE_NAME) ?? (reader.value(ROLE) === 'data_plane' ? 'off' as const : 'embedded' as const)));

interface LoginNames {
  readonly password: string;
  readonly passwordFile: string;
  readonly iamAuth: string;
  readonly ssl: string;
  readonly sslVerify: string;
  readonly verifies: 'on' | 'off';
  /** Kind of database, as people know it. */
  readonly of: string;
}

/** What opens a connection: a password, a file that contains it, or tokens of RDS. */
function login(names: LoginNames) {
  const password = optional(names.password, text, `${names.of}: password.`, true);
  const passwordFile = optional(names.passwordFile, path,
    `${names.of}: path of a file with the password, read again for each connection. Excludes ${names.password}.`);
  const ssl = setting(names.ssl, onOff, 'off', `${names.of}: use TLS.`);
  const sslVerify = setting(names.sslVerify, onOff, names.verifies,
    `${names.of}: verify its certificate and host name against KONG_LUA_SSL_TRUSTED_CERTIFICATE.`);
  const iamAuth = setting(names.iamAuth, onOff, 'off',
    `${names.of}: log in with IAM, to a database on RDS or Aurora. Each connection has a token in place of a password, signed with `
      + `the node's credentials of AWS. Needs ${names.ssl} and ${names.sslVerify}.`);
  return {
    password: derived([password, passwordFile, iamAuth, ssl, sslVerify], (reader) => {
      if (reader.value(iamAuth)) requireTls(reader);
      return readPassword(reader);
    }),
    passwordFile, ssl, sslVerify, iamAuth,
  } as const;

  function requireTls(reader: SettingReader): void {
    const off = [ssl, sslVerify].find((each) => !reader.value(each));
    if (off) throw new SettingProblem(`${iamAuth.name} is on and ${off.name} is off: a token is sent over TLS only, to a verified server`);
    const given = [password, passwordFile].find((each) => reader.given(each));
    if (given) throw new SettingProblem(`${iamAuth.name} is on and ${given.name} is set: keep one of them`);
  }

  function readPassword(reader: SettingReader): Secret | undefined {
    const [plain, file] = [reader.given(password), reader.given(passwordFile)];
    if (plain && file) throw new SettingProblem(`${plain.name} and ${file.name} are both set: keep the file, or the password`);
    if (file === undefined) return plain && new Secret(plain.text);
    try {
      return new Secret(readFileSync(file.text, 'utf8').replace(/\r?\n$/, ''));
    } catch (error) {
      throw new SettingProblem(`${file.name}: cannot read ${file.text}: ${messageOf(error)}`);
    }
  }
}

export const POSTGRES = {
  host: setting('KONG_PG_HOST', text, '127.0.0.1', 'PostgreSQL: host.'),
  port: setting('KONG_PG_PORT', integer(1, 65535), '5432', 'PostgreSQL: port.'),
  database: setting('KONG_PG_DATABASE', text, 'kong', 'PostgreSQL: database.'),
  user: setting('KONG_PG_USER', text, 'kong', 'PostgreSQL: user.'),
  ...login({
    password: 'KONG_PG_PASSWORD', passwordFile: 'HYBRIDGE_PG_PASSWORD_FILE', iamAuth: 'KONG_PG_IAM_AUTH',
    ssl: 'KONG_PG_SSL', sslVerify: 'KONG_PG_SSL_VERIFY', verifies: 'off', of: 'PostgreSQL',
  }),
  schema: optional('KONG_PG_SCHEMA', text, 'PostgreSQL: schema. Default: the user\'s.'),
  timeoutMs: setting('KONG_PG_TIMEOUT', integer(1, 600_000), '5000', 'PostgreSQL: milliseconds to wait for a connection or an answer.'),
} as const;

/** Kong has none of these: its database is PostgreSQL. */
export const MYSQL = {
  host: setting('HYBRIDGE_MYSQL_HOST', text, '127.0.0.1', 'MySQL or MariaDB: host.'),
  port: setting('HYBRIDGE_MYSQL_PORT', integer(1, 65535), '3306', 'MySQL or MariaDB: port.'),
  database: setting('HYBRIDGE_MYSQL_DATABASE', text, 'kong', 'MySQL or MariaDB: database.'),
  user: setting('HYBRIDGE_MYSQL_USER', text, 'kong', 'MySQL or MariaDB: user.'),
  ...login({
    password: 'HYBRIDGE_MYSQL_PASSWORD', passwordFile: 'HYBRIDGE_MYSQL_PASSWORD_FILE', iamAuth: 'HYBRIDGE_MYSQL_IAM_AUTH',
    ssl: 'HYBRIDGE_MYSQL_SSL', sslVerify: 'HYBRIDGE_MYSQL_SSL_VERIFY', verifies: 'on', of: 'MySQL or MariaDB',
  }),
  timeoutMs: setting('HYBRIDGE_MYSQL_TIMEOUT', integer(1, 600_000), '5000',
    'MySQL or MariaDB: milliseconds to wait for a connection or an answer.'),
  pollMs: setting('HYBRIDGE_MYSQL_POLL', integer(10, 60_000), '50',
    'MySQL or MariaDB: milliseconds between looks for changes by other nodes, in place of KONG_DB_UPDATE_FREQUENCY.'),
} as const;

export const DB_UPDATE_FREQUENCY = setting('KONG_DB_UPDATE_FREQUENCY', integer(1, 3600), '5',
  'Seconds between polls of the database for changes by other nodes.');

const DECLARATIVE_FILE = optional('KONG_DECLARATIVE_CONFIG', path,
  'Path of a declarative file (JSON or YAML) to start from, with `KONG_DATABASE=off`.');

const DECLARATIVE_STRING = optional('KONG_DECLARATIVE_CONFIG_STRING', text,
  'The declarative configuration itself, in place of KONG_DECLARATIVE_CONFIG.', true);

/** Where a node without a store has its configuration from. */
export const DECLARATIVE_CONFIG = derived([DECLARATIVE_FILE, DECLARATIVE_STRING], readDeclarativeConfig);

function readDeclarativeConfig(reader: SettingReader): { readonly file: string } | { readonly text: string } | undefined {
  const [file, string] = [reader.value(DECLARATIVE_FILE), reader.value(DECLARATIVE_STRING)];
  if (file !== undefined && string !== undefined) {
    throw new SettingProblem(`${DECLARATIVE_FILE.name} and ${DECLARATIVE_STRING.name} are both set: keep one of them`);
  }
  if (file !== undefined) return { file };
  return string === undefined ? undefined : { text: string };
}

const PRIMARY_ONLY = 'reads go to KONG_PG_HOST, like writes';

const NO_ENTITY_CACHE = 'a node keeps the whole configuration in memory, and no other cache of the database';

export const DATABASE_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  refused('KONG_PG_SSL_REQUIRED', onOff,
    'not implemented, the node would connect without TLS; set KONG_PG_SSL=on, with which it never connects without TLS',
    { default: 'off' }),
  warns('KONG_PG_SSL_VERSION', text, 'TLS 1.2 or 1.3, whichever the server prefers', { default: 'tlsv1_2' }),
  warns('KONG_PG_SSL_CERT', text, 'no client certificate is presented to PostgreSQL'),
  warns('KONG_PG_SSL_CERT_KEY', text, 'no client certificate is presented to PostgreSQL', { secret: true }),
  warns('KONG_PG_MAX_CONCURRENT_QUERIES', integer(0), 'a control plane opens at most 10 connections', { default: '0' }),
  warns('KONG_PG_SEMAPHORE_TIMEOUT', integer(0), 'a query waits for a free connection as long as KONG_PG_TIMEOUT', { default: '60000' }),
  warns('KONG_PG_KEEPALIVE_TIMEOUT', integer(0), 'idle connections are closed after 30 seconds'),
  warns('KONG_PG_POOL_SIZE', integer(0), 'a control plane opens at most 10 connections'),
  warns('KONG_PG_BACKLOG', integer(0), 'queries wait for a free connection, without a limit of their number'),
  warns('KONG_PG_RO_PASSWORD', text, PRIMARY_ONLY, { secret: true }),
  warns('KONG_PG_RO_*', text, PRIMARY_ONLY),
  warns('KONG_CASSANDRA_*', text, 'Cassandra is not supported, as in Kong since 3.4; set KONG_DATABASE', { secret: true }),
  warns('KONG_DB_UPDATE_PROPAGATION', decimal(0), 'changes are exported as soon as they are seen', { default: '0' }),
  warns('KONG_DB_CACHE_TTL', integer(0), NO_ENTITY_CACHE, { default: '0' }),
  warns('KONG_DB_CACHE_NEG_TTL', integer(0), NO_ENTITY_CACHE),
  warns('KONG_DB_RESURRECT_TTL', integer(0), NO_ENTITY_CACHE, { default: '30' }),
  warns('KONG_DB_CACHE_WARMUP_ENTITIES', list, NO_ENTITY_CACHE, { default: 'services' }),
  warns('KONG_LMDB_ENVIRONMENT_PATH', path, 'the configuration cache is a file in KONG_PREFIX', { default: 'dbless.lmdb' }),
  warns('KONG_LMDB_MAP_SIZE', size, 'the configuration cache is a file, without a limit of its own', { default: '2048m' }),
];
