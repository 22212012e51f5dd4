/** Versions of Kong's declarative format, which configuration tables and declarative files share. */
import type { Row } from './config-table.ts';

export const FORMAT_VERSIONS: readonly string[] = ['1.1', '2.1', '3.0'];

/** Converts a row of an older format to 3.0, where `~` marks regular expressions among paths; before, special characters did. */
export function upgradedRow(version: unknown, type: string, row: Row): Row {
  if (version === '3.0' || type !== 'routes' || !Array.isArray(row.paths)) return row;
  return { ...row, paths: row.paths.map((path) => (typeof path === 'string' && !/^[A-Za-z0-9\-._~/%]*$/.test(path) ? `~${path}` : path)) };
}
