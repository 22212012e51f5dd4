/** The configuration of a node without a store (KONG_DATABASE=off): one file in the declarative format, JSON or YAML. */
import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import { GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { hashConfigTable } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { DataPlane } from './data-plane.ts';

/**
 * Applies the file. Without one the node starts with nothing to serve, and says so.
 *
 * @throws GatewayError `declarative-file-invalid` naming what is wrong with it
 */
export function applyDeclarativeFile(dataPlane: DataPlane, path: string | undefined, log: Log): void {
  if (path === undefined) {
    log.warn('KONG_DATABASE=off, and KONG_DECLARATIVE_CONFIG names no file: there is nothing to serve');
    return;
  }
  const table = readTable(path);
  const result = dataPlane.apply(table, hashConfigTable(table).config);
  if (!result.applied) throw new GatewayError('declarative-file-invalid', `KONG_DECLARATIVE_CONFIG: ${path}: ${result.message}`);
}

function readTable(path: string): ConfigTable {
  try {
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 }) as ConfigTable;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === undefined ? 'configuration' : 'io';
    throw new GatewayError('declarative-file-invalid', `KONG_DECLARATIVE_CONFIG: cannot read ${path}: ${messageOf(error)}`, reason, { cause: error });
  }
}
