/** How to reach a PostgreSQL server, and what the driver is given for it. */
import pg from 'pg';

import { passwordsOf } from '../database-password.ts';
import type { DatabaseLogin } from '../database-password.ts';

export interface PostgresConnection extends DatabaseLogin {
  readonly database: string;
  /** Schema that contains the tables. @default - the first of the user's search path */
  readonly schema?: string;
  readonly ssl: boolean;
  /** Whether the server's certificate is verified. */
  readonly sslVerify: boolean;
  /** Authorities that verify it, as PEM. @default - those of the machine */
  readonly authorities?: readonly string[];
  /** Milliseconds to wait for a connection or an answer. */
  readonly timeoutMs: number;
}

export function clientConfig(connection: PostgresConnection): pg.ClientConfig {
  const { timeoutMs, schema, password, passwordFile, iamAuth } = connection;
  const isRead = iamAuth === true || passwordFile !== undefined;
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password: isRead ? passwordsOf(connection) as () => Promise<string> : password?.reveal(),
    ssl: connection.ssl && { rejectUnauthorized: connection.sslVerify, ca: connection.authorities && [...connection.authorities] },
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'hybridge',
    options: schema === undefined ? undefined : `-c search_path=${schema}`,
    types: { getTypeParser },
  };
}

/** 64-bit numbers as numbers: revisions and times stay below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => (
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format));
