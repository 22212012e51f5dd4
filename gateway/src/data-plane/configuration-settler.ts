/** Validates the tables that a node receives, once for all its processes: `handOver` makes the text for the others. */
import { inSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { settleConfigTable } from '../model/declarative.ts';
import type { TableError } from '../model/declarative.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';

export type SettleResult =
  | { readonly ok: true; readonly configuration: SettledConfiguration }
  | { readonly ok: false; readonly errors: readonly TableError[] };

export class ConfigurationSettler {
  readonly #schemas: Schemas;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /** Not to be called again before it has resolved. */
  settle(table: ConfigTable, hash: string): Promise<SettleResult> {
    return inSteps(this.settling(table, hash));
  }

  * settling(table: ConfigTable, hash: string): Steps<SettleResult> {
    const settled = settleConfigTable(table, { schemas: this.#schemas });
    yield;
    if (!settled.ok) return settled;
    return { ok: true, configuration: { hash, table: settled.table, setAside: settled.setAside } };
  }
}
