/** Two real Redis servers, and what clients send to them. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createClient } from '@redis/client';

import { freePorts } from '../../../../../cli/demo/free-ports.ts';
import { eventually } from '../../../fixtures/eventually.ts';

export interface RedisCommand {
  readonly db: number;
  readonly via: 'client' | 'script';
  readonly cmd: readonly string[];
}

export interface RedisKey {
  readonly db: number;
  readonly key: string;
  readonly type: string;
  readonly value: unknown;
  readonly ttl: number;
}

export interface RedisServer {
  readonly port: number;
  /** Commands of other clients since the last look. */
  commands(): Promise<RedisCommand[]>;
  send(...command: readonly string[]): Promise<unknown>;
  /** All keys of all databases. */
  keys(): Promise<RedisKey[]>;
  /** Closes the connections of all other clients, and forgets what they sent. */
  killClients(): Promise<void>;
  close(): Promise<void>;
}

/** Passwords of the second server's default user. */
const PASSWORDS = ['rpw', 'plainvalue', 'jsonA', '7', 'deep', 'prefixed-secret', 'dashed'];

const DATABASES = 16;

/** @returns one without passwords, and one with */
export async function startRedisServers(): Promise<{ readonly redis: RedisServer; readonly redispw: RedisServer }> {
  return { redis: await startRedis([]), redispw: await startRedis(PASSWORDS) };
}

async function startRedis(passwords: readonly string[]): Promise<RedisServer> {
  const [port] = await freePorts(1);
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--databases', String(DATABASES)];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const client = createClient({ url: `redis://127.0.0.1:${port}`, disableClientInfo: true });
  client.on('error', () => undefined);
  await client.connect();
  if (passwords.length > 0) {
    const everything = ['~*', '&*', '+@all'];
    await client.sendCommand(['ACL', 'SETUSER', 'bbuser', 'on', '>bbpass', ...everything]);
    const given = passwords.map((password) => `>${password}`);
    await client.sendCommand(['ACL', 'SETUSER', 'default', 'on', 'resetpass', ...given, ...everything]);
  }
  const monitor = await Monitor.open(port!, passwords[0]);
  const send = (...command: readonly string[]): Promise<unknown> => client.sendCommand([...command]);
  const own = async () => [String(await send('CLIENT', 'ID')), monitor.id];
  const commands = async () => {
    // What was sent before has come when this mark has.
    const mark = `mark-${Math.random()}`;
    await send('ECHO', mark);
    return monitor.until(mark, await addressOf(send));
  };
  return {
    port: port!,
    commands,
    send,
    keys: () => allKeys(send),
    killClients: async () => {
      const [id, monitoring] = await own();
      const list = String(await send('CLIENT', 'LIST'));
      for (const [, other] of list.matchAll(/^id=(\d+) /gm)) {
        if (other !== id && other !== monitoring) await send('CLIENT', 'KILL', 'ID', other!).catch(() => undefined);
      }
      // What those connections sent is not looked at later.
      await commands();
    },
    close: () => stop(child, client, monitor),
  };
}

async function addressOf(send: RedisServer['send']): Promise<string> {
  return /(?:^| )addr=(\S+)/.exec(String(await send('CLIENT', 'INFO')))?.[1] ?? '';
}

async function stop(child: ChildProcess, client: { destroy(): void }, monitor: Monitor): Promise<void> {
  client.destroy();
  monitor.close();
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  child.kill();
  await ended;
}

/** A connection to which Redis prints every command, one line each. */
class Monitor {
  static async open(port: number, password?: string): Promise<Monitor> {
    const socket = connect({ port, host: '127.0.0.1' });
    const monitor = new Monitor(socket);
    socket.write(`${password === undefined ? '' : `AUTH ${password}\r\n`}CLIENT ID\r\nMONITOR\r\n`);
    await eventually('Redis monitors', () => monitor.id !== '');
    return monitor;
  }

  id = '';
  readonly #socket: Socket;
  #lines: string[] = [];
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (this.#rest + chunk.toString('latin1')).split('\r\n');
      this.#rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith(':')) this.id = line.slice(1);
        else if (/^\+\d/.test(line)) this.#lines.push(line);
      }
    });
  }

  /** Commands up to the mark, without those that came from this address. */
  async until(mark: string, own: string): Promise<RedisCommand[]> {
    await eventually('Redis prints the mark', () => this.#lines.some((line) => line.includes(mark)));
    const end = this.#lines.findIndex((line) => line.includes(mark));
    return this.#lines.splice(0, end + 1).flatMap((line) => {
      const [, db = '0', from = '', command = ''] = /^\+[\d.]+ \[(\d+) ([^\]]+)\] (.*)$/s.exec(line) ?? [];
      const cmd = [...command.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) => unescaped(word!));
      if (from === own || cmd.length === 0) return [];
      const via = from === 'lua' ? 'script' as const : 'client' as const;
      return [{ db: Number(db), via, cmd: [cmd[0]!.toLowerCase(), ...cmd.slice(1)] }];
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function unescaped(word: string): string {
  return word.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, letter: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return { n: '\n', r: '\r', t: '\t' }[letter] ?? letter;
  });
}

async function allKeys(send: RedisServer['send']): Promise<RedisKey[]> {
  const found: RedisKey[] = [];
  for (let db = 0; db < DATABASES; db += 1) {
    await send('SELECT', String(db));
    for (const key of await send('KEYS', '*') as string[]) {
      const type = String(await send('TYPE', key));
      const value = type === 'string' ? await send('GET', key) : await send('HGETALL', key).catch(() => null);
      found.push({ db, key, type, value, ttl: Number(await send('TTL', key)) });
    }
  }
  await send('SELECT', '0');
  return found.sort((one, other) => one.db - other.db || (one.key < other.key ? -1 : 1));
}
