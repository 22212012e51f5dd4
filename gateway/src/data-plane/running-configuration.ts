/**
 * The configuration that a data plane runs: taken over whole or not at all, kept on disk, and compiled again when secrets behind its
 * references change on this node.
 */
import type { EnvVault } from '../base/env-vault.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { describeTableErrors, validateConfigTable } from '../model/declarative.ts';
import type { TableError } from '../model/declarative.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { compileSnapshot } from '../model/snapshot.ts';
import { compileConfiguration } from './compiled-configuration.ts';
import type { CompiledConfiguration, Handlers } from './compiled-configuration.ts';
import type { ConfigurationCache } from './configuration-cache.ts';
import { withNodeSecrets } from './node-secrets.ts';
import type { UsedSecrets } from './node-secrets.ts';

export type ApplyResult =
  | { readonly applied: true }
  | {
    readonly applied: false;
    readonly message: string;
    readonly errors: readonly TableError[];
    /** The only problem is that this node has no secret for some reference. The table is applied when the secrets are there. */
    readonly lacksSecrets?: boolean;
  };

interface RunningConfigurationOptions {
  readonly schemas: Schemas;
  readonly handlers: Handlers;
  readonly vault: EnvVault;
  /** @default - nothing is kept */
  readonly cache?: ConfigurationCache | undefined;
  readonly log: Log;
}

interface Running {
  readonly hash: string;
  readonly compiled: CompiledConfiguration;
  /** Only when it has secrets: then it may have to be compiled again. */
  readonly origin: Origin | undefined;
}

interface Origin {
  readonly table: ConfigTable;
  readonly hash: string;
  readonly secrets: UsedSecrets;
}

export class RunningConfiguration {
  readonly #options: RunningConfigurationOptions;
  #running: Running | undefined;
  /** The newest one, when it only lacks secrets. */
  #waiting: Origin | undefined;

  constructor(options: RunningConfigurationOptions) {
    this.#options = options;
  }

  /** `undefined` until the first one is applied. */
  get compiled(): CompiledConfiguration | undefined {
    return this.#running?.compiled;
  }

  get hash(): string | undefined {
    return this.#running?.hash;
  }

  /** Applies a configuration, or leaves everything as it was. */
  apply(table: ConfigTable, hash: string): ApplyResult {
    this.#waiting = undefined;
    const result = this.#take(table, hash);
    if (result.applied) this.#keep(table, hash);
    return result;
  }

  /** Applies the kept configuration, if there is one that this node can use. */
  startFromCache(): void {
    const { cache, log } = this.#options;
    const cached = cache?.load(({ table, hash }) => {
      const result = this.#take(table, hash);
      return result.applied ? undefined : { problem: result.message, stays: result.lacksSecrets };
    });
    if (cached !== undefined) log.notice('started with the kept configuration', { hash: cached.hash });
  }

  /**
   * Reads the secrets in mounted files again. Compiles the running configuration again when one has changed, and applies the one that only
   * lacked secrets when they are there. What cannot be used leaves everything as it was.
   */
  renewSecrets(): void {
    const waiting = this.#waiting;
    const origin = this.#running?.origin;
    if (waiting !== undefined) {
      if (waiting.secrets.areThere()) this.#tell('secrets of the newest configuration are there', this.apply(waiting.table, waiting.hash));
    } else if (origin !== undefined && !origin.secrets.areCurrent()) {
      this.#tell('secrets of the configuration have changed', this.#take(origin.table, origin.hash));
    }
  }

  #tell(why: string, result: ApplyResult): void {
    const { log } = this.#options;
    if (result.applied) log.notice(`${why} and are in use`, { hash: this.hash });
    else log.error(`${why}, and cannot be used: ${result.message}`);
  }

  #take(table: ConfigTable, hash: string): ApplyResult {
    const { schemas, handlers, vault, log } = this.#options;
    const checked = validateConfigTable(table, { schemas });
    if (!checked.ok) return refusal(checked.errors);
    const resolved = withNodeSecrets(checked.table, schemas, vault);
    const { secrets } = resolved;
    if (resolved.errors.length > 0) {
      this.#waiting ??= { table, hash, secrets };
      return { ...refusal(resolved.errors), lacksSecrets: true };
    }
    for (const warning of checked.warnings) log.warn(warning);
    try {
      const compiled = compileConfiguration(compileSnapshot(resolved.table, hash, schemas), handlers, log);
      this.#running = { hash, compiled, origin: secrets.size === 0 ? undefined : { table, hash, secrets } };
      return { applied: true };
    } catch (error) {
      return { applied: false, message: messageOf(error), errors: [] };
    }
  }

  #keep(table: ConfigTable, hash: string): void {
    try {
      this.#options.cache?.store(table, hash);
    } catch (error) {
      // The configuration runs; only a restart without a control plane would miss it.
      this.#options.log.error(messageOf(error));
    }
  }
}

function refusal(errors: readonly TableError[]): ApplyResult & { readonly applied: false } {
  return { applied: false, message: describeTableErrors(errors), errors };
}
