/** Which connections of the pool are used again; and a server on loopback that says what a test needs. */
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import type { PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { uncaughtErrors } from '../../../test/fixtures/uncaught-errors.ts';
import { STORE_KINDS } from '../../../test/setup/stores.ts';
import { clientConfig } from './connection.ts';
import type { PostgresConnection } from './connection.ts';
import { openPool } from './pool.ts';

/** Messages of PostgreSQL's protocol: a letter, a length of four bytes that counts itself, the content. */
function message(letter: string, content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(letter), length, Buffer.from(content, 'latin1')]);
}

const AUTHENTICATED = message('R', '\0\0\0\0');
const READY = message('Z', 'I');
const SHUTTING_DOWN = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

let server: Server | undefined;
afterEach(() => void server?.close());

it('a connection that the server ends in the moment in which it is ready fails as an outage, and does not end the process', async () => {
  server = createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, SHUTTING_DOWN])));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = { host: '127.0.0.1', port, user: 'u', database: 'd', ssl: false, sslVerify: false, timeoutMs: 5_000 };
  const failures: unknown[] = [];
  const pool = openPool(connection, clientConfig(connection), { failed: (error) => void failures.push(error), answered: () => undefined });
  const client = await pool.connect();
  await expect(client.query('select 1', [])).rejects.toThrow(`cannot use PostgreSQL at 127.0.0.1:${port}`);
  expect(failures).toHaveLength(1);
  client.release();
  await pool.end();
});

/** A busy machine may take long over what needs milliseconds. */
const WITHIN = { timeout: 10_000 };

describe.skipIf(!inject('postgres'))('the pool of connections to PostgreSQL', () => {
  const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
  const uncaught = uncaughtErrors();
  let connection: PostgresConnection;
  let pool: ReturnType<typeof openPool>;
  let failed: unknown[];
  let answered: number;
  beforeEach(async () => {
    ({ connection } = await newPlace() as { readonly connection: PostgresConnection });
    [failed, answered] = [[], 0];
    pool = openPool(connection, clientConfig(connection), { failed: (error) => failed.push(error), answered: () => { answered += 1; } });
  });
  afterEach(async () => {
    clients.forEach((client) => client.release());
    clients.clear();
    await pool.end();
  });
  /** Clients that are in use. */
  const clients = new Set<PostgresPoolClient>();
  const connect = async () => {
    const client = await pool.connect();
    clients.add(client);
    return client;
  };
  const release = (client: PostgresPoolClient, destroy?: boolean) => {
    clients.delete(client);
    (client.release as (destroy?: boolean) => void)(destroy);
  };
  const pidOf = async (client: PostgresPoolClient) => (
    (await client.query<{ readonly pid: number }>('select pg_backend_pid() as pid', [])).rows[0]!.pid);
  const nextPid = async () => {
    const client = await connect();
    try {
      return await pidOf(client);
    } finally {
      release(client);
    }
  };
  /** Ends a connection from outside, and waits until the server has forgotten it. */
  const terminate = async (pid: number) => {
    const other = new pg.Client(clientConfig(connection));
    await other.connect();
    await other.query('select pg_terminate_backend($1)', [pid]);
    await expect.poll(async () => (await other.query('select pid from pg_stat_activity where pid = $1', [pid])).rowCount, WITHIN).toBe(0);
    await other.end();
  };

  it('has ten connections at most, and closes those that were idle for 30 seconds', () => {
    expect(pool.options).toMatchObject({ max: 10, idleTimeoutMillis: 30_000 });
  });

  it('passes parameters, and reports each statement that was answered', async () => {
    const client = await connect();
    expect((await client.query('select $1::text as value', ['x'])).rows).toEqual([{ value: 'x' }]);
    expect([answered, failed]).toEqual([1, []]);
    release(client);
  });

  it.each([[undefined, true], [false, true], [true, false]])('with release(%s) uses the connection again: %s', async (destroy, isSame) => {
    const client = await connect();
    const pid = await pidOf(client);
    release(client, destroy);
    expect(await nextPid() === pid).toBe(isSame);
  });

  it('uses a connection again after an error of a statement', async () => {
    const client = await connect();
    const pid = await pidOf(client);
    await expect(client.query('select 1 / 0', [])).rejects.toMatchObject({ code: '22012' });
    release(client);
    expect([await nextPid(), failed]).toEqual([pid, []]);
  });

  it('does not use a connection again after an outage, even when the connection still works', async () => {
    const client = await connect();
    const pid = await pidOf(client);
    await client.query('set statement_timeout = 1', []);
    const error = { code: 'database-unavailable', cause: { code: '57014' } };
    await expect(client.query('select pg_sleep(60)', [])).rejects.toMatchObject(error);
    expect(failed).toMatchObject([error]);
    release(client);
    expect(await nextPid()).not.toBe(pid);
  });

  it('survives the loss of a connection between two statements, which the next one reports', async () => {
    const client = await connect();
    const pid = await pidOf(client);
    await terminate(pid);
    await expect(client.query('select 1', [])).rejects.toMatchObject({ code: 'database-unavailable' });
    release(client);
    expect(await nextPid()).not.toBe(pid);
    expect(uncaught).toEqual([]);
  });

  it('survives the loss of an idle connection, and makes another', async () => {
    const pid = await nextPid();
    await terminate(pid);
    await expect.poll(() => nextPid().catch(() => pid), WITHIN).not.toBe(pid);
    expect(uncaught).toEqual([]);
  });
});
