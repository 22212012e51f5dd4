/**
 * The configuration that a data plane runs: kept on disk, and compiled again when secrets behind its references change on this node.
 * An entity that cannot be used here is in quarantine: it is not served, everything else is. A table is refused when mistakes leave it
 * without any usable route.
 */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import { atOnce, inSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { BaseMissing, takeOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import { bounded, describeQuarantined, NO_QUARANTINE, quarantinedRow, quarantineOf } from '../model/quarantine.ts';
import type { Quarantine, QuarantinedEntity } from '../model/quarantine.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { compilingSnapshot } from '../model/snapshot.ts';
import type { CompiledSnapshot, Snapshot } from '../model/snapshot.ts';
import type { TableError } from '../model/table-error.ts';
import { describeTableErrors } from '../model/table-error.ts';
import type { NodeVaults } from '../vaults/node-vaults.ts';
import { ApplyQueue } from './apply-queue.ts';
import { compilingConfiguration, tryOut } from './compiled-configuration.ts';
import type { CompiledConfiguration, Handlers } from './compiled-configuration.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import { ConfigurationSettler } from './configuration-settler.ts';
import { resolvingSecrets } from './node-secrets.ts';
import type { ResolvedTable, UsedSecrets } from './node-secrets.ts';
import type { PluginInstances } from './plugin-instances.ts';
import { unusedEntities, withoutUnmetNeeds } from './unmet-needs.ts';

export type ApplyResult =
  | { readonly applied: true }
  | {
    readonly applied: false;
    readonly message: string;
    readonly errors: readonly TableError[];
    /** The text that was handed over builds on a configuration that does not run here: a whole one is needed. */
    readonly isBaseMissing?: true;
  };

/** A configuration that was refused as a whole; the one before it runs. */
export interface RefusedConfiguration {
  readonly hash: string;
  readonly message: string;
}

interface RunningConfigurationOptions {
  readonly schemas: Schemas;
  readonly handlers: Handlers;
  readonly instances: PluginInstances;
  /** @default 'traditional_compatible' */
  readonly routerFlavor?: RouterFlavor | undefined;
  readonly vaults: NodeVaults;
  /** @default - nothing is kept */
  readonly cache?: ConfigurationCache | undefined;
  readonly log: Log;
  /** Called with the table of a configuration that was handed over, before it is applied: for its secrets. */
  prepare?(table: ConfigTable): Promise<void>;
  /** Called with each configuration, just before requests see it. */
  onChange?(snapshot: Snapshot): void;
}

/** Where the configuration that runs came from. */
export type ConfigurationOrigin = 'control_plane' | 'cache' | 'fallback';

interface Running {
  readonly settled: SettledConfiguration;
  readonly origin: ConfigurationOrigin;
  readonly resolved: ResolvedTable;
  readonly snapshot: CompiledSnapshot;
  readonly compiled: CompiledConfiguration;
  readonly quarantined: readonly QuarantinedEntity[];
  readonly quarantine: Quarantine;
}

/** Most entities of one quarantine that are logged. */
const MAX_LOGGED = 50;

export class RunningConfiguration {
  readonly #options: RunningConfigurationOptions;
  readonly #settler: ConfigurationSettler;
  readonly #queue = new ApplyQueue<ApplyResult>();
  #running: Running | undefined;
  #refused: RefusedConfiguration | undefined;
  /** What was logged last about unused entities. */
  #unused: string | undefined;

  constructor(options: RunningConfigurationOptions) {
    this.#options = options;
    this.#settler = new ConfigurationSettler(options.schemas);
  }

  /** `undefined` until the first one is applied. */
  get compiled(): CompiledConfiguration | undefined {
    return this.#running?.compiled;
  }

  get hash(): string | undefined {
    return this.#running?.settled.hash;
  }

  get origin(): ConfigurationOrigin | undefined {
    return this.#running?.origin;
  }

  /** What this node does not serve of the configuration that runs. */
  get quarantine(): Quarantine {
    return this.#running?.quarantine ?? NO_QUARANTINE;
  }

  /** Whether no request can be answered but with a refusal, because of what is in quarantine. */
  get standsStill(): boolean {
    return this.#running !== undefined && holdsEverythingBack(this.#running.compiled);
  }

  /** The newest configuration, when it was refused. */
  get refused(): RefusedConfiguration | undefined {
    return this.#refused;
  }

  /**
   * Applies a configuration, or leaves everything as it was. Configurations are applied one after another: of those that wait, only the
   * newest, whose result all of them get.
   */
  apply(table: ConfigTable, hash: string, origin: ConfigurationOrigin = 'control_plane'): Promise<ApplyResult> {
    return this.#queue.apply(async () => {
      const settled = await this.#settler.settle(table, hash);
      const result = settled.ok ? await inSteps(this.#take({ settled: settled.configuration, origin })) : refusal(settled.errors);
      this.#refused = result.applied ? undefined : { hash, message: result.message };
      if (result.applied) this.#options.cache?.store(table, hash);
      return result;
    });
  }

  /**
   * Applies a configuration that another process has settled, or leaves everything as it was.
   *
   * @param text what `handOver` made of it, for a reader that has none or the one that runs here
   */
  applySettled(text: Iterable<string>, origin: ConfigurationOrigin = 'control_plane'): Promise<ApplyResult> {
    return this.#queue.inTurn(async () => {
      try {
        const settled = await inSteps(takeOver(text, this.#running?.settled));
        await this.#options.prepare?.(settled.table);
        const result = await inSteps(this.#take({ settled, origin }));
        this.#refused = result.applied ? undefined : { hash: settled.hash, message: result.message };
        return result;
      } catch (error) {
        return { applied: false, message: messageOf(error), errors: [], ...error instanceof BaseMissing && { isBaseMissing: true } };
      }
    });
  }

  /** The control plane has no newer configuration than the one that runs: what was refused before does not matter any more. */
  confirm(): void {
    this.#refused = undefined;
    if (this.#running !== undefined) this.#running = { ...this.#running, origin: 'control_plane' };
  }

  /** Applies the kept configuration, if there is one that this node can use. */
  startFromCache(): Promise<void> {
    return this.#queue.inTurn(() => this.#startFromCache());
  }

  #startFromCache(): void {
    const { cache, log } = this.#options;
    const cached = cache?.load(({ table, hash }) => {
      const settled = atOnce(this.#settler.settling(table, hash));
      const result = settled.ok ? atOnce(this.#take({ settled: settled.configuration, origin: 'cache' })) : refusal(settled.errors);
      return result.applied ? undefined : result.message;
    });
    if (cached !== undefined) log.notice('started with the kept configuration', { hash: cached.hash });
  }

  /**
   * Reads the secrets in mounted files again, and compiles the running configuration again when one has changed or one that was missing is
   * there.
   *
   * @returns whether it was compiled again
   */
  renewSecrets(): Promise<boolean> {
    return this.#queue.inTurn(() => this.#renewSecrets());
  }

  async #renewSecrets(): Promise<boolean> {
    const running = this.#running;
    if (running === undefined || running.resolved.secrets.areCurrent()) return false;
    const result = await inSteps(this.#take(running, running.resolved.secrets));
    const { log } = this.#options;
    if (result.applied) log.notice('secrets of the configuration have changed and are in use', { hash: running.settled.hash });
    else log.error(`secrets of the configuration have changed, and cannot be used: ${result.message}`);
    return result.applied;
  }

  /** Resolves when everything that was asked for until now is done, and kept on disk. */
  async idle(): Promise<void> {
    await this.#queue.inTurn(() => this.#options.cache?.idle());
  }

  /** Ends the plugins, behind the requests that use them. */
  close(): void {
    this.#running?.compiled.retire();
  }

  * #take({ settled, origin }: Pick<Running, 'settled' | 'origin'>, known?: UsedSecrets): Steps<ApplyResult> {
    const { schemas, handlers, instances, routerFlavor, vaults } = this.#options;
    const { table, hash } = settled;
    const before = this.#running;
    const resolved = yield* resolvingSecrets({ table, schemas, vaults, known, before: before?.resolved });
    const { secrets } = resolved;
    const wrong = [...settled.setAside, ...resolved.setAside];
    const met = withoutUnmetNeeds(resolved.table, wrong);
    const setAside = [...wrong, ...met.setAside];
    const compiling = { hash, schemas, before: before?.snapshot };
    const snapshot = yield* compilingSnapshot({ ...compiling, table: met.table, setAside });
    const hasRoutes = rowsOf(table, 'routes').length > 0 || settled.setAside.some(({ entity }) => entity === 'routes');
    const isBare = ({ snapshot: { routes } }: CompiledSnapshot) => hasRoutes && routes.every(({ heldBack }) => heldBack === true);
    // What only this version cannot do is no mistake of the configuration, and refuses no table.
    if (wrong.length > 0 && isBare(snapshot)
      && isBare(yield* compilingSnapshot({ ...compiling, table: resolved.table, setAside: wrong }))) {
      return refusal(wrong.flatMap(({ errors }) => errors));
    }
    this.#logUnused(unusedEntities(table));
    try {
      const compiled = yield* compilingConfiguration({
        snapshot: snapshot.snapshot, handlers, instances, routerFlavor, before: before?.compiled,
      });
      const quarantined = [...setAside.map(quarantinedRow), ...compiled.failed]
        .map((entity) => bounded({ ...entity, reason: secrets.redact(entity.reason) }));
      this.#replace({ settled, origin, resolved, snapshot, compiled, quarantined, quarantine: quarantineOf(quarantined) });
      return { applied: true };
    } catch (error) {
      return { applied: false, message: secrets.redact(messageOf(error)), errors: [] };
    }
  }

  /**
   * Lets the next request see another configuration. The one before is whole until then: when the other cannot be used after all, requests
   * go on with it.
   *
   * @throws Error why it cannot be used
   */
  #replace(next: Running): void {
    const before = this.#running;
    try {
      tryOut(next.compiled);
      this.#options.onChange?.(next.compiled.snapshot);
    } catch (error) {
      if (before !== undefined) this.#options.onChange?.(before.compiled.snapshot);
      next.compiled.retire();
      throw error;
    }
    this.#logQuarantine(next.quarantined);
    this.#running = next;
    before?.compiled.retire();
  }

  /** One line when it changes. */
  #logUnused(unused: string | undefined): void {
    if (unused !== undefined && unused !== this.#unused) this.#options.log.warn(unused);
    this.#unused = unused;
  }

  /**
   * One line for each entity that enters quarantine, and for each that leaves it: not for each configuration, nor for each request.
   * Entities with one name and one reason, such as all configurations of a plugin without code, share a line.
   */
  #logQuarantine(quarantined: readonly QuarantinedEntity[]): void {
    const { log } = this.#options;
    const keyed = (entities: readonly QuarantinedEntity[]) => new Map(entities.map((entity) => [JSON.stringify(entity), entity]));
    const [before, now] = [keyed(this.#running?.quarantined ?? []), keyed(quarantined)];
    const entered = sharingLines([...now].filter(([key]) => !before.has(key)).map(([, entity]) => entity));
    for (const entities of entered.slice(0, MAX_LOGGED)) {
      const [entity] = entities;
      log.error(`in quarantine: ${describeQuarantined(entity)}`, { ...idsOf(entities), consequence: consequenceOf(entity.entity) });
    }
    if (entered.length > MAX_LOGGED) log.error(`in quarantine: ${entered.slice(MAX_LOGGED).flat().length} more entities`);
    const left = sharingLines([...before].filter(([key]) => !now.has(key)).map(([, entity]) => entity));
    for (const entities of left.slice(0, MAX_LOGGED)) {
      log.notice(`no longer in quarantine: ${describeQuarantined(entities[0])}`, idsOf(entities));
    }
  }
}

type Alike = readonly [QuarantinedEntity, ...QuarantinedEntity[]];

function sharingLines(entities: readonly QuarantinedEntity[]): readonly Alike[] {
  const nameOf = ({ name, id }: QuarantinedEntity) => (name === null ? { id } : { name });
  const groups = Map.groupBy(entities, (entity) => JSON.stringify([entity.entity, nameOf(entity), entity.reason]));
  return [...groups.values()] as unknown as Alike[];
}

function idsOf([{ id }, ...others]: Alike): { readonly id: string | null; readonly others?: number } {
  return others.length === 0 ? { id } : { id, others: others.length };
}

/** A plugin that is held back on all requests. One for some consumers, or for one of the two schemes, is no such plugin. */
function holdsEverythingBack({ snapshot, failed }: CompiledConfiguration): boolean {
  const failedIds = new Set(failed.flatMap(({ entity, id }) => (entity === 'plugins' ? [id] : [])));
  return snapshot.plugins.some(({ id, route, service, consumer, consumerGroup, protocols, isUnusable, onlyConsumers }) => (
    (isUnusable === true || failedIds.has(id)) && onlyConsumers !== true
    && [route, service, consumer, consumerGroup].every((scope) => scope === undefined)
    && (protocols.length === 0 || ['http', 'https'].every((scheme) => protocols.includes(scheme)))));
}

/** What happens to requests, by entity type. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  plugins: 'requests that would run it are answered with 500',
  routes: 'its requests are answered with 503',
  services: 'requests of its routes are answered with 503',
  consumers: 'it does not exist, and neither do its credentials',
};

function consequenceOf(entity: string): string {
  return CONSEQUENCES[entity] ?? 'it does not exist on this node';
}

function refusal(errors: readonly TableError[]): ApplyResult & { readonly applied: false } {
  return { applied: false, message: describeTableErrors(errors), errors };
}
