/** How to reach a PostgreSQL server, and what the driver is given for it. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';

import type { Secret } from '../../base/secret.ts';

export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  /** File that contains the password. It is read for each connection, so that the password can change. Takes precedence over `password`. */
  readonly passwordFile?: string;
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
  const { timeoutMs, schema, passwordFile } = connection;
  return {
    host: connection.host,
    port: connection.port,
    database: connection.database,
    user: connection.user,
    password: passwordFile === undefined ? connection.password?.reveal() : () => passwordIn(passwordFile),
    ssl: connection.ssl && { rejectUnauthorized: connection.sslVerify, ca: connection.authorities && [...connection.authorities] },
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'hybridge',
    options: schema === undefined ? undefined : `-c search_path=${schema}`,
    types: { getTypeParser },
  };
}

/** Without the end of its line, which editors add. */
async function passwordIn(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

/** 64-bit numbers as numbers: revisions and times stay below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) => (
  oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format));
