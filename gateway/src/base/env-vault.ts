/**
 * The vault `env`: secrets that a node was given as environment variables, or as files of mounted folders. Configurations name them by
 * references,
 * `{vault://env/cache-password}`, or `{vault://env/database/password}` for one field of a value that is a JSON object.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { messageOf } from './errors.ts';
import { fieldOf } from './vault-reference.ts';
import type { VaultReference } from './vault-reference.ts';

interface EnvVaultOptions {
  /** @default - that of the process */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Put before names of variables. @default - nothing */
  readonly prefix?: string;
  /**
   * Mounted folders, one secret a file: `/etc/hybridge/cache` with the file `password` holds the secret `cache-password`. The environment
   * wins.
   * Only folders that are meant to be read by name belong here: a user who may configure plugins may name every file in them. @default -
   * none
   */
  readonly folders?: readonly string[];
  /**
   * Folder of secrets that a user gave to the node by name, a folder each: with `partner-key/value`, the secret `partner-key`. @default -
   * none
   */
  readonly namedSecrets?: string;
}

export class EnvVault {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #prefix: string;
  readonly #folders: readonly string[];
  readonly #namedSecrets: string | undefined;

  constructor({ environment = process.env, prefix = '', folders = [], namedSecrets }: EnvVaultOptions = {}) {
    this.#environment = environment;
    this.#prefix = prefix;
    this.#folders = folders;
    this.#namedSecrets = namedSecrets;
  }

  /**
   * The secret, read at each call.
   * @param prefix in place of the vault's own: configured vaults of this kind have one. What the reference says wins
   * @throws Error that says where the secret was looked for, and never what was found
   */
  read({ name, field, version, options }: VaultReference, prefix = this.#prefix): string {
    if (version !== undefined) throw new Error('secrets of the environment have no versions');
    const variable = variableOf(`${options?.prefix ?? prefix}${name}`);
    // An empty variable counts as unset, as for settings.
    const value = this.#environment[variable] || this.#readFile(variable);
    if (value === undefined || value === '') throw new Error(`the environment has no ${variable}${this.#elsewhere()}`);
    return field === undefined ? value : fieldOf(value, field, variable);
  }

  #elsewhere(): string {
    const folders = [...this.#folders, ...this.#namedSecrets === undefined ? [] : [this.#namedSecrets]];
    return folders.length === 0 ? '' : `, and no file in ${folders.join(', ')} stands for it`;
  }

  #readFile(variable: string): string | undefined {
    const path = this.#fileOf(variable);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      throw new Error(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Files are found by the names of what is there: nothing of a reference becomes part of a path. */
  #fileOf(variable: string): string | undefined {
    for (const folder of this.#folders) {
      const file = namesIn(folder).find((candidate) => variableOf(`${basename(folder)}_${candidate}`) === variable);
      if (file !== undefined) return join(folder, file);
    }
    if (this.#namedSecrets === undefined) return undefined;
    const name = namesIn(this.#namedSecrets).find((candidate) => variableOf(candidate) === variable);
    return name === undefined ? undefined : join(this.#namedSecrets, name, VALUE_FILE);
  }
}

/** The file in the folder of a named secret. */
const VALUE_FILE = 'value';

function variableOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** A folder that is not mounted has no secrets. Names with a dot in front are what Kubernetes swaps mounts with. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
