/** Kinds of vaults, and which of them a node has. */
import type { Compatibility } from './compatibility.ts';

/** `env`: the environment of the node. `aws`: AWS Secrets Manager. `hcv`: HashiCorp Vault. */
export const VAULT_KINDS = ['env', 'aws', 'hcv'] as const;

export type VaultKind = typeof VAULT_KINDS[number];

/** What `bundled` stands for: the community edition of Kong has `env` only. */
const BUNDLED: Readonly<Record<Compatibility, readonly VaultKind[]>> = { 'kong-3.9.1': ['env'], 'full': VAULT_KINDS };

/** The kinds that `KONG_VAULTS` lists; `env` always exists. */
export function vaultKinds(listed: readonly string[], compatibility: Compatibility): readonly VaultKind[] {
  const kinds = new Set<VaultKind>(['env']);
  for (const name of listed) {
    const kind = VAULT_KINDS.find((known) => known === name);
    if (kind !== undefined) kinds.add(kind);
    else if (name === 'bundled') for (const bundled of BUNDLED[compatibility]) kinds.add(bundled);
  }
  return [...kinds];
}
