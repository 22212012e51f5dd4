/** A configuration compiled as on a data plane, with places instead of plugins: it shows what would run, and runs nothing. */
import type { RouterFlavor } from '../base/router-flavor.ts';
import type { Steps } from '../base/steps.ts';
import { compilingConfiguration } from '../data-plane/compiled-configuration.ts';
import type { CompiledConfiguration, Handlers } from '../data-plane/compiled-configuration.ts';
import type { PreparedPlugin } from '../data-plane/plans.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { PluginSchema } from '../model/entities/plugin.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { compilingSnapshot } from '../model/snapshot.ts';
import type { CompiledSnapshot } from '../model/snapshot.ts';
import type { SetAsideRow } from '../model/table-error.ts';
import type { PluginPhases } from '../plugin-kit/plugin.ts';

export interface ExplainableConfiguration {
  readonly compiled: CompiledConfiguration;
  /** What the next one is compiled from, as well. */
  readonly snapshot: CompiledSnapshot;
  readonly schemas: Schemas;
  /** Plugins by what takes their place in plans. */
  readonly plugins: ReadonlyMap<PluginPhases, PreparedPlugin>;
}

interface ExplainableSource {
  /** Validated and complete. */
  readonly table: ConfigTable;
  /** Rows that are not served. @default - none */
  readonly setAside?: readonly SetAsideRow[];
  readonly schemas: Schemas;
  /** The plugins that data planes know. */
  readonly plugins: ReadonlyMap<string, PluginSchema>;
  readonly routerFlavor: RouterFlavor | undefined;
  /** The one before, of the same schemas and plugins: what has not changed is shared. @default - there is none */
  readonly before?: ExplainableConfiguration | undefined;
}

const PLACES = { hold: () => ({ prepare: () => ({ phases: {} }), share: () => undefined, release: () => undefined }) };

export function* compilingExplainable(source: ExplainableSource): Steps<ExplainableConfiguration> {
  const { table, schemas, routerFlavor, setAside = [], before } = source;
  const snapshot = yield* compilingSnapshot({ table, hash: '', schemas, setAside, before: before?.snapshot });
  const handlers: Handlers = Object.fromEntries([...source.plugins].map(([name, { priority }]) => (
    [name, { name, priority, prepare: () => ({}) }])));
  const compiled = yield* compilingConfiguration({
    snapshot: snapshot.snapshot, handlers, instances: PLACES, routerFlavor, before: before?.compiled,
  });
  const plugins = new Map(compiled.parts.prepared.made.map(({ plugin }) => [plugin.phases, plugin]));
  return { compiled, snapshot, schemas, plugins };
}
