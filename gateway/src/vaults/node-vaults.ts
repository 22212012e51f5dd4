/** The vaults that references of a configuration lead to: those that the node has by itself, and those that the configuration adds. */
import type { Clock } from '../base/clock.ts';
import type { EnvVault } from '../base/env-vault.ts';
import type { Log } from '../base/log.ts';
import type { Steps } from '../base/steps.ts';
import type { VaultKind } from '../base/vault-kinds.ts';
import { fieldOf, parseVaultReference } from '../base/vault-reference.ts';
import type { VaultReference } from '../base/vault-reference.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { vaultSubschema } from '../model/entities/vault.ts';
import type { Fields } from '../model/schema/field.ts';
import { awsSource } from './aws-source.ts';
import { hcvSource } from './hcv-source.ts';
import type { HcvConfig } from './hcv-source.ts';
import { RemoteSecrets } from './remote-secrets.ts';
import type { Lifetimes, SecretSource } from './secret-source.ts';

type VaultConfig = Readonly<Record<string, unknown>>;

/** Configuration of the vaults that need no entity, by kind. */
export type OwnVaults = Readonly<Partial<Record<VaultKind, VaultConfig>>>;

interface NodeVaultsOptions {
  readonly env: EnvVault;
  /** @default - `env` only */
  readonly own?: OwnVaults;
  readonly clock: Clock;
  readonly log: Log;
  /** A secret outside of the node has changed, has come, or is gone. */
  readonly onChange: () => void;
}

/** Where references of one configuration are looked up. */
export interface TableVaults {
  /** @throws Error that says why there is no such secret, and never what was found */
  read(reference: VaultReference): string;
}

/** A kind and its configuration, by the name that references use. */
interface NamedVault {
  readonly kind: VaultKind;
  readonly config: VaultConfig;
}

const DEFAULTS: Lifetimes = { ttl: 0, neg_ttl: 0, resurrect_ttl: 100_000_000 };

export class NodeVaults {
  readonly #options: NodeVaultsOptions;
  readonly #own: OwnVaults;
  readonly #remote: RemoteSecrets;
  /** By kind and configuration. */
  readonly #sources = new Map<string, SecretSource>();

  constructor(options: NodeVaultsOptions) {
    this.#options = options;
    this.#own = { env: {}, ...options.own };
    this.#remote = new RemoteSecrets(options);
  }

  /** Secrets that the node asks for and has not heard of yet. */
  get pending(): number {
    return this.#remote.pending;
  }

  of(table: ConfigTable): TableVaults {
    const named = this.#namedIn(table);
    return {
      read: (reference) => {
        const found = named.get(reference.vault);
        if (found === undefined) throw new Error(`vault '${reference.vault}' is not known, expected ${[...named.keys()].join(' or ')}`);
        return this.#read(found, reference);
      },
    };
  }

  /** Asks for the secrets of a table before it is applied, and waits for them up to the limit. */
  async prefetch(table: ConfigTable, limitMs: number): Promise<void> {
    if (Object.keys(this.#own).length === 1) return;
    const vaults = this.of(table);
    for (const reference of referencesIn(table)) {
      try {
        vaults.read(reference);
      } catch {
        // What cannot be read is reported when the table is applied.
      }
    }
    await this.settled(limitMs);
  }

  /** Settles when the vaults have answered, or after the limit. */
  async settled(limitMs: number): Promise<void> {
    await this.#remote.settled(limitMs);
  }

  /** Does what reads all secrets of a configuration, and forgets the others. */
  * whileReading<T>(read: Steps<T>): Steps<T> {
    this.#remote.begin();
    const result = yield* read;
    this.#remote.forgetOthers();
    return result;
  }

  close(): void {
    this.#remote.close();
    for (const source of this.#sources.values()) source.close?.();
    this.#sources.clear();
  }

  #namedIn(table: ConfigTable): ReadonlyMap<string, NamedVault> {
    const kinds = Object.keys(this.#own) as VaultKind[];
    const own = kinds.map((kind): [string, NamedVault] => [kind, { kind, config: this.#own[kind]! }]);
    const configured = rowsOf(table, 'vaults').flatMap((row): [string, NamedVault][] => {
      const kind = kinds.find((known) => known === row.name);
      if (kind === undefined || typeof row.prefix !== 'string') return [];
      return [[row.prefix, { kind, config: { prefix: '', ...row.config as VaultConfig } }]];
    });
    return new Map([...own, ...configured]);
  }

  #read({ kind, config }: NamedVault, reference: VaultReference): string {
    if (kind === 'env') return this.#options.env.read(reference, textOf(config.prefix));
    const resolved = this.#resolved(withDefaults(kind, config));
    // With the token in it: a node that gets another one reads with that.
    const key = JSON.stringify([kind, resolved]);
    let source = this.#sources.get(key);
    if (source === undefined) this.#sources.set(key, source = sourceOf(kind, resolved, () => this.#options.clock.now()));
    const lifetimes = { ...DEFAULTS, ...numbersOf(resolved), ...numbersOf(reference.options ?? {}) };
    const whole = this.#remote.read(source, key, reference.name, reference.version, lifetimes);
    return reference.field === undefined ? whole : fieldOf(whole, reference.field, `the secret ${reference.name} of ${source.name}`);
  }

  /** What a vault needs itself comes from the environment: another vault could need this one. */
  #resolved(config: VaultConfig): VaultConfig {
    return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, this.#fromEnvironment(value)]));
  }

  #fromEnvironment(value: unknown): unknown {
    const reference = typeof value === 'string' ? parseVaultReference(value) : undefined;
    return reference?.vault === 'env' ? this.#options.env.read(reference) : value;
  }
}

/** Every field in the order of the schema: tables that the tunnel brings need not be complete. */
function withDefaults(kind: VaultKind, given: VaultConfig): VaultConfig {
  const config = vaultSubschema(kind)!.fields.config!;
  const fields: Fields = 'fields' in config ? config.fields ?? {} : {};
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => {
    const fallback = 'default' in field ? field.default : undefined;
    return [name, given[name] ?? fallback ?? null];
  }));
}

function sourceOf(kind: VaultKind, config: VaultConfig, now: () => number): SecretSource {
  return kind === 'aws' ? awsSource(config) : hcvSource(config as unknown as HcvConfig, now);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numbersOf(values: object): Partial<Lifetimes> {
  const names: readonly string[] = Object.keys(DEFAULTS);
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => names.includes(name) && typeof value === 'number'));
}

/** Every reference in a configuration, in fields that accept one or not. */
function* referencesIn(value: unknown): Generator<VaultReference> {
  if (typeof value === 'string') {
    const reference = value.startsWith('{vault://') ? parseVaultReference(value) : undefined;
    if (reference !== undefined) yield reference;
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) yield* referencesIn(item);
  }
}
