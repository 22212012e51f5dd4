/** One data plane's connection, seen from the control plane: which node it is, what it runs, what it still has to receive. */
import { WebSocket } from 'ws';

import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { NO_HASH } from '../model/config-hash.ts';
import { describeQuarantined, NO_QUARANTINE, readQuarantine } from '../model/quarantine.ts';
import { checkPlugins, checkVersion } from './compatibility.ts';
import type { Verdict } from './compatibility.ts';
import { BASIC_INFO_LIMIT_MS, HASH_LENGTH, PING_INTERVAL_MS, SILENCE_CHECK_MS, SILENCE_LIMIT_MS } from './protocol.ts';
import type {
  ApplyFailure, BasicInfo, ConfigurationSource, DataPlaneNode, NodeRegistry, NodeReport, PreparedConfiguration, RefusedTable,
} from './protocol.ts';
import type { TunnelPeer } from './tunnel-listener.ts';

interface OutletContext {
  readonly source: ConfigurationSource;
  readonly registry: NodeRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** Largest message that a data plane with the same settings accepts. Bytes. */
  readonly maxPayloadBytes: number;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HOSTNAME = /^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/i;
const NUMBERED_VERSION = /^\d+\.\d+/;

/** What is said of a data plane that does not say it itself. */
const NOT_APPLIED = 'not applied within 30 seconds of being sent; its log says why';

/** Time for the peer to answer a close frame before its socket is destroyed. Milliseconds. */
const CLOSE_GRACE_MS = 1_000;

export class OutletSession {
  readonly #socket: WebSocket;
  readonly #peer: TunnelPeer;
  readonly #context: OutletContext;
  readonly #log: Log;
  readonly #silence: Timer;
  #introduction: Timer | undefined;
  #info: BasicInfo | undefined;
  #verdict: Verdict = { status: 'normal' };
  #hash = NO_HASH;
  /** Of a session without a ping: its start. Milliseconds since 1970. */
  #lastPing: number;
  #pushing = false;
  #pushed: PreparedConfiguration | undefined;
  /** When the last push was sent whole. Milliseconds since 1970. */
  #pushedAt = Number.POSITIVE_INFINITY;
  #quarantined = NO_QUARANTINE;
  #refused: RefusedTable | undefined;
  #ended = false;

