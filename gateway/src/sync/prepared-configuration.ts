/** Turns a configuration table into what the tunnel sends: hashes, and one compressed push for each kind of data plane. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { KONG_VERSION } from '../base/version.ts';
import { hashConfigTable } from '../model/config-hash.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { conversionKey, convertFor } from './down-conversion.ts';
import type { PreparedConfiguration, Reconfigure } from './protocol.ts';

const compress = promisify(gzip);

/** @param revision grows with every change */
export function prepareConfiguration(table: ConfigTable, revision: number): PreparedConfiguration {
  const hashes = hashConfigTable(table);
  const preparedAtMs = Date.now();
  const payloads = new Map<string, Promise<Buffer>>();

  const build = async (version: string): Promise<Buffer> => {
    // Neither hash is computed again for a converted table: it names the configuration, not the bytes.
    const message: Reconfigure = {
      type: 'reconfigure',
      timestamp: preparedAtMs / 1000,
      config_table: convertFor(table, version),
      config_hash: hashes.config,
      hashes,
    };
    return compress(JSON.stringify(message));
  };

  return {
    table,
    hash: hashes.config,
    hashes,
    revision,
    preparedAtMs,
    plugins: [...new Set(rowsOf(table, 'plugins').map((row) => String(row.name)))].sort(),
    payload: (version = KONG_VERSION) => {
      const key = conversionKey(version);
      let payload = payloads.get(key);
      if (payload === undefined) {
        payload = build(version);
        payloads.set(key, payload);
      }
      return payload;
    },
  };
}
