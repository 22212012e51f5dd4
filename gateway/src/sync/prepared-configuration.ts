/**
 * Turns configuration tables into what the tunnel sends: hashes, and one compressed push for each kind of data plane. Both are made when
 * a data plane or a client needs them, from what was made for the table before.
 */
import { atOnce, inSteps } from '../base/steps.ts';
import { KONG_VERSION } from '../base/version.ts';
import type { ConfigHashes } from '../model/config-hash.ts';
import { ConfigHasher } from '../model/config-hasher.ts';
import { rowsOf } from '../model/config-table.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { conversionKey, convertFor } from './down-conversion.ts';
import type { PreparedConfiguration } from './protocol.ts';
import { PushPacker } from './push-packer.ts';

/** Of one table alone. */
export function prepareConfiguration(table: ConfigTable, revision: number): PreparedConfiguration {
  return new ConfigurationPreparer().prepare(table, revision);
}

export class ConfigurationPreparer {
  readonly #hasher = new ConfigHasher();
  /** By what they have to convert: as many as there are kinds of old data planes. */
  readonly #packers = new Map<string, PushPacker>();
  readonly #hashed: (configuration: PreparedConfiguration) => void;

  /** @param hashed called once the hash of a configuration is known */
  constructor(hashed: (configuration: PreparedConfiguration) => void = () => undefined) {
    this.#hashed = hashed;
  }

  /**
   * @param table its rows never change
   * @param revision grows with every change
   */
  prepare(table: ConfigTable, revision: number): PreparedConfiguration {
    const preparedAtMs = Date.now();
    const payloads = new Map<string, Promise<Buffer>>();
    let known: ConfigHashes | undefined;
    let hashing: Promise<ConfigHashes> | undefined;
    let plugins: readonly string[] | undefined;

    const keep = (hashes: ConfigHashes): ConfigHashes => {
      if (known) return known;
      known = hashes;
      this.#hashed(configuration);
      return hashes;
    };
    const build = async (version: string): Promise<Buffer> => {
      const hashes = await configuration.hashed();
      // Neither hash is computed again for a converted table: it names the configuration, not the bytes.
      return this.#packer(version).pack({
        type: 'reconfigure',
        timestamp: preparedAtMs / 1000,
        config_table: convertFor(table, version),
        config_hash: hashes.config,
        hashes,
      });
    };
    const configuration: PreparedConfiguration = {
      table,
      get hash() { return configuration.hashes.config; },
      get hashes() { return known ?? keep(atOnce(hasher.hashing(table))); },
      hashed: () => hashing ??= known ? Promise.resolve(known) : inSteps(hasher.hashing(table)).then(keep),
      revision,
      preparedAtMs,
      get plugins() { return plugins ??= [...new Set(rowsOf(table, 'plugins').map((row) => String(row.name)))].sort(); },
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
    const hasher = this.#hasher;
    return configuration;
  }

  #packer(version: string): PushPacker {
    const key = conversionKey(version);
    let packer = this.#packers.get(key);
    if (!packer) this.#packers.set(key, packer = new PushPacker());
    return packer;
  }
}
