/**
 * What crosses the tunnel on 8005 (Kong's v1 protocol, `/v1/outlet`), its constants, and the interfaces through which a control plane
 * feeds the tunnel and hears of its data planes. No sockets here.
 */
import type { ConfigHashes } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { Quarantine } from '../model/quarantine.ts';

/** Path of the configuration tunnel. */
export const OUTLET_PATH = '/v1/outlet';

/** A data plane pings at this interval, and at once after it applied a configuration. Milliseconds. */
export const PING_INTERVAL_MS = 30_000;

/** Silence after which either side closes the connection. Milliseconds. */
export const SILENCE_LIMIT_MS = 45_000;

/** Interval of the checks for silence: a dead peer is noticed after 45 to 50 s. Milliseconds. */
export const SILENCE_CHECK_MS = 5_000;

/**
 * Longest time from the first packet of a connection to the answer of its upgrade, on either end. A round trip around the earth with lost
 * packets fits; a control plane that hangs is given up before its data planes look disconnected. Milliseconds.
 */
export const HANDSHAKE_LIMIT_MS = 8_000;

/** Time for a data plane to send basic_info after the handshake. Milliseconds. */
export const BASIC_INFO_LIMIT_MS = 5_000;

/** Largest frame by default (`KONG_CLUSTER_MAX_PAYLOAD`). Bytes. */
export const MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

/**
 * Header in a control plane's handshake answer that invites error reports. Kong's control planes drop a connection that sends one, so
 * ours are only sent where this header was seen; its value is `accept`.
 */
export const REPORTS_HEADER = 'Hybridge-Error-Reports';

/**
 * Header in a control plane's handshake answer that invites reports of what a data plane does not serve; its value is `accept`. Apart from
 * the one before, because control planes of earlier versions know that one only and end a session with another message.
 */
export const NODE_REPORTS_HEADER = 'Hybridge-Node-Reports';

/** Length of every hash on the wire. The text itself is opaque to a data plane. */
export const HASH_LENGTH = 32;

export interface PluginVersion {
  readonly name: string;
  readonly version?: string;
}

/** First frame of a data plane: binary, plain JSON. */
export interface BasicInfo {
  readonly type: 'basic_info';
  readonly plugins: readonly PluginVersion[];
  readonly process_conf?: Readonly<Record<string, unknown>>;
  readonly filters?: Readonly<Record<string, unknown>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A push of the control plane: binary, gzip of JSON, one unfragmented frame. */
export interface Reconfigure {
  readonly type: 'reconfigure';
  /** When the control plane prepared it. Seconds since 1970, with decimals. */
  readonly timestamp?: number;
  readonly config_table: ConfigTable;
  /** Left out: the data plane computes it. */
  readonly config_hash?: string;
  readonly hashes?: ConfigHashes | null;
}

/** Report of a data plane that could not apply a configuration: binary, plain JSON. */
export interface ApplyFailure {
  readonly type: 'error';
  readonly error: {
    readonly name: string;
    readonly message: string;
    readonly source: string;
    /** Hash of the configuration that was refused. */
    readonly config_hash: string;
    readonly flattened_errors?: readonly unknown[];
    readonly [field: string]: unknown;
  };
}

/** A configuration that a data plane did not take over. */
export interface RefusedTable {
  readonly config_hash: string;
  readonly message: string;
}

/** What a data plane does not serve: binary, plain JSON. Sent when it changes, before the ping that follows. */
export interface NodeReport {
  readonly type: 'report';
  readonly quarantined: Quarantine;
  /** The newest configuration, when the data plane refused it; it runs the one before. */
  readonly refused: RefusedTable | null;
}

export type SyncStatus =
  | 'unknown'
  | 'normal'
  | 'kong_version_incompatible'
  | 'plugin_set_incompatible'
  | 'plugin_version_incompatible'
  | 'filter_set_incompatible';

/** A row of `/clustering/data-planes`, without the `ttl` that only the store knows. */
export interface DataPlaneNode {
  /** UUID. */
  readonly id: string;
  readonly hostname: string;
  /** Address that the connection came from. */
  readonly ip: string;
  /** As the data plane says it, `X.Y.Z`. */
  readonly version: string;
  /** Seconds since 1970. */
  readonly last_seen: number;
  /** Equal to `last_seen`. */
  readonly updated_at: number;
  /** What the data plane runs; 32 zeros while it has nothing. */
  readonly config_hash: string;
  readonly sync_status: SyncStatus;
  /** `null`: the data plane sent none. */
  readonly labels: Readonly<Record<string, string>> | null;
  readonly cert_details: { readonly expiry_timestamp: number } | null;
  readonly rpc_capabilities: readonly string[];
  /** Not in Kong. Entities that the data plane does not serve; absent when there are none. */
  readonly quarantined?: Quarantine;
  /** Not in Kong. The newest configuration, when the data plane refused it; `sync_status` is `unknown` then. */
  readonly refused?: RefusedTable;
}

/** Keeps the list of data planes. */
export interface NodeRegistry {
  /** Called at every ping: insert or replace the row. Must not throw; what fails is the registry's to log. */
  seen(node: DataPlaneNode): void;
  /** A data plane refused a configuration. */
  refused(node: DataPlaneNode, failure: ApplyFailure['error']): void;
}

/** One state of the configuration. What is derived from the table is worked out at the first use, and kept. Immutable. */
export interface PreparedConfiguration {
  readonly table: ConfigTable;
  /** 32 characters; equal to `hashes.config`. */
  readonly hash: string;
  readonly hashes: ConfigHashes;
  /** Grows with every change of the store. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly preparedAtMs?: number;
  /** Names of the plugins that the table uses, each once. */
  readonly plugins: readonly string[];
  /** `hashes`, worked out in steps: what waits for it holds nothing else up. */
  hashed(): Promise<ConfigHashes>;
  /**
   * The push for a data plane of this version: gzip of a `Reconfigure`. Made at the first call and kept;
   * the same bytes serve all data planes of one version.
   */
  payload(version: string): Promise<Buffer>;
}

/** Provides the configuration. */
export interface ConfigurationSource {
  /** `undefined` until the first one is known. */
  latest(): PreparedConfiguration | undefined;
  /** Calls the listener after each change of `latest()`. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
