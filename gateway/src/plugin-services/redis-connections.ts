/** The connections of a node to Redis: one for each server and login, shared by the plugins that use it. */
import type { Redis, RedisConnection, RedisSettings } from '../plugin-kit/services.ts';
import { RedisClient } from './redis-client.ts';
import type { RedisClientOptions } from './redis-client.ts';

export class RedisConnections implements Redis {
  readonly #options: RedisClientOptions;
  readonly #clients = new Map<string, { readonly client: RedisClient; users: number }>();

  constructor(options: RedisClientOptions) {
    this.#options = options;
  }

  /** Number of connections that plugins hold. */
  get size(): number {
    return this.#clients.size;
  }

  open(settings: RedisSettings): RedisConnection {
    const key = keyOf(settings);
    const shared = this.#clients.get(key) ?? { client: new RedisClient(settings, this.#options), users: 0 };
    this.#clients.set(key, shared);
    shared.users += 1;
    let isOpen = true;
    return {
      command: (args) => shared.client.command(args, 'text'),
      commandForBytes: (args) => shared.client.command(args, 'bytes'),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        shared.users -= 1;
        if (shared.users > 0) return;
        this.#clients.delete(key);
        shared.client.close();
      },
    };
  }
}

function keyOf({ host, port, connectTimeoutMs, commandTimeoutMs, username, password, database, tls }: RedisSettings): string {
  return JSON.stringify([host, port, connectTimeoutMs, commandTimeoutMs, username, password, database, tls?.isVerified, tls?.serverName]);
}
