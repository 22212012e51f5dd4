/** Validates the tables that a node receives, once for all its processes: `handOver` makes the text for the others. */
import { inSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { settledTable } from '../model/declarative.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { TableError } from '../model/table-error.ts';
import { TableReader } from '../model/table-reader.ts';

export type SettleResult =
  | { readonly ok: true; readonly configuration: SettledConfiguration }
  | { readonly ok: false; readonly errors: readonly TableError[] };

export class ConfigurationSettler {
  readonly #reader: TableReader;
  #before: SettledConfiguration | undefined;

  constructor(schemas: Schemas) {
    this.#reader = new TableReader(schemas);
  }

  /** Rows that have not changed since the last call are not validated again. Not to be called again before it has resolved. */
  settle(table: ConfigTable, hash: string): Promise<SettleResult> {
    return inSteps(this.settling(table, hash));
  }

  * settling(table: ConfigTable, hash: string): Steps<SettleResult> {
    const settled = settledTable(yield* this.#reader.read(table));
    if (!settled.ok) return settled;
    const before = this.#before?.setAside ?? [];
    const { setAside } = settled;
    const isSame = setAside.length === before.length && setAside.every(({ row, errors }, at) => (
      row === before[at]!.row && errors === before[at]!.errors));
    const configuration: SettledConfiguration = { hash, table: settled.table, setAside: isSame ? before : setAside };
    this.#before = configuration;
    return { ok: true, configuration };
  }
}
