/** Hears of changes by other nodes at once, through LISTEN. While its connection is lost, polling finds them. */
import pg from 'pg';

import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

interface ChangeListenerOptions {
  readonly config: pg.ClientConfig;
  readonly channel: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Called with revisions, which may be known already. */
  readonly heard: (revision: number) => void;
}

/** Short enough that users do not notice a restart of the server; polling covers the gap. Milliseconds. */
const RECONNECT_MS = 1_000;

export class PostgresChangeListener {
  readonly #options: ChangeListenerOptions;
  #client: pg.Client | undefined;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: ChangeListenerOptions) {
    this.#options = options;
  }

  /** @throws Error the first connection fails; later ones are tried until they succeed */
  async start(): Promise<void> {
    const { config, channel, heard } = this.#options;
    const client = new pg.Client(config);
    client.on('notification', ({ payload }) => heard(Number(payload)));
    client.on('error', () => undefined);
    client.on('end', () => {
      if (client === this.#client) this.#reconnect();
    });
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      // Changes that were made while there was no connection.
      const { rows } = await client.query<{ readonly value: number }>('select value from revisions where id = 1');
      heard(rows[0]!.value);
    } catch (error) {
      this.#client = undefined;
      client.end().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.cancel();
    await this.#client?.end();
  }

  #reconnect(): void {
    if (this.#isClosed || this.#retry) return;
    this.#retry = this.#options.clock.after(RECONNECT_MS, () => {
      this.#retry = undefined;
      this.start().catch((error: unknown) => {
        this.#options.log.debug('cannot listen for changes', { error: messageOf(error) });
        this.#reconnect();
      });
    });
  }
}
