/** Explains requests by the newest configuration of the store, compiled once for each revision. */
import type { RouterFlavor } from '../base/router-flavor.ts';
import { inSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { explaining } from '../explain/explain.ts';
import { compilingExplainable } from '../explain/explainable-configuration.ts';
import type { ExplainableConfiguration } from '../explain/explainable-configuration.ts';
import type { DescribedRequest, Explanation } from '../explain/explanation.ts';
import { settledTable } from '../model/declarative.ts';
import type { PluginSchema } from '../model/entities/plugin.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { TableReader } from '../model/table-reader.ts';
import type { Store } from '../store/store.ts';
import { exportConfigTable } from './export.ts';

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
  #latest: OfRevision | undefined;
  #compiling: Promise<OfRevision> | undefined;

  constructor(options: RequestExplainerOptions) {
    this.#options = options;
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
    const { store, schemas, plugins, routerFlavor } = this.#options;
    const { table, revision } = await exportConfigTable(store, schemas);
    function* compiling(): Steps<ExplainableConfiguration> {
      const settled = settledTable(yield* new TableReader(schemas).read(table));
      if (!settled.ok) {
        throw new Error(`revision ${revision} cannot be compiled: ${settled.errors.map(({ message }) => message).join('; ')}`);
      }
      return yield* compilingExplainable({ table: settled.table, setAside: settled.setAside, schemas, plugins, routerFlavor });
    }
    return this.#latest = { revision, configuration: await inSteps(compiling()) };
  }
}
