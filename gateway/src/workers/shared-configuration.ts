/** The configuration of all workers: settled here, once, and handed over to each. What is known of it is what the first of them says. */
import { join } from 'node:path';

import { messageOf } from '../base/errors.ts';
import { inSteps } from '../base/steps.ts';
import { ApplyQueue } from '../data-plane/apply-queue.ts';
import { ConfigurationCache } from '../data-plane/configuration-cache.ts';
import { ConfigurationSettler } from '../data-plane/configuration-settler.ts';
import type { NodeConfiguration } from '../data-plane/node-parts.ts';
import { nodeVault, ownVaults, withNodeSecrets } from '../data-plane/node-secrets.ts';
import type { OwnProcessOptions } from '../data-plane/own-process.ts';
import type { ApplyResult, ConfigurationOrigin, RefusedConfiguration } from '../data-plane/running-configuration.ts';
import { PROBED_ENTITIES } from '../data-plane/target-watch.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { handOver } from '../model/handover.ts';
import type { SettledConfiguration } from '../model/handover.ts';
import { NO_QUARANTINE } from '../model/quarantine.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { compileSnapshot } from '../model/snapshot.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TableError } from '../model/table-error.ts';
import { describeTableErrors } from '../model/table-error.ts';
import { schemasFor } from '../plugins/schemas.ts';
import { NodeVaults } from '../vaults/node-vaults.ts';
import type { ConfigurationState } from './messages.ts';
import type { WorkerSlot } from './worker-slot.ts';

interface SharedConfigurationOptions extends Omit<OwnProcessOptions, 'onChange'> {
  readonly slots: readonly WorkerSlot[];
  /** Starts the workers. Resolves when one of them can take a configuration. */
  started(): Promise<void>;
  /** Called with what probes need of each configuration, when the workers run it. */
  onTargets(snapshot: Snapshot): void;
}

/** A worker that compiles for longer is replaced. Milliseconds. */
const APPLY_LIMIT_MS = 120_000;

interface Present {
  readonly settled: SettledConfiguration;
  readonly origin: ConfigurationOrigin;
}

const NOTHING_KNOWN: ConfigurationState = { hash: undefined, quarantine: NO_QUARANTINE, standsStill: false, awaitsSecrets: false };

export class SharedConfiguration implements NodeConfiguration {
  readonly #options: SharedConfigurationOptions;
  readonly #schemas: Schemas;
  readonly #settler: ConfigurationSettler;
  readonly #queue = new ApplyQueue<ApplyResult>();
  readonly #vaults: NodeVaults;
  readonly #cache: ConfigurationCache | undefined;
  #present: Present | undefined;
  #refused: RefusedConfiguration | undefined;
  #state = NOTHING_KNOWN;
  #starting: Promise<void> | undefined;

  constructor(options: SharedConfigurationOptions) {
    const { settings, log, clock, plugins, keepsConfiguration, vault = nodeVault(settings.vaultPrefix) } = options;
    this.#options = options;
    this.#schemas = plugins?.schemas ?? schemasFor(settings).schemas;
    this.#settler = new ConfigurationSettler(this.#schemas);
    this.#vaults = new NodeVaults({ env: vault, own: ownVaults(settings), clock, log, onChange: () => this.#watchTargets() });
    this.#cache = keepsConfiguration ? new ConfigurationCache(join(settings.prefix, 'configuration'), log) : undefined;
  }

  get hash(): string | undefined {
    return this.#present?.settled.hash;
  }

  get origin(): ConfigurationOrigin | undefined {
    return this.#present?.origin;
  }

  get quarantine(): Quarantine {
    return this.#known.quarantine;
  }

  get standsStill(): boolean {
    return this.#known.standsStill;
  }

  get awaitsSecrets(): boolean {
    return this.#known.awaitsSecrets;
  }

  get refused(): RefusedConfiguration | undefined {
    return this.#refused;
  }

  async start(): Promise<void> {
    await this.#started();
    await this.#queue.inTurn(() => this.#startFromCache());
  }

