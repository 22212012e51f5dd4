/** Makes the servers behind one of the `*_LISTEN` settings, and keeps their certificate up to date with its files. */
import { createServer } from 'node:http';
import type { Server, ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server as TlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { FileWatch } from '../settings/file-watch.ts';
import { expiryOf, readKeyPair } from '../settings/key-material.ts';
import { shownAddress } from '../settings/listeners.ts';
import type { KeyPair, Listener, TlsServerSettings } from '../settings/settings.ts';
import { SETTINGS } from '../settings/table.ts';

interface ListenerServersOptions {
  readonly name: 'proxy' | 'admin' | 'status';
  /** For addresses with `ssl`. @default - none; then `create` refuses such an address */
  readonly certificate?: KeyPair;
  readonly tls: TlsServerSettings;
  readonly log: Log;
  /** @default - the clock of the machine */
  readonly clock?: Clock;
}

export class ListenerServers {
  /** The setting that the addresses come from, for messages. */
  readonly setting: string;
  readonly #options: ListenerServersOptions;
  readonly #secure: TlsServer[] = [];
  #certificate: KeyPair | undefined;
  #watch: FileWatch<KeyPair> | undefined;

  constructor(options: ListenerServersOptions) {
    this.setting = SETTINGS.listen[options.name].name;
    this.#options = options;
    this.#certificate = options.certificate;
  }

  /**
   * A server for one address, which does not listen yet. It speaks HTTP/1.1, with TLS where the address says `ssl`.
   *
   * @throws GatewayError `certificate-missing`
   */
  create(listener: Listener, options: ServerOptions = {}): Server {
    if (!listener.ssl) return createServer(options);
    const certificate = this.#certificateFor(listener);
    const server = createTlsServer({ ...options, ...this.#options.tls, ...contextOf(certificate), ALPNProtocols: ['http/1.1'] });
    this.#secure.push(server);
    this.#watch ??= this.#follow(certificate);
    return server;
  }

  /** Stops following the files. The servers are closed by their owner. */
  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #certificateFor(listener: Listener): KeyPair {
    if (this.#certificate !== undefined) return this.#certificate;
    const [certificate, key] = SETTINGS.certificates[this.#options.name].from;
    throw new GatewayError('certificate-missing', `${this.setting}: ${shownAddress(listener)} says ssl, but there is no certificate; `
      + `set ${certificate!.name} and ${key!.name}, or remove ssl`);
  }

  #follow({ files }: KeyPair): FileWatch<KeyPair> | undefined {
    if (files === undefined) return undefined;
    const { log, clock } = this.#options;
    return new FileWatch({
      what: `the certificate of ${this.setting}`,
      files: [files.certificate.text, files.key.text],
      read: () => readKeyPair(files.certificate, files.key),
      changed: (pair) => this.#use(pair),
      log,
      clock,
    });
  }

  /** Connections that are open keep the certificate of their handshake. */
  #use(pair: KeyPair): void {
    if (pair.certificate === this.#certificate?.certificate) return;
    this.#certificate = pair;
    for (const server of this.#secure) server.setSecureContext({ ...this.#options.tls, ...contextOf(pair) });
    const until = new Date(expiryOf(pair.certificate)).toISOString();
    this.#options.log.notice(`the certificate of ${this.setting} changed and is in use`, { certificate_until: until });
  }
}

function contextOf({ certificate, key }: KeyPair): SecureContextOptions {
  return { cert: certificate, key: key.reveal() };
}
