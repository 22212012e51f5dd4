import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { NO_REDIS, startRedis } from '../../test/fixtures/redis-server.ts';
import type { RedisServer } from '../../test/fixtures/redis-server.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { SILENT } from '../base/log.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import type { RedisSettings } from '../plugin-kit/services.ts';
import { RedisConnections } from './redis-connections.ts';

const PLAIN: Omit<RedisSettings, 'port'> = {
  host: '127.0.0.1', connectTimeoutMs: 5000, commandTimeoutMs: 5000, username: undefined, password: undefined, database: 0, tls: undefined,
};

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function connections(authorities: readonly string[] = []): RedisConnections {
  return new RedisConnections({ log: SILENT, clock: SYSTEM_CLOCK, authorities });
}

function opened(settings: Partial<RedisSettings> & { readonly port: number }, redis = connections()) {
  const connection = redis.open({ ...PLAIN, ...settings });
  closing.push(() => connection.close());
  return connection;
}

/** A server that is no Redis. */
async function strangeServer(answer: (socket: Socket) => void): Promise<{ readonly port: number; connections: number }> {
  const state = { port: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    state.connections += 1;
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => answer(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  state.port = (server.address() as AddressInfo).port;
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return state;
}

describe.skipIf(NO_REDIS !== undefined)(`connections to Redis${NO_REDIS === undefined ? '' : `: ${NO_REDIS}`}`, () => {
  let redis: RedisServer;
  let guarded: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
    guarded = await startRedis({ password: 'rpw', users: { reader: 'secret' } });
  });
  afterAll(async () => {
    await redis.stop();
    await guarded.stop();
  });

  it('send commands and give answers, as texts and as bytes', async () => {
    const connection = opened({ port: redis.port });
    const bytes = Buffer.from([0, 255, 13, 10]);
    expect(await connection.command(['SET', 'key', bytes])).toBe('OK');
    expect(await connection.commandForBytes(['GET', 'key'])).toEqual(bytes);
    expect(await connection.command(['MGET', 'no such', 'key'])).toEqual([null, bytes.toString()]);
    expect(await connection.command(['INCR', 'number'])).toBe(1);
  });

  it('are shared by equal settings, and end with their last user', async () => {
    const node = connections();
    const [first, second] = [node.open({ ...PLAIN, port: redis.port }), node.open({ ...PLAIN, port: redis.port })];
    const id = await first.command(['CLIENT', 'ID']);
    expect(await second.command(['CLIENT', 'ID'])).toBe(id);
    first.close();
    first.close();
    expect(node.size).toBe(1);
    expect(await second.command(['CLIENT', 'ID'])).toBe(id);
    second.close();
    expect(node.size).toBe(0);
    await eventually('the connection has ended', () => !redis.cli('CLIENT', 'LIST').includes(`id=${String(id)} `));
    await expect(second.command(['PING'])).rejects.toThrow('closed');
  });

  it('choose their database once, when they begin', async () => {
    const connection = opened({ port: redis.port, database: 5 });
    await connection.command(['SET', 'in five', '1']);
    await connection.command(['GET', 'in five']);
    expect(redis.cli('-n', '5', 'GET', 'in five')).toBe('1');
    expect(redis.cli('INFO', 'commandstats')).toMatch(/cmdstat_select:calls=2,/);
    await expect(opened({ port: redis.port, database: 99 }).command(['PING'])).rejects.toThrow(/DB index/);
  });

  it.each([
    ['a password', { password: 'rpw' }, 'default'],
    ['a user and a password', { username: 'reader', password: 'secret' }, 'reader'],
  ])('log in with %s', async (_, login, user) => {
    expect(await opened({ port: guarded.port, ...login }).command(['ACL', 'WHOAMI'])).toBe(user);
  });

  it.each([
    ['no password', {}, /NOAUTH/],
    ['a wrong password', { password: 'wrong' }, /WRONGPASS/],
    ['a wrong user', { username: 'stranger', password: 'secret' }, /WRONGPASS/],
  ])('fail with %s', async (_, login, message) => {
    await expect(opened({ port: guarded.port, ...login }).command(['PING'])).rejects.toThrow(message);
  });

  it('send nothing but the login and the commands', async () => {
    guarded.cli('CONFIG', 'RESETSTAT');
    const connection = opened({ port: guarded.port, password: 'rpw', database: 3 });
    await connection.command(['PING']);
    const calls = guarded.cli('INFO', 'commandstats').matchAll(/cmdstat_([a-z|_]+):calls=(\d+)/g);
    // The password of `redis-cli` is the second login.
    expect(Object.fromEntries([...calls].map(([, name, count]) => [name, count]))).toEqual({
      'auth': '2', 'select': '1', 'ping': '1', 'config|resetstat': '1',
    });
  });

  it('come back after they broke, at the next command', async () => {
    const connection = opened({ port: redis.port });
    const id = await connection.command(['CLIENT', 'ID']);
    redis.cli('CLIENT', 'KILL', 'ID', String(id));
    const again = await eventually('a new connection', () => connection.command(['CLIENT', 'ID']).catch(() => undefined));
    expect(again).not.toBe(id);
  });

  it('fail commands of a server that stops in the middle, and serve again when it is back', async () => {
    const server = await startRedis();
    closing.push(() => server.stop());
    const connection = opened({ port: server.port });
    await connection.command(['PING']);
    const waiting = expect(connection.command(['BLPOP', 'nothing', '0'])).rejects.toThrow();
    await server.stop();
    await waiting;
    await expect(connection.command(['PING'])).rejects.toThrow();
    await server.start();
    await eventually('it answers', () => connection.command(['PING']).catch(() => undefined));
  });

  it('fail commands of a server that hangs when their time is over', async () => {
    const server = await startRedis();
    closing.push(() => server.stop());
    const connection = opened({ port: server.port, commandTimeoutMs: 50 });
    await connection.command(['PING']);
    server.pause();
    const commands = await Promise.allSettled([connection.command(['PING']), connection.command(['PING'])]);
    expect(commands.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    server.resume();
    await eventually('it answers', () => connection.command(['PING']).catch(() => undefined));
  });

  it('verify the certificate of a server against authorities and name', async () => {
    const identity = await createSelfSignedCertificate({ commonName: 'redis.test' });
    const stranger = await createSelfSignedCertificate({ commonName: 'redis.test' });
    const server = await startRedis({ tls: identity });
    closing.push(() => server.stop());
    const ping = (authority: string, tls: RedisSettings['tls']) => (
      opened({ port: server.port, tls }, connections([authority])).command(['PING']).catch((error: Error) => error.message));
    expect(await ping(identity.certificate, { isVerified: true, serverName: 'redis.test' })).toBe('PONG');
    expect(await ping(identity.certificate, { isVerified: true, serverName: 'other.test' })).toMatch(/other\.test/);
    expect(await ping(identity.certificate, { isVerified: true, serverName: undefined })).toMatch(/127\.0\.0\.1/);
    expect(await ping(stranger.certificate, { isVerified: true, serverName: 'redis.test' })).toMatch(/certificate/);
    expect(await ping(stranger.certificate, { isVerified: false, serverName: undefined })).toBe('PONG');
  });
});

describe('connections to what is no Redis', () => {
  it.each([
    ['garbage', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['nothing', () => undefined],
    ['an end', (socket: Socket) => void socket.end()],
    ['a reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['a part of an answer', (socket: Socket) => void socket.write('$100\r\nhalf')],
  ])('fail when the answer is %s', async (_, answer) => {
    const server = await strangeServer(answer);
    const connection = opened({ port: server.port, commandTimeoutMs: 100 });
    await expect(connection.command(['GET', 'key'])).rejects.toThrow();
  });

  it('fail when there is no server', async () => {
    await expect(opened({ port: 1 }).command(['PING'])).rejects.toThrow('ECONNREFUSED');
  });

  it('leave a server alone for a while after it has not answered', async () => {
    const server = await strangeServer(() => undefined);
    const connection = opened({ port: server.port, commandTimeoutMs: 50 });
    for (let command = 0; command < 20; command += 1) await expect(connection.command(['PING'])).rejects.toThrow('no answer within 50 ms');
    expect(server.connections).toBeLessThan(5);
  });
});
