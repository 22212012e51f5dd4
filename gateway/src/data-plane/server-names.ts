/** Which certificate a listener presents for which server name: the entities `certificates` and `snis` of the configuration. */
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Lru } from '../base/lru.ts';
import type { ServedClient } from '../listener/listener-servers.ts';
import type { Row } from '../model/config-table.ts';
import { keyTypeOfCertificate } from '../model/formats/pem.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Contexts that are kept; making one again costs a millisecond. */
const MAX_CONTEXTS = 1_000;

export class ServerNames {
  readonly #options: SecureContextOptions;
  readonly #log: Log;
  readonly #contexts = new Lru<string, SecureContext>(MAX_CONTEXTS);
  #certificates = new Map<string, Certificate>();
  /** What these were made of. */
  #rows: readonly (readonly Row[])[] = [];

  /** @param options what the listener offers beside its certificate */
  constructor(options: SecureContextOptions, log: Log) {
    this.#options = options;
    this.#log = log;
  }

  /** Takes over the certificates of a configuration. */
  use(snapshot: Snapshot): void {
    const rows = [snapshot.entities('certificates'), snapshot.entities('snis')];
    if (rows.every((list, at) => list === this.#rows[at])) return;
    this.#rows = rows;
    const certificates = new Map(snapshot.entities('certificates').map((row) => [row.id, new Certificate(row)]));
    this.#certificates = new Map(snapshot.entities('snis').map(({ name, certificate }) => {
      // A certificate whose secrets cannot be read: its name must not be served with another one.
      const found = certificates.get(certificate) ?? new Certificate(undefined);
      return [String(name).toLowerCase(), found] as const;
    }));
  }

  /**
   * The certificate for a server name: that of the name itself, else that of a wildcard in place of its first label, of its last label, or
   * of everything.
   *
   * @returns `undefined` where the listener's own is presented
   * @throws Error the certificate cannot be used
   */
  contextFor(serverName: string, client: ServedClient): SecureContext | undefined {
    if (this.#certificates.size === 0) return undefined;
    const name = serverName.toLowerCase().replace(/\.$/, '');
    const certificate = this.#certificates.get(name) ?? this.#certificates.get(name.replace(/^[^.]+\./, '*.'))
      ?? this.#certificates.get(name.replace(/\.[^.]+$/, '.*')) ?? this.#certificates.get('*');
    return certificate && this.#contextOf(certificate, name, client);
  }

  #contextOf(certificate: Certificate, name: string, client: ServedClient): SecureContext {
    try {
      const pair = certificate.pairFor(client);
      const key = `${pair.cert}${pair.key}`;
      const known = this.#contexts.get(key);
      if (known !== undefined) return known;
      const made = createSecureContext({ ...this.#options, ...pair });
      this.#contexts.set(key, made);
      return made;
    } catch (error) {
      if (!certificate.isReported) this.#log.error(`the certificate for the server name ${name} cannot be used: ${messageOf(error)}`);
      certificate.isReported = true;
      throw error;
    }
  }
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** One entity, with one pair of certificate and key or two of different types. */
class Certificate {
  isReported = false;
  readonly #pairs: readonly Pair[];
  #types: readonly (string | undefined)[] | undefined;

  /** @param row undefined for a certificate that is in quarantine */
  constructor(row: Row | undefined) {
    const { cert, key, cert_alt: certAlt, key_alt: keyAlt } = row ?? {};
    const hasTwo = typeof certAlt === 'string' && typeof keyAlt === 'string';
    this.#pairs = row === undefined ? [] : [{ cert: String(cert), key: String(key) }, ...hasTwo ? [{ cert: certAlt, key: keyAlt }] : []];
  }

  /** Node presents one pair for a server name: the one with an EC key to clients that surely understand it. */
  pairFor({ takesEc }: ServedClient): Pair {
    const [first, second] = this.#pairs;
    if (first === undefined) throw new Error('it is in quarantine');
    if (second === undefined) return first;
    this.#types ??= this.#pairs.map(({ cert }) => keyTypeOfCertificate(cert));
    return (this.#types[0] === 'ec') === takesEc ? first : second;
  }
}
