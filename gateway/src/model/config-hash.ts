/**
 * The 32-character hash of a configuration, byte for byte as Kong 3.9.1 computes it (MD5 over a canonical text).
 * It identifies a configuration and is not a security measure.
 */
import { createHash } from 'node:crypto';

import { CanonicalText, writeValue } from './canonical-text.ts';
import type { ConfigTable } from './config-table.ts';

/** The hash that a node without a configuration reports. */
export const NO_HASH = '0'.repeat(32);

/** Hash of the whole and of the sections that a data plane rebuilds separately. 32 characters each. */
export interface ConfigHashes {
  readonly config: string;
  readonly routes: string;
  readonly services: string;
  readonly plugins: string;
  readonly upstreams: string;
  readonly targets: string;
}

/** What a data plane rebuilds separately has a digest of its own. */
export const SECTIONS = ['routes', 'services', 'plugins', 'upstreams', 'targets'] as const;

/** All hashes of a table. */
export function hashConfigTable(table: ConfigTable): ConfigHashes {
  const rest: Record<string, unknown> = { ...table };
  const digests = Object.fromEntries(SECTIONS.map((name) => {
    delete rest[name];
    return [name, sectionHash(table[name])];
  })) as Omit<ConfigHashes, 'config'>;
  return hashesOf(digests, sectionHash(rest));
}

/** @param rest digest of what belongs to no section */
export function hashesOf(sections: Omit<ConfigHashes, 'config'>, rest: string): ConfigHashes {
  const config = createHash('md5').update(SECTIONS.map((name) => sections[name]).join('') + rest).digest('hex');
  return { config, ...sections };
}

/** Hash of any JSON value; absent is 32 zeros. */
export function sectionHash(value: unknown): string {
  if (value === undefined) return NO_HASH;
  const text = new CanonicalText();
  writeValue(value, text);
  return text.digest();
}

/** A table without rows other than those of `workspaces` counts as "no configuration", whatever its hash. */
export function isEmptyTable(table: ConfigTable): boolean {
  return !Object.keys(table).some((key) => {
    const rows = table[key];
    return key !== 'workspaces' && Array.isArray(rows) && rows.length > 0;
  });
}
