/**
 * A configuration with this node's secrets in the places of references. Only what runs is made of it: the tunnel, the cache on disk and
 * the log keep the references.
 */
import { PATHS } from '../../contract.ts';
import { EnvVault } from '../base/env-vault.ts';
import { messageOf } from '../base/errors.ts';
import { KeptList } from '../base/kept-list.ts';
import { isSameJson } from '../base/same-json.ts';
import { atOnce, forEachInSteps } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import { vaultKinds } from '../base/vault-kinds.ts';
import { parseVaultReference } from '../base/vault-reference.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';
import { effectiveFields, foreignFieldsOf, secretFieldsOf, subschemaOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import { isSecretReference, withSecrets } from '../model/schema/secret-references.ts';
import type { SetAsideRow, TableError } from '../model/table-error.ts';
import { errorOf } from '../model/table-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { NodeVaults, OwnVaults, TableVaults } from '../vaults/node-vaults.ts';
import { SecretExpired } from '../vaults/secret-source.ts';

/**
 * Creates the vault `env` of a node: its environment, and the secrets that the constructs mount for plugins and by name. The secrets of the
 * node itself are not in it.
 */
export function nodeVault(prefix: string): EnvVault {
  const folders = [PATHS.identityCredentials, PATHS.cacheCredentials, PATHS.logCredentials];
  return new EnvVault({ prefix, folders, namedSecrets: PATHS.namedSecrets });
}

/** The vaults that the settings give to a node, with their configurations. */
export function ownVaults({ vaults: { listed, aws, hcv }, compatibility }: Pick<Settings, 'vaults' | 'compatibility'>): OwnVaults {
  const configs = { env: {}, aws, hcv: { ...hcv, token: hcv.token?.reveal() } };
  return Object.fromEntries(vaultKinds(listed, compatibility).map((kind) => [kind, configs[kind]]));
}

export interface ResolvedTable {
  /** Without the rows that are set aside. */
  readonly table: ConfigTable;
  /** Rows with references that this node cannot resolve. */
  readonly setAside: readonly SetAsideRow[];
  readonly secrets: UsedSecrets;
  /** For the next table. */
  readonly types: ReadonlyMap<string, ResolvedType>;
}

/** The rows of one entity type. */
interface ResolvedType {
  readonly rows: KeptList<Row, ResolvedRow>;
  readonly served: readonly Row[];
  readonly setAside: readonly SetAsideRow[];
}

/** What is shorter is no secret, but may be part of any word. */
const MIN_SECRET_LENGTH = 4;

/** The secrets of one configuration, and nothing else of it. */
export class UsedSecrets {
  readonly #vaults: TableVaults;
  readonly #byReference = new Map<string, string>();
  readonly #missing = new Set<string>();
  readonly #before: ReadonlyMap<string, string> | undefined;

  /** @param before secrets of the same table, which stay known where they cannot be read while their mounts are swapped */
  constructor(vaults: TableVaults, before?: UsedSecrets) {
    this.#vaults = vaults;
    // Its secrets alone: what it had from the one before must not stay for good.
    this.#before = before === undefined ? undefined : before.#byReference;
  }

  /** Number of references, with those that could not be read. */
  get size(): number {
    return this.#byReference.size + this.#missing.size;
  }

  /** The text without any of these secrets. */
  redact(text: string): string {
    const secrets = [...this.#byReference.values()].filter(({ length }) => length >= MIN_SECRET_LENGTH);
    return secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text);
  }

  /** @throws Error that says why there is no such secret */
  read(reference: string): string {
    this.#missing.add(reference);
    const found = this.#find(reference);
    const secret = found === EXPIRED ? this.#look(reference) : found ?? this.#before?.get(reference) ?? this.#look(reference);
    this.#missing.delete(reference);
    this.#byReference.set(reference, secret);
    return secret;
  }

  #look(reference: string): string {
    return this.#vaults.read(parseVaultReference(reference)!);
  }

  /**
   * Whether each secret is unchanged, and each that was missing still is. One that cannot be read now, because its mount is being swapped,
   * counts as unchanged.
   */
  areCurrent(): boolean {
    const isUnchanged = ([reference, secret]: [string, string]): boolean => {
      const found = this.#find(reference);
      return found === secret || found === undefined;
    };
    return [...this.#byReference].every(isUnchanged) && [...this.#missing].every((reference) => typeof this.#find(reference) !== 'string');
  }

  #find(reference: string): string | typeof EXPIRED | undefined {
    try {
      return this.#look(reference);
    } catch (error) {
      return error instanceof SecretExpired ? EXPIRED : undefined;
    }
  }
}

/** The vault is out of reach for longer than its last value may be used. */
const EXPIRED = Symbol('expired');

/**
 * Puts secrets in the places of references. A row with a reference that cannot be resolved is set aside.
 *
 * @param table that has been validated and completed
 * @param known secrets of the same table
 */
export function withNodeSecrets(table: ConfigTable, schemas: Schemas, vaults: NodeVaults, known?: UsedSecrets): ResolvedTable {
  return atOnce(resolvingSecrets({ table, schemas, vaults, known }));
}

interface Resolution {
  readonly table: ConfigTable;
  readonly schemas: Schemas;
  readonly vaults: NodeVaults;
  /** Secrets of the same table. */
  readonly known?: UsedSecrets | undefined;
  /** What was made of the table before: rows without references are not looked at again. */
  readonly before?: ResolvedTable | undefined;
}

export function* resolvingSecrets({ table, schemas, vaults, known, before }: Resolution): Steps<ResolvedTable> {
  return yield* vaults.whileReading(resolvingTable(table, schemas, new UsedSecrets(vaults.of(table), known), before));
}

