/**
 * The prepared plugins of a node. One is prepared once for its entity, and serves every configuration in which the entity is the same, so
 * that what it keeps (limits, queues, caches) lasts. It is closed when no configuration and no request uses it any more.
 */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { PluginInstance } from '../model/snapshot.ts';
import type { NodeFacts, PluginHandler, PluginPhases } from '../plugin-kit/plugin.ts';
import type { NodeServices } from '../plugin-kit/services.ts';

interface PluginInstancesOptions {
  readonly log: Log;
  readonly clock: Clock;
  readonly node: NodeFacts;
  readonly services: NodeServices;
}

/** A prepared plugin, as a configuration holds it. */
export interface HeldPlugin {
  readonly phases: PluginPhases;
}

interface Held extends HeldPlugin {
  readonly key: string;
  users: number;
}

/** Name and id of the plugin that phases belong to. */
interface PluginIdentity {
  readonly name: string;
  readonly id: string;
}

const IDENTITIES = new WeakMap<PluginPhases, PluginIdentity>();

/** @returns undefined for phases that take the place of a plugin that cannot run */
export function identityOf(phases: PluginPhases): PluginIdentity | undefined {
  return IDENTITIES.get(phases);
}

/** Plugins of one configuration, held until it is released. */
export interface HeldPlugins {
  /** @throws Error when the plugin cannot be prepared */
  prepare(handler: PluginHandler<unknown>, plugin: PluginInstance): HeldPlugin;
  /** Holds what another configuration, which is still held, has prepared. */
  share(held: HeldPlugin): void;
  release(): void;
}

/** Most of them are still in use: letting one go is to count. */
const RELEASED_AT_ONCE = 2_000;

export class PluginInstances {
  readonly #options: PluginInstancesOptions;
  readonly #held = new Map<string, Held>();
  #configurations = 0;

  constructor(options: PluginInstancesOptions) {
    this.#options = options;
  }

  /** Number of prepared plugins. */
  get size(): number {
    return this.#held.size;
  }

  /** Number of configurations that hold plugins. */
  get configurations(): number {
    return this.#configurations;
  }

  /** Begins a configuration. What it holds is held until `release`, also where it shares it with the configuration before. */
  hold(): HeldPlugins {
    let isHeld = true;
    this.#configurations += 1;
    const own: Held[] = [];
    const use = (held: Held): Held => {
      held.users += 1;
      own.push(held);
      return held;
    };
    return {
      prepare: (handler, plugin) => {
        const key = keyOf(plugin);
        const held = this.#held.get(key) ?? { key, phases: this.#prepare(handler, plugin), users: 0 };
        this.#held.set(key, held);
        return use(held);
      },
      share: (held) => void use(held as Held),
      release: () => {
        if (isHeld) this.#configurations -= 1;
        isHeld = false;
        this.#releaseAll(own);
      },
    };
  }

  #prepare(handler: PluginHandler<unknown>, plugin: PluginInstance): PluginPhases {
    const { log, ...shared } = this.#options;
    const { id, name, instanceName, route, service, consumer, consumerGroup } = plugin;
    const phases = handler.prepare(plugin.config, {
      ...shared, id, instanceName, scope: { route, service, consumer, consumerGroup }, log: log.with({ plugin: name, plugin_id: id }),
    });
    IDENTITIES.set(phases, { name, id });
    return phases;
  }

  /** A batch in each round of the event loop. */
  #releaseAll(own: Held[]): void {
    for (const held of own.splice(0, RELEASED_AT_ONCE)) this.#release(held);
    if (own.length > 0) setImmediate(() => this.#releaseAll(own));
  }

  #release(held: Held): void {
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(held.key);
    void this.#close(held.phases);
  }

  async #close(phases: PluginPhases): Promise<void> {
    try {
      await phases.close?.();
    } catch (error) {
      this.#options.log.error(`a plugin could not be closed: ${messageOf(error)}`);
    }
  }
}

/** All that a plugin is prepared with. */
function keyOf({ id, name, instanceName, config, route, service, consumer, consumerGroup }: PluginInstance): string {
  return JSON.stringify([id, name, instanceName, route, service, consumer, consumerGroup, config]);
}
