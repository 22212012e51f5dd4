/**
 * A configuration with this node's secrets in the places of references. Only what runs is made of it: the tunnel, the cache on disk and
 * the log keep the references.
 */
import { PATHS } from '../../contract.ts';
import { EnvVault, parseVaultReference } from '../base/env-vault.ts';
import { messageOf } from '../base/errors.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import type { TableError } from '../model/declarative.ts';
import { effectiveFields, subschemaOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { isSecretReference, withSecrets } from '../model/schema/secret-references.ts';

/**
 * Creates the vault `env` of a node: its environment, and the secrets that the constructs mount for plugins and by name. The secrets of the
 * node itself are not in it.
 */
export function nodeVault(prefix: string): EnvVault {
  const folders = [PATHS.identityCredentials, PATHS.cacheCredentials, PATHS.logCredentials];
  return new EnvVault({ prefix, folders, namedSecrets: PATHS.namedSecrets });
}

interface ResolvedTable {
  readonly table: ConfigTable;
  /** References that this node cannot resolve. */
  readonly errors: readonly TableError[];
  readonly secrets: UsedSecrets;
}

/** The secrets of one configuration, and nothing else of it. */
export class UsedSecrets {
  readonly #vault: EnvVault;
  readonly #prefixes: ReadonlyMap<string, string | undefined>;
  readonly #byReference = new Map<string, string>();
  readonly #missing = new Set<string>();

  constructor(vault: EnvVault, table: ConfigTable) {
    this.#vault = vault;
    this.#prefixes = prefixesOf(table);
  }

  /** Number of references that were read. */
  get size(): number {
    return this.#byReference.size;
  }

  /** @throws Error that says why there is no such secret */
  read(reference: string): string {
    this.#missing.add(reference);
    const secret = this.#look(reference);
    this.#missing.delete(reference);
    this.#byReference.set(reference, secret);
    return secret;
  }

  #look(reference: string): string {
    const parsed = parseVaultReference(reference)!;
    if (!this.#prefixes.has(parsed.vault)) {
      throw new Error(`vault '${parsed.vault}' is not known, expected ${[...this.#prefixes.keys()].join(' or ')}`);
    }
    return this.#vault.read(parsed, this.#prefixes.get(parsed.vault));
  }

  /** Whether each secret is unchanged. One that cannot be read now, because its mount is being swapped, counts as unchanged. */
  areCurrent(): boolean {
    return [...this.#byReference].every(([reference, secret]) => [secret, undefined].includes(this.#find(reference)));
  }

  /** Whether those that were missing can be read now. */
  areThere(): boolean {
    return [...this.#missing].every((reference) => this.#find(reference) !== undefined);
  }

  #find(reference: string): string | undefined {
    try {
      return this.#look(reference);
    } catch {
      return undefined;
    }
  }
}

/** @param table that has been validated and completed */
export function withNodeSecrets(table: ConfigTable, schemas: Schemas, vault: EnvVault): ResolvedTable {
  const errors: TableError[] = [];
  const secrets = new UsedSecrets(vault, table);
  const resolveRow = (entity: string, row: Row, index: number): Row => {
    const resolve = (reference: string, field: string): string => {
      try {
        return secrets.read(reference);
      } catch (error) {
        const name = row.name ?? row.username;
        errors.push({
          entity, index, field, message: `${reference} cannot be resolved: ${messageOf(error)}`,
          ...typeof row.id === 'string' && { id: row.id }, ...typeof name === 'string' && { name },
        });
        return reference;
      }
    };
    const schema = schemas.get(entity)!;
    const resolved = withSecrets(effectiveFields(schema, subschemaOf(schema, row)), row, resolve);
    // Declarative files have references for keys; without this, the text of the reference would be the key, known to all readers of the
    // file.
    const references = (schema.credential?.secrets ?? []).filter((name) => isSecretReference(row[name]));
    if (references.length === 0) return resolved;
    return { ...resolved, ...Object.fromEntries(references.map((name) => [name, resolve(row[name] as string, name)])) };
  };
  const entities = Object.keys(table).filter((entity) => schemas.has(entity));
  const resolved = Object.fromEntries(
    entities.map((entity) => [entity, rowsOf(table, entity).map((row, index) => resolveRow(entity, row, index))]),
  );
  return { table: { ...table, ...resolved } as ConfigTable, errors, secrets };
}

/** Vaults by the name that references use, with what they put before names: `env`, and those of its kind that are configured. */
function prefixesOf(table: ConfigTable): ReadonlyMap<string, string | undefined> {
  const configured = rowsOf(table, 'vaults').filter((row) => row.name === 'env' && typeof row.prefix === 'string');
  return new Map<string, string | undefined>([
    ['env', undefined],
    ...configured.map((row): [string, string] => {
      const { prefix } = (row.config ?? {}) as { readonly prefix?: unknown };
      return [row.prefix as string, typeof prefix === 'string' ? prefix : ''];
    }),
  ]);
}
