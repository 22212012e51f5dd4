/** Makes the servers behind one of the `*_LISTEN` settings, and keeps their certificate up to date with its files. */
import { createServer } from 'node:http';
import type { Server, ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer } from 'node:tls';
import type { SecureContext, SecureContextOptions, Server as TlsServer, TLSSocket, TLSSocketOptions, TlsOptions } from 'node:tls';

import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { FileWatch } from '../settings/file-watch.ts';
import { expiryOf, readKeyPair } from '../settings/key-material.ts';
import { shownAddress } from '../settings/listeners.ts';
import type { KeyPair, Listener, TlsServerSettings } from '../settings/settings.ts';
import { SETTINGS } from '../settings/table.ts';

/** What a client's first message says of it. */
export interface ServedClient {
  /** Whether it surely verifies signatures by EC keys, or nothing else. */
  readonly takesEc: boolean;
}

interface ListenerServersOptions {
  readonly name: 'proxy' | 'admin' | 'status';
  /** For addresses with `ssl`. @default - none; then `create` refuses such an address */
  readonly certificate?: KeyPair;
  readonly tls: TlsServerSettings;
  /**
   * The certificate for a server name, in place of `certificate`. Throws where it cannot be used: the handshake fails.
   * @default - each name gets `certificate`
   */
  readonly contextFor?: (serverName: string, client: ServedClient) => SecureContext | undefined;
  /** Keys of TLS sessions, 48 bytes: servers with the same ones resume each other's. @default - random ones for each server */
  readonly ticketKeys?: Buffer | undefined;
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
    return this.#keep(createHttpsServer({ ...options, ...this.#tlsOptions(listener), ALPNProtocols: ['http/1.1', 'http/1.0'] }));
  }

  /**
   * A server for one address with `ssl`, which does not listen yet. What is spoken inside of TLS is its owner's to decide.
   *
   * @throws GatewayError `certificate-missing`
   */
  createTls(listener: Listener, options: TlsOptions): TlsServer {
    return this.#keep(createTlsServer({ ...options, ...this.#tlsOptions(listener) }));
  }

  /**
   * What handshakes on an address offer, for servers that make their TLS sockets themselves. It follows the files, too.
   *
   * @param setting that the address comes from
   * @throws GatewayError `certificate-missing`
   */
  offerFor(listener: Listener, setting = this.setting): () => TLSSocketOptions {
    const certificate = this.#certificateFor(listener, setting);
    this.#watch ??= this.#follow(certificate);
    const { tls, contextFor, ticketKeys } = this.#options;
    let made: { readonly pair: KeyPair; readonly context: SecureContext } | undefined;
    return () => {
      const pair = this.#certificate ?? certificate;
      if (made?.pair !== pair) {
        made = { pair, context: createSecureContext({ ...tls, ...contextOf(pair), ...ticketKeys && { ticketKeys } }) };
      }
      return { secureContext: made.context, ...contextFor && { SNICallback: callbackOf(contextFor) } };
    };
  }

  /** Stops following the files. The servers are closed by their owner. */
  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #tlsOptions(listener: Listener): TlsOptions {
    const certificate = this.#certificateFor(listener);
    const { tls, contextFor, ticketKeys } = this.#options;
    this.#watch ??= this.#follow(certificate);
    return { ...tls, ...contextOf(certificate), ...contextFor && { SNICallback: callbackOf(contextFor) }, ...ticketKeys && { ticketKeys } };
  }

  #keep<S extends TlsServer>(server: S): S {
    this.#secure.push(server);
    return server;
  }

  #certificateFor(listener: Listener, setting = this.setting): KeyPair {
    if (this.#certificate !== undefined) return this.#certificate;
    const [certificate, key] = SETTINGS.certificates[this.#options.name].from;
    throw new GatewayError('certificate-missing', `${setting}: ${shownAddress(listener)} says ssl, but there is no certificate; `
      + `set ${certificate!.name} and ${key!.name}, or remove ssl`);
  }

  #follow({ files }: KeyPair): FileWatch<KeyPair> | undefined {
    if (files === undefined) return undefined;
    const { log, clock } = this.#options;
    return new FileWatch({
      what: `the certificate of ${this.setting}`,
      files: [files.certificate.text, files.key.text],
      read: () => readKeyPair(files.certificate, files.key),
      changed: (pair) => this.use(pair),
      log,
      clock,
    });
  }

  /** Takes over another certificate. Connections that are open keep the one of their handshake. */
  use(pair: KeyPair): void {
    if (pair.certificate === this.#certificate?.certificate) return;
    this.#certificate = pair;
    const { tls, ticketKeys } = this.#options;
    for (const server of this.#secure) server.setSecureContext({ ...tls, ...contextOf(pair), ...ticketKeys && { ticketKeys } });
    const until = new Date(expiryOf(pair.certificate)).toISOString();
    this.#options.log.notice(`the certificate of ${this.setting} changed and is in use`, { certificate_until: until });
  }
}

function contextOf({ certificate, key, alternative }: KeyPair): SecureContextOptions {
  if (alternative === undefined) return { cert: certificate, key: key.reveal() };
  return { cert: [certificate, alternative.certificate], key: [key.reveal(), alternative.key.reveal()] };
}

type ContextFor = NonNullable<ListenerServersOptions['contextFor']>;

function callbackOf(contextFor: ContextFor): NonNullable<TlsOptions['SNICallback']> {
  return function choose(this: TLSSocket, serverName, done) {
    let context: SecureContext | undefined;
    try {
      context = contextFor(serverName, servedClient(this));
    } catch (error) {
      sendInternalError(this);
      return done(error as Error);
    }
    return done(null, context);
  };
}

/** A fatal alert, not encrypted: internal_error. RFC 8446 §6.2, RFC 5246 §7.2.2 */
const INTERNAL_ERROR = Buffer.from([21, 3, 3, 0, 2, 2, 80]);

/** Tells the client why the handshake ends: Node closes without an alert when its callback fails, and shows the socket below only here. */
function sendInternalError(socket: TLSSocket): void {
  const { _parent: below } = socket as { readonly _parent?: unknown };
  if (below instanceof Socket && below.writable) below.write(INTERNAL_ERROR);
}

/** With TLS 1.2 the suites decide, too, which Node does not show; every client of that age takes RSA. */
function servedClient(socket: TLSSocket): ServedClient {
  const algorithms = socket.getSharedSigalgs();
  const has = (kind: string) => algorithms.some((name) => name.startsWith(kind));
  return { takesEc: has('ECDSA') && (socket.getProtocol() === 'TLSv1.3' || !has('RSA')) };
}
