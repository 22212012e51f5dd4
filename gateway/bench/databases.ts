/** Databases that scenarios start, and the settings of a node that uses them. */
import { MariaDbServer, runMysql } from '../test/setup/mariadb-server.ts';
import type { MariaDbAddress } from '../test/setup/mariadb-server.ts';
import { PostgresServer, createDatabase } from '../test/setup/postgres-server.ts';
import type { PostgresAddress } from '../test/setup/postgres-server.ts';

/** The empty database on each server. */
export const DATABASE = 'bench';

/** @returns nothing where the platform has no binaries of the server */
export async function onPostgres<T>(work: (address: PostgresAddress) => Promise<T>): Promise<T | undefined> {
  const server = await PostgresServer.start();
  if (!server) return undefined;
  try {
    await createDatabase(server.address, DATABASE);
    return await work(server.address);
  } finally {
    await server.remove();
  }
}

/** @returns nothing where the machine has no MariaDB */
export async function onMariaDb<T>(work: (address: MariaDbAddress) => Promise<T>): Promise<T | undefined> {
  const server = await MariaDbServer.start();
  if (!server) return undefined;
  try {
    await runMysql(server.address, `create database ${DATABASE}`);
    return await work(server.address);
  } finally {
    await server.remove();
  }
}

export function postgresSettings({ host, port, user }: PostgresAddress): Readonly<Record<string, string>> {
  return { KONG_DATABASE: 'postgres', KONG_PG_HOST: host, KONG_PG_PORT: String(port), KONG_PG_USER: user, KONG_PG_DATABASE: DATABASE };
}

export function mariaDbSettings({ host, port, user }: MariaDbAddress): Readonly<Record<string, string>> {
  return {
    KONG_DATABASE: 'mysql', HYBRIDGE_MYSQL_HOST: host, HYBRIDGE_MYSQL_PORT: String(port), HYBRIDGE_MYSQL_USER: user,
    HYBRIDGE_MYSQL_DATABASE: DATABASE,
  };
}
