/** Kept answers in a table, read and written inside the transaction of the write that they belong to. */
import { KEPT_MS, MAX_KEPT } from '../once.ts';
import type { KeptAnswer, KeptAnswers } from '../once.ts';
import type { Connection } from './tables.ts';

export class KeptAnswerTable implements KeptAnswers {
  readonly #connection: Connection;
  readonly #nowMs: number;

  constructor(connection: Connection, nowMs: number) {
    this.#connection = connection;
    this.#nowMs = nowMs;
  }

  async find(key: string): Promise<KeptAnswer | undefined> {
    const found = await this.#connection.selectFrom('kept_answers').select(['fingerprint', 'body'])
      .where('id', '=', key).where('at', '>', this.#nowMs - KEPT_MS).executeTakeFirst();
    return found && { fingerprint: found.fingerprint, text: found.body };
  }

  async keep(key: string, { fingerprint, text }: KeptAnswer): Promise<void> {
    await this.#connection.deleteFrom('kept_answers')
      .where((row) => row.or([row('id', '=', key), row('at', '<=', this.#nowMs - KEPT_MS)])).execute();
    await this.#connection.insertInto('kept_answers').values({ id: key, fingerprint, body: text, at: this.#nowMs }).execute();
    const [surplus] = await this.#connection.selectFrom('kept_answers').select('at').orderBy('at', 'desc')
      .limit(1).offset(MAX_KEPT).execute();
    if (surplus) await this.#connection.deleteFrom('kept_answers').where('at', '<=', surplus.at).where('id', '<>', key).execute();
  }
}
