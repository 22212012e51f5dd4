/** Explains requests by the newest configuration of the store: each revision is compiled once, from what has changed. */
import type { RouterFlavor } from '../base/router-flavor.ts';
import { inSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { explaining } from '../explain/explain.ts';
import { compilingExplainable } from '../explain/explainable-configuration.ts';
import type { ExplainableConfiguration } from '../explain/explainable-configuration.ts';
import type { DescribedRequest, Explanation } from '../explain/explanation.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { settledTable } from '../model/declarative.ts';
import type { PluginSchema } from '../model/entities/plugin.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { TableReader } from '../model/table-reader.ts';
import type { Store } from '../store/store.ts';
import { ConfigurationExport } from './export.ts';

export interface RequestExplainerOptions {
  readonly store: Store;
  readonly schemas: Schemas;
  readonly plugins: ReadonlyMap<string, PluginSchema>;
  /** That of the data planes. @default - the default flavor */
  readonly routerFlavor?: RouterFlavor;
}

interface OfRevision {
  readonly revision: number;
  readonly configuration: ExplainableConfiguration;
}

export class RequestExplainer {
  readonly #options: RequestExplainerOptions;
  readonly #export: ConfigurationExport;
  readonly #reader: TableReader;
  #latest: OfRevision | undefined;
  #compiling: Promise<OfRevision> | undefined;

  constructor(options: RequestExplainerOptions) {
    this.#options = options;
    this.#export = new ConfigurationExport(options.store, options.schemas);
    this.#reader = new TableReader(options.schemas);
  }

  async explain(request: DescribedRequest): Promise<Explanation & { readonly revision: number }> {
    const { revision, configuration } = await this.#newest();
    return { revision, ...await inSteps(explaining(configuration, request)) };
  }

  async #newest(): Promise<OfRevision> {
    const revision = await this.#options.store.latest.revision();
    if (this.#latest?.revision === revision) return this.#latest;
    // A client that asks meanwhile gets the revision that is being compiled, or a later one.
    const compiled = await (this.#compiling ??= this.#compile().finally(() => {
      this.#compiling = undefined;
    }));
    return compiled.revision >= revision ? compiled : this.#newest();
  }

  async #compile(): Promise<OfRevision> {
    const { table, revision } = await this.#export.next();
    const configuration = await inSteps(this.#inSteps(table, revision));
    return this.#latest = { revision, configuration };
  }

  * #inSteps(table: ConfigTable, revision: number): Steps<ExplainableConfiguration> {
    const { schemas, plugins, routerFlavor } = this.#options;
    const settled = settledTable(yield* this.#reader.read(table));
    if (!settled.ok) {
      throw new Error(`revision ${revision} cannot be compiled: ${settled.errors.map(({ message }) => message).join('; ')}`);
    }
    const { setAside } = settled;
    const before = this.#latest?.configuration;
    return yield* compilingExplainable({ table: settled.table, setAside, schemas, plugins, routerFlavor, before });
  }
}
