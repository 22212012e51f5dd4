/** How to reach a server of MySQL or MariaDB, what the driver is given for it, and what is set for each session. */
import type { ConnectionOptions } from 'mysql2';

import type { DatabaseLogin } from '../database-password.ts';

export interface MysqlConnection extends DatabaseLogin {
  readonly database: string;
  readonly ssl: boolean;
  /** Whether the server's certificate and its name are verified. */
  readonly sslVerify: boolean;
  /** Authorities that verify it, as PEM. @default - those of Node.js */
  readonly authorities?: readonly string[];
  /** Milliseconds to wait for a connection or an answer. */
  readonly timeoutMs: number;
}

export function driverConfig(connection: MysqlConnection, password: string | undefined): ConnectionOptions {
  const { ssl, sslVerify, authorities, timeoutMs, iamAuth } = connection;
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password,
    ssl: ssl ? {
      rejectUnauthorized: sslVerify, verifyIdentity: sslVerify, minVersion: 'TLSv1.2', ca: authorities && [...authorities],
    } : undefined,
    // A token of RDS is sent as it is. No server gets it, nor a password, without TLS.
    enableCleartextPlugin: ssl && iamAuth === true,
    connectTimeout: timeoutMs,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
    // A file of this node is none of the server's business.
    flags: ['-LOCAL_FILES'],
    connectAttributes: { program_name: 'hybridge' },
    // 64-bit numbers as numbers: revisions and times stay below 2^53. Texts are JSON or names; nothing is a date.
    supportBigNumbers: true,
    bigNumberStrings: false,
    dateStrings: true,
    multipleStatements: false,
  };
}

/**
 * What every session has, whatever the defaults of the server are. Each statement sees what was committed before it: one that waited for
 * another writer must see what that one wrote. Backslashes escape in texts, as the driver assumes. A transaction that waits for a lock
 * may try three times in the time that an answer may take.
 */
export function sessionSettings({ timeoutMs }: MysqlConnection): readonly string[] {
  const settings = {
    sql_mode: "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", time_zone: "'+00:00'", autocommit: 1, foreign_key_checks: 1, unique_checks: 1,
    default_storage_engine: 'InnoDB', innodb_lock_wait_timeout: Math.max(1, Math.floor(timeoutMs / 3000)),
  };
  return [
    'set session transaction isolation level read committed',
    `set ${Object.entries(settings).map(([name, value]) => `session ${name} = ${value}`).join(', ')}`,
  ];
}