function* resolvingTable(table: ConfigTable, schemas: Schemas, secrets: UsedSecrets, before?: ResolvedTable): Steps<ResolvedTable> {
  const types = new Map<string, ResolvedType>();
  for (const name of Object.keys(table)) {
    const schema = schemas.get(name);
    if (schema !== undefined) types.set(name, yield* resolvedType(schema, rowsOf(table, name), secrets, before?.types.get(name)));
  }
  const served = Object.fromEntries([...types].map(([name, type]) => [name, type.served]));
  const setAside = [...types.values()].flatMap((type) => type.setAside);
  return { table: { ...table, ...served } as ConfigTable, setAside, secrets, types };
}

function* resolvedType(schema: EntitySchema, given: readonly Row[], secrets: UsedSecrets, before?: ResolvedType): Steps<ResolvedType> {
  // The row that was looked at last, so that it is not resolved twice.
  let last: { readonly of: Row; readonly made: ResolvedRow } | undefined;
  // What a reference leads to may be another secret each time.
  const isKept = (known: Row, row: Row, made: ResolvedRow): boolean => {
    if (known !== row || !made.hasReferences) return known === row;
    last = { of: row, made: resolveRow(schema, row, secrets) };
    return isSameJson(last.made.row, made.row) && isSameJson(last.made.problems, made.problems);
  };
  const make = (row: Row): ResolvedRow => (last?.of === row ? last.made : resolveRow(schema, row, secrets));
  const rows = yield* (before?.rows ?? KeptList.empty<Row, ResolvedRow>()).next(given, make, { isKept });
  if (before !== undefined && rows.isSameAs(before.rows)) return { ...before, rows };
  let served: Row[] = [];
  let isWrong = false;
  yield* forEachInSteps(rows.made, ({ row, hasReferences, problems }) => {
    served.push(row);
    // Two references may lead to one secret.
    isWrong ||= problems.length > 0 || (hasReferences && schema.credential !== undefined);
  });
  if (!isWrong) return { rows, served, setAside: NO_PROBLEMS };
  const errors = errorsOf(schema, given, rows.made);
  const setAside = given.flatMap((row, index): SetAsideRow[] => (
    errors[index]!.length === 0 ? [] : [{ entity: schema.name, row, errors: errors[index]! }]));
  served = served.filter((_, index) => errors[index]!.length === 0);
  return { rows, served, setAside };
}

interface ResolvedRow {
  readonly row: Row;
  readonly hasReferences: boolean;
  /** Fields and what is wrong with their references. */
  readonly problems: readonly (readonly [field: string, message: string])[];
}

const NO_PROBLEMS: readonly never[] = [];

function resolveRow(schema: EntitySchema, row: Row, secrets: UsedSecrets): ResolvedRow {
  // What does not run needs no secrets.
  if (row.enabled === false) return { row, hasReferences: false, problems: NO_PROBLEMS };
  let problems: (readonly [field: string, message: string])[] | undefined;
  let hasReferences = false;
  const resolve = (reference: string, field: string): string => {
    hasReferences = true;
    try {
      return secrets.read(reference);
    } catch (error) {
      (problems ??= []).push([field, `${reference} cannot be resolved: ${messageOf(error)}`]);
      return reference;
    }
  };
  const resolved = withSecrets(effectiveFields(schema, subschemaOf(schema, row)), row, resolve);
  // Declarative files have references for keys; without this, the text of the reference would be the key, known to all readers of the
  // file.
  const references = credentialReferences(schema, row);
  if (references.length === 0) return { row: resolved, hasReferences, problems: problems ?? NO_PROBLEMS };
  const withCredentials = { ...resolved, ...Object.fromEntries(references.map((name) => [name, resolve(row[name] as string, name)])) };
  return { row: transformed(schema, withCredentials, references), hasReferences, problems: problems ?? NO_PROBLEMS };
}

/** What the control plane could not do without the secrets: it stores passwords as hashes. */
function transformed(schema: EntitySchema, row: Row, resolved: readonly string[]): Row {
  const concerned = (schema.transformations ?? []).filter(({ input = [], needs = [] }) => (
    resolved.some((name) => input.includes(name) || needs.includes(name))));
  if (concerned.length === 0) return row;
  const references = foreignFieldsOf(schema).filter(({ name }) => typeof row[name] === 'string');
  const entity = { ...row, ...Object.fromEntries(references.map(({ name }) => [name, { id: row[name] }])) };
  return concerned.reduce((changed: Row, { onWrite }) => ({ ...changed, ...onWrite(entity) }), row);
}

function credentialReferences(schema: EntitySchema, row: Row): readonly string[] {
  return secretFieldsOf(schema).filter((name) => isSecretReference(row[name]));
}

/** Two references may lead to one secret. Whose credential that is cannot be known, so those that only refer to it are set aside. */
function errorsOf(schema: EntitySchema, rows: readonly Row[], resolved: readonly ResolvedRow[]): readonly (readonly TableError[])[] {
  const errors = resolved.map(({ problems }, index): readonly TableError[] => (
    problems.length === 0 ? NO_PROBLEMS : problems.map(([field, message]) => errorOf(schema.name, index, rows[index]!, field, message))));
  const field = schema.credential?.lookup;
  if (field === undefined || !rows.some((row) => isSecretReference(row[field]))) return errors;
  const byValue = Map.groupBy(resolved.keys(), (index) => resolved[index]!.row[field]);
  return errors.map((ofRow, index) => {
    const isShared = byValue.get(resolved[index]!.row[field])!.length > 1;
    if (!isShared || ofRow.length > 0 || !isSecretReference(rows[index]![field])) return ofRow;
    return [errorOf(schema.name, index, rows[index]!, field, 'its secret is the value of another credential, too')];
  });
}
