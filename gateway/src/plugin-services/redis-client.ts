/**
 * One connection to a Redis server. Commands of all requests share it, and are answered in their order. It is made at the first command,
 * and again at the first command after it broke. Commands never wait for a server that has gone.
 */
import { isIP } from 'node:net';

import type { createClient } from '@redis/client';

import { authoritiesOf } from '../base/authorities.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RedisReply, RedisSettings } from '../plugin-kit/services.ts';

export interface RedisClientOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** PEM, or `system`: whom verified TLS connections trust. */
  readonly authorities: readonly string[];
}

type Client = ReturnType<typeof createClient>;

/** Commands that may wait for answers. One that hangs ends the connection at its timeout, so this many are a flood. */
const MAX_COMMANDS = 65_536;

/** How long a server is left alone that could not be reached, or did not answer: a flood of requests is no flood of connections. */
const PAUSE_MS = 500;

/** How often the log says that a server fails. */
const COMPLAINT_INTERVAL_MS = 60_000;

/** RESP's number for texts, as the library's mapping of types has it. */
const BLOB_STRING = 36;

const BYTES = { typeMapping: { [BLOB_STRING]: Buffer } };

/** One attempt at a connection, and what came of it. */
interface Link {
  client: Client | undefined;
  ready: Promise<Client>;
}

export class RedisClient {
  readonly #settings: RedisSettings;
  readonly #options: RedisClientOptions;
  #link: Link | undefined;
  #pause: { readonly until: number; readonly cause: Error } | undefined;
  #complainedAt: number | undefined;
  #isClosed = false;

  constructor(settings: RedisSettings, options: RedisClientOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  async command(args: readonly (string | Buffer)[], texts: 'text' | 'bytes'): Promise<RedisReply> {
    try {
      const link = this.#link ??= this.#connect();
      const client = await link.ready;
      const reply = client.sendCommand(args, texts === 'bytes' ? BYTES : undefined) as Promise<RedisReply>;
      const answer = await this.#inTime(reply, this.#settings.commandTimeoutMs, link);
      this.#praise();
      return answer;
    } catch (error) {
      this.#complain(error);
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    if (this.#link !== undefined) this.#drop(this.#link);
  }

  /** @throws Error while the server is left alone, and after `close` */
  #connect(): Link {
    if (this.#isClosed) throw new Error('the connection to Redis was closed');
    if (this.#pause !== undefined && this.#options.clock.now() < this.#pause.until) throw this.#pause.cause;
    const link: Link = { client: undefined, ready: undefined! };
    link.ready = this.#open(link);
    return link;
  }

  async #open(link: Link): Promise<Client> {
    try {
      const client = link.client = await this.#newClient();
      client.on('error', () => this.#drop(link));
      await this.#inTime(client.connect(), this.#settings.connectTimeoutMs, link);
      if (this.#isClosed) this.#drop(link);
      return client;
    } catch (error) {
      this.#dropAndPause(link, error);
      throw error;
    }
  }

  /** The library is loaded when it is needed: most nodes have no Redis. */
  async #newClient(): Promise<Client> {
    const { createClient } = await import('@redis/client');
    const { host, port, username, password, database, connectTimeoutMs: connectTimeout } = this.#settings;
    return createClient({
      // The version of the protocol without HELLO; and no command but those of the plugins and of the login.
      RESP: 2, disableClientInfo: true, maintNotifications: 'disabled',
      disableOfflineQueue: true, commandsQueueMaxLength: MAX_COMMANDS,
      socket: { host, port, connectTimeout, reconnectStrategy: false, ...this.#tls() },
      ...username !== undefined && password !== undefined && { username },
      ...password !== undefined && { password },
      database,
    }) as unknown as Client;
  }

  #tls(): object {
    const { host, tls } = this.#settings;
    if (tls === undefined) return {};
    const servername = tls.serverName ?? (isIP(host) === 0 ? host : undefined);
    return {
      tls: true,
      rejectUnauthorized: tls.isVerified,
      ...tls.isVerified && { ca: [...authoritiesOf(this.#options.authorities)] },
      ...servername !== undefined && { servername },
    };
  }

  /** Answers come in order: behind one that does not come, none can. So the connection ends, and with it all commands on it. */
  #inTime<T>(work: Promise<T>, ms: number, link: Link): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#options.clock.after(ms, () => {
        const error = new Error(`no answer within ${ms} ms`);
        reject(error);
        this.#dropAndPause(link, error);
      });
      work.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #dropAndPause(link: Link, error: unknown): void {
    this.#pause = { until: this.#options.clock.now() + PAUSE_MS, cause: error instanceof Error ? error : new Error(String(error)) };
    this.#drop(link);
  }

  /** Fails the commands that wait for an answer. */
  #drop(link: Link): void {
    if (this.#link === link) this.#link = undefined;
    link.client?.destroy();
  }

  #complain(error: unknown): void {
    const { clock, log } = this.#options;
    if (this.#isClosed || (this.#complainedAt !== undefined && clock.now() - this.#complainedAt < COMPLAINT_INTERVAL_MS)) return;
    this.#complainedAt = clock.now();
    const { host, port } = this.#settings;
    log.error(`Redis at ${host}:${port} fails: ${messageOf(error)}; check the server, and config.redis of the plugins that use it`);
  }

  #praise(): void {
    if (this.#complainedAt === undefined) return;
    this.#complainedAt = undefined;
    this.#options.log.info(`Redis at ${this.#settings.host}:${this.#settings.port} answers again`);
  }
}