  apply(table: ConfigTable, hash: string, origin: ConfigurationOrigin = 'control_plane'): Promise<ApplyResult> {
    return this.#queue.apply(async () => {
      await this.#started();
      const settled = await this.#settler.settle(table, hash);
      const result = settled.ok ? await this.#handOut({ settled: settled.configuration, origin }) : refusal(settled.errors);
      this.#refused = result.applied ? undefined : { hash, message: result.message };
      if (result.applied) this.#keep(table, hash);
      return result;
    });
  }

  async prepare(): Promise<void> {
    // Workers ask vaults, each before it applies.
  }

  confirm(): void {
    this.#refused = undefined;
    if (this.#present !== undefined) this.#present = { ...this.#present, origin: 'control_plane' };
  }

  async idle(): Promise<void> {
    await this.#queue.inTurn(() => undefined);
  }

  /** Hands the configuration that runs to a worker that has not got it yet. @throws Error it cannot run it */
  async equip(slot: WorkerSlot): Promise<void> {
    await this.#queue.inTurn(async () => {
      if (this.#present === undefined || slot.configuration === this.#present.settled) return;
      const result = await this.#hand(slot, this.#present.settled);
      if (!result.applied) throw new Error(`the configuration is not applied: ${result.message}`);
    });
  }

  close(): void {
    this.#vaults.close();
  }

  /** What the first worker says: all of them know the same. */
  get #known(): ConfigurationState {
    this.#state = this.#options.slots.find(({ isStarted, state }) => isStarted && state !== undefined)?.state ?? this.#state;
    return this.#state;
  }

  /** A node with a store gets its configuration before it listens. */
  #started(): Promise<void> {
    this.#starting ??= this.#options.started();
    return this.#starting;
  }

  async #startFromCache(): Promise<void> {
    const problems = new Map<string, string>();
    for (;;) {
      // The loop goes on with the older generation, if the workers cannot run the newer one.
      const cached = this.#cache?.load(({ hash }) => problems.get(hash));
      if (cached === undefined) return;
      const settled = await this.#settler.settle(cached.table, cached.hash);
      const result = settled.ok ? await this.#handOut({ settled: settled.configuration, origin: 'cache' }) : refusal(settled.errors);
      if (result.applied) return void this.#options.log.notice('started with the kept configuration', { hash: cached.hash });
      problems.set(cached.hash, result.message);
    }
  }

  /** Hands a configuration to all workers. One that cannot run what others run is replaced. */
  async #handOut(next: Present): Promise<ApplyResult> {
    const slots = this.#options.slots.filter(({ isStarted }) => isStarted);
    const workers = slots.map((slot) => slot.process);
    const results = await Promise.all(slots.map((slot) => this.#hand(slot, next.settled).catch((error: Error) => error)));
    const refused = results.find((result) => !(result instanceof Error) && !result.applied) as ApplyResult | undefined;
    if (!results.some((result) => !(result instanceof Error) && result.applied)) {
      return refused ?? { applied: false, message: 'no worker has applied it: the log says how they ended', errors: [] };
    }
    this.#present = next;
    results.forEach((result, index) => {
      const slot = slots[index]!;
      if (!(result instanceof Error) && result.applied) return;
      this.#options.log.error('a worker does not run the configuration of the others and is replaced', {
        worker: slot.number, reason: messageOf(result instanceof Error ? result : new Error(result.applied ? '' : result.message)),
      });
      if (slot.process === workers[index]) slot.process?.kill();
    });
    this.#watchTargets();
    return { applied: true };
  }

  async #hand(slot: WorkerSlot, settled: SettledConfiguration): Promise<ApplyResult> {
    const result = await this.#send(slot, settled, slot.configuration);
    return !result.applied && result.isBaseMissing === true ? this.#send(slot, settled) : result;
  }

  async #send(slot: WorkerSlot, settled: SettledConfiguration, base?: SettledConfiguration): Promise<ApplyResult> {
    const worker = slot.process;
    if (worker === undefined) throw new Error('the worker has ended');
    for (const text of await inSteps(handOver(settled, base))) await worker.channel.hand('part', text);
    const { result, state } = await worker.channel.ask('apply', null, APPLY_LIMIT_MS);
    if (slot.process !== worker) throw new Error('the worker has ended');
    slot.state = state;
    if (result.applied) slot.configuration = settled;
    return result;
  }

  #watchTargets(): void {
    if (this.#present === undefined) return;
    const { settled: { table, hash, setAside } } = this.#present;
    try {
      const probed = Object.fromEntries(Object.entries(table).map(([name, rows]) => (
        [name, Array.isArray(rows) && !isProbed(name) ? [] : rows]))) as unknown as ConfigTable;
      const { table: resolved, setAside: unresolved } = withNodeSecrets(probed, this.#schemas, this.#vaults);
      const wrong = [...setAside.filter(({ entity }) => isProbed(entity)), ...unresolved];
      this.#options.onTargets(compileSnapshot(resolved, hash, this.#schemas, wrong));
    } catch (error) {
      this.#options.log.error(`targets are not probed: ${messageOf(error)}`);
    }
  }

  #keep(table: ConfigTable, hash: string): void {
    try {
      this.#cache?.store(table, hash);
    } catch (error) {
      // The configuration runs; only a restart without a control plane would miss it.
      this.#options.log.error(messageOf(error));
    }
  }
}

function isProbed(entity: string): boolean {
  return (PROBED_ENTITIES as readonly string[]).includes(entity);
}

function refusal(errors: readonly TableError[]): ApplyResult {
  return { applied: false, message: describeTableErrors(errors), errors };
}
