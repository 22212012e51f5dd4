/** A transaction that writes. Where the database takes several statements at once, its beginning and its end cost no round trips. */
import { CompiledQuery } from 'kysely';
import type { Kysely } from 'kysely';

import { run } from './statement.ts';
import type { Parameters, Statement } from './statement.ts';
import type { Connection, Dialect, Tables } from './tables.ts';

export class SqlTransaction {
  /** Runs the work in a transaction of one connection. @param begin the first statement; the work is given its rows */
  static async run<Row, T>(
    db: Kysely<Tables>, dialect: Dialect, begin: Statement, work: (transaction: SqlTransaction, rows: readonly Row[]) => Promise<T>,
  ): Promise<T> {
    return db.connection().execute(async (connection) => {
      const transaction = new SqlTransaction(connection, dialect);
      try {
        const rows = await transaction.#begin<Row>(begin);
        const value = await work(transaction, rows);
        await transaction.#commit();
        return value;
      } catch (error) {
        // A connection that cannot undo what was begun is not used again.
        if (transaction.#isOpen) await transaction.#plain('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  readonly #dialect: Dialect;
  #isOpen = false;
  #hasWritten = false;

  private constructor(readonly connection: Connection, dialect: Dialect) {
    this.#dialect = dialect;
  }

  /**
   * Runs the statements of a change.
   *
   * @param isLast whether the transaction ends with it
   * @returns the rows of the last statement
   */
  async change(statements: readonly Statement[], values: Parameters, isLast: boolean): Promise<readonly unknown[]> {
    const [first] = statements;
    // What was written before must be undone when this fails; when it is all, a failure has written nothing.
    if (isLast && !this.#hasWritten && statements.length === 1 && this.#dialect.literal) {
      const rows = await this.#plain(`${this.#inlined(first!, values)}; commit`);
      this.#isOpen = false;
      return rows;
    }
    this.#hasWritten = true;
    let rows: readonly unknown[] = [];
    for (const statement of statements) rows = await run(this.connection, statement, values);
    return rows;
  }

  async #begin<Row>(statement: Statement): Promise<readonly Row[]> {
    if (this.#dialect.literal) {
      this.#isOpen = true;
      return await this.#plain(`begin; ${this.#inlined(statement, {})}`) as readonly Row[];
    }
    await this.#plain('begin');
    this.#isOpen = true;
    return run<Row>(this.connection, statement, {});
  }

  async #commit(): Promise<void> {
    if (!this.#isOpen) return;
    const [ended] = await this.#plain('commit');
    this.#isOpen = false;
    // What PostgreSQL answers after an error that the work has passed over.
    if ((ended as { readonly command?: unknown } | undefined)?.command === 'ROLLBACK') throw new Error('the transaction was undone');
  }

  async #plain(text: string): Promise<readonly unknown[]> {
    return (await this.connection.executeQuery(CompiledQuery.raw(text))).rows;
  }

  /** Only statements without parameters go together. */
  #inlined({ text, names }: Statement, values: Parameters): string {
    return text.replace(/\$(\d+)/g, (_, n: string) => this.#dialect.literal!(values[names[Number(n) - 1]!] ?? null));
  }
}