  constructor(socket: WebSocket, peer: TunnelPeer, context: OutletContext) {
    this.#socket = socket;
    this.#peer = peer;
    this.#context = context;
    this.#log = context.log.with({ node: peer.id, hostname: peer.hostname, ip: peer.ip, version: peer.version });
    this.#lastPing = context.clock.now();
    this.#introduction = context.clock.after(BASIC_INFO_LIMIT_MS, () => this.#close('no basic_info within 5 seconds'));
    this.#silence = context.clock.every(SILENCE_CHECK_MS, () => this.#checkSilence());
    socket.on('message', (data, binary) => this.#received(data as Buffer, binary));
    socket.on('ping', (data) => this.#pinged(data));
    socket.on('pong', () => this.#unexpected('a pong'));
    socket.on('error', (error) => this.#log.warn(`tunnel: ${messageOf(error)}`));
    socket.on('close', () => this.#end());
  }

  /**
   * Sends the newest configuration, unless it was sent or the data plane cannot run it. One push is under way at a time: a slow reader
   * gets the newest next.
   */
  push(): void {
    const configuration = this.#context.source.latest();
    if (this.#ended || this.#info === undefined || configuration === undefined) return;
    if (this.#pushing || configuration === this.#pushed) return;
    const before = this.#verdict.status;
    this.#verdict = checkPlugins(configuration, this.#info.plugins);
    if (this.#verdict.status !== 'normal') {
      if (before !== this.#verdict.status) this.#log.warn(`configuration withheld: ${this.#verdict.reason}`);
      return;
    }
    this.#pushing = true;
    this.#pushed = configuration;
    this.#pushedAt = Number.POSITIVE_INFINITY;
    void this.#send(configuration).finally(() => {
      this.#pushing = false;
      this.push();
    });
  }

  /** Ends the session with a close frame. */
  shutDown(): void {
    this.#close(undefined);
  }

  async #send(configuration: PreparedConfiguration): Promise<void> {
    try {
      const payload = await configuration.payload(this.#peer.version);
      if (this.#ended) return;
      this.#warnOfSize(payload.length);
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(payload, { binary: true }, (error) => error ? reject(error) : resolve());
      });
      this.#pushedAt = this.#context.clock.now();
      this.#log.info('configuration sent', { hash: configuration.hash, bytes: payload.length });
    } catch (error) {
      this.#log.warn(`configuration could not be sent: ${messageOf(error)}`);
      this.#socket.terminate();
    }
  }

  /** Sent all the same: each data plane has its own limit. One with a lower limit reconnects and logs no reason. */
  #warnOfSize(bytes: number): void {
    const { maxPayloadBytes } = this.#context;
    if (bytes <= maxPayloadBytes) return;
    this.#log.warn(`the configuration has ${bytes} bytes, more than KONG_CLUSTER_MAX_PAYLOAD (${maxPayloadBytes}): `
      + 'a data plane with that limit keeps reconnecting and never gets it; raise the limit on both sides');
  }

  #received(data: Buffer, binary: boolean): void {
    if (this.#ended) return;
    if (this.#info === undefined) {
      // Kong drops the connection without a close frame here, and data planes accept that.
      if (!binary) return this.#drop('the first frame is not binary');
      return this.#introduced(data);
    }
    const message = binary ? readJson(data) : undefined;
    const report = readReport(message);
    if (report !== undefined) return this.#reported(report);
    const failure = readFailure(message);
    if (failure === undefined) return this.#unexpected('a message');
    this.#refused = readRefused(failure);
    this.#log.warn(`data plane refused the configuration: ${failure.message}`, { hash: failure.config_hash });
    const node = this.#node();
    if (node === undefined) return undefined;
    this.#context.registry.refused(node, failure);
    return this.#context.registry.seen(node);
  }

  #reported({ quarantined, refused }: Omit<NodeReport, 'type'>): void {
    this.#quarantined = quarantined;
    this.#refused = refused ?? undefined;
    const { total, entities } = quarantined;
    if (total === 0) this.#log.notice('data plane has nothing in quarantine any more');
    else this.#log.error(`data plane has ${total} entities in quarantine`, { quarantined: entities.map(describeQuarantined) });
    this.#report();
  }

  #introduced(data: Buffer): void {
    const info = readBasicInfo(data);
    if (info === undefined) return this.#close('the first message is no basic_info with a list of plugins');
    this.#introduction?.cancel();
    this.#info = info;
    this.#verdict = checkVersion(this.#peer.version);
    if (this.#verdict.status !== 'normal') {
      this.#report();
      return this.#close(this.#verdict.reason);
    }
    this.#log.notice('data plane connected');
    this.push();
  }

  #pinged(data: Buffer): void {
    if (this.#ended) return;
    if (this.#info === undefined) return this.#drop('a ping came before basic_info');
    if (data.length !== HASH_LENGTH) return this.#unexpected(`a ping of ${data.length} bytes`);
    this.#hash = data.toString('latin1');
    this.#lastPing = this.#context.clock.now();
    this.#judge();
    this.#report();
    this.#socket.pong('', false, () => undefined);
  }

  /** A data plane pings with the new hash soon after it applied a configuration. Those of Kong say nothing else when they refuse one. */
  #judge(): void {
    if (this.#pushed === undefined) return;
    const { hash } = this.#pushed;
    if (this.#hash === hash) this.#refused = undefined;
    else if (this.#lastPing - this.#pushedAt >= PING_INTERVAL_MS) this.#refused ??= { config_hash: hash, message: NOT_APPLIED };
  }

  #report(): void {
    const node = this.#node();
    if (node === undefined) this.#log.warn('data plane is not listed: its node_id is no UUID, or its hostname or version is not valid');
    else this.#context.registry.seen(node);
  }

  #node(): DataPlaneNode | undefined {
    const { id, hostname, version, ip, certificateExpiry } = this.#peer;
    if (!UUID.test(id) || !HOSTNAME.test(hostname) || !NUMBERED_VERSION.test(version)) return undefined;
    const now = Math.floor(this.#context.clock.now() / 1000);
    return {
      id: id.toLowerCase(),
      hostname,
      ip,
      version,
      last_seen: now,
      updated_at: now,
      config_hash: this.#hash,
      // No status of Kong's says that a configuration was refused.
      sync_status: this.#verdict.status === 'normal' && this.#refused !== undefined ? 'unknown' : this.#verdict.status,
      labels: this.#info?.labels ?? null,
      cert_details: certificateExpiry === undefined ? null : { expiry_timestamp: certificateExpiry },
      rpc_capabilities: [],
      ...this.#quarantined.total > 0 && { quarantined: this.#quarantined },
      ...this.#refused !== undefined && { refused: this.#refused },
    };
  }

  #checkSilence(): void {
    if (this.#context.clock.now() - this.#lastPing > SILENCE_LIMIT_MS) this.#close('no ping within 45 seconds');
  }

  #unexpected(what: string): void {
    if (this.#ended) return;
    if (this.#info === undefined) this.#drop(`${what} came before basic_info`);
    else this.#close(`unexpected frame: ${what}`);
  }

  #drop(reason: string): void {
    this.#log.warn(`data plane dropped: ${reason}`);
    this.#socket.terminate();
    this.#end();
  }

  /** Closes without a code: data planes know nothing else from a control plane. */
  #close(reason: string | undefined): void {
    if (this.#ended) return;
    if (reason !== undefined) this.#log.warn(`data plane closed: ${reason}`);
    this.#socket.close();
    this.#context.clock.after(CLOSE_GRACE_MS, () => this.#socket.terminate());
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#introduction?.cancel();
    this.#silence.cancel();
  }
}

function readJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}

function readBasicInfo(data: Buffer): BasicInfo | undefined {
  const message = readJson(data) as Partial<BasicInfo> | null | undefined;
  if (message?.type !== 'basic_info' || typeof message.plugins !== 'object' || message.plugins === null) return undefined;
  // An empty list arrives as `{}` from senders that know no difference.
  const plugins = Array.isArray(message.plugins) ? message.plugins.filter((plugin) => typeof plugin?.name === 'string') : [];
  const hasLabels = typeof message.labels === 'object' && message.labels !== null && !Array.isArray(message.labels);
  return { type: 'basic_info', plugins, ...(hasLabels ? { labels: message.labels! } : {}) };
}

/** Longest text of a refusal that becomes part of a row. Characters. */
const MAX_REFUSAL = 1_000;

function readRefused(value: unknown): RefusedTable | undefined {
  const { config_hash: hash, message } = recordOf(value);
  if (typeof message !== 'string') return undefined;
  return { config_hash: String(hash).slice(0, HASH_LENGTH), message: message.slice(0, MAX_REFUSAL) };
}

function recordOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}

function readReport(message: unknown): Omit<NodeReport, 'type'> | undefined {
  const { type, quarantined, refused } = recordOf(message);
  const quarantine = type === 'report' ? readQuarantine(quarantined) : undefined;
  return quarantine && { quarantined: quarantine, refused: readRefused(refused) ?? null };
}

function readFailure(given: unknown): ApplyFailure['error'] | undefined {
  const message = given as Partial<ApplyFailure> | null | undefined;
  return message?.type === 'error' && typeof message.error?.message === 'string' ? message.error : undefined;
}
