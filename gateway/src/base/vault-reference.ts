/** References to secrets in vaults: `{vault://name-of-the-vault/secret/field?ttl=60#version}`. */

export interface VaultReference {
  /** Kind of a vault, such as `env`, or the prefix of a vault that is configured. */
  readonly vault: string;
  /** Name of the secret; may have slashes. */
  readonly name: string;
  /** Field of a secret that is a JSON object. */
  readonly field?: string;
  /** @default - the newest */
  readonly version?: string;
  /** What the query says in place of the vault's configuration. @default - nothing */
  readonly options?: VaultOptions;
}

/** What a reference may say itself. Nothing that leads to another server: authors of references could collect credentials. */
export interface VaultOptions {
  /** Of the vault `env`. */
  readonly prefix?: string;
  /** Seconds. */
  readonly ttl?: number;
  readonly neg_ttl?: number;
  readonly resurrect_ttl?: number;
}

const REFERENCE = /^\{vault:\/\/([^/{}?#]+)\/([^{}?#]+)(?:\?([^{}#]*))?(?:#([^{}]*))?\}$/;

/** What a text refers to; `undefined` when it is no reference. The last part of a path with several is a field; `a/b/` has none. */
export function parseVaultReference(text: string): VaultReference | undefined {
  const [, vault, path, query, version] = REFERENCE.exec(text) ?? [];
  if (vault === undefined || path === undefined) return undefined;
  const parts = path.split('/').map(decoded);
  const field = parts.length > 1 ? parts.pop()! : '';
  const options = query === undefined ? {} : optionsOf(query);
  return {
    vault,
    name: parts.join('/'),
    ...field !== '' && { field },
    ...version !== undefined && version !== '' && { version },
    ...Object.keys(options).length > 0 && { options },
  };
}

function optionsOf(query: string): VaultOptions {
  const given = new URLSearchParams(query);
  const prefix = given.get('prefix');
  const numbers = (['ttl', 'neg_ttl', 'resurrect_ttl'] as const).flatMap((name) => {
    const text = given.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? [[name, Number(text)] as const] : [];
  });
  return { ...prefix !== null && { prefix }, ...Object.fromEntries(numbers) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * A field of a secret that is a JSON object.
 *
 * @param where the secret is, for messages
 * @throws Error that never says what was found
 */
export function fieldOf(json: string, field: string, where: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new Error(`${where} is no JSON object, so it has no field '${field}'`);
  }
  const fields = typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
  const found = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (typeof found !== 'string') throw new Error(`the JSON object in ${where} has no text in a field '${field}'`);
  return found;
}
