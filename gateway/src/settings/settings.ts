/** The typed, frozen settings of one node. They are read once, from `KONG_*`, by read.ts; nothing else looks at process.env. */
import type { LogLevel } from '../base/log.ts';
import type { Secret } from '../base/secret.ts';

export type Role = 'traditional' | 'control_plane' | 'data_plane';
export type Database = 'embedded' | 'postgres' | 'off';
export type TunnelMode = 'shared' | 'pki' | 'pki_check_cn';

/** One address that a node listens on. */
export interface Listener {
  /** IPv4, IPv6 without brackets, or a host name. */
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
  readonly reusePort: boolean;
  /** Length of the queue of connections not yet accepted. */
  readonly backlog?: number;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** A certificate chain and its key, as PEM. They have been checked to belong together. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: Secret;
  /** Where they came from, for messages and for re-reading after rotation. */
  readonly source: { readonly certificate: string; readonly key: string };
}

/** What makes and judges identities in a tunnel. It may change while the node runs, when it comes from files. */
export interface TunnelMaterial {
  /** Identity of this node; set for the roles control_plane and data_plane. */
  readonly identity?: KeyPair;
  /** Further certificates that the other end may hold in mode shared, as PEM. */
  readonly accepted?: string;
  /** Authorities that the peer's certificate must come from, as PEM; modes pki. */
  readonly authorities?: string;
  /** Certificates that a control plane lets in no more; modes pki. */
  readonly revoked?: RevokedCertificates;
}

/** Certificates by what identifies them: all of a common name, or single ones. */
export interface RevokedCertificates {
  /** In lower case. */
  readonly commonNames: readonly string[];
  /** Hexadecimal, upper case, without leading zeros. */
  readonly serialNumbers: readonly string[];
}

/** Paths of what was given as files. */
export interface TunnelFiles {
  readonly certificate?: string;
  readonly key?: string;
  readonly accepted?: string;
  readonly authorities?: string;
  readonly revoked?: string;
}

export interface TunnelSettings extends TunnelMaterial {
  readonly mode: TunnelMode;
  readonly files: TunnelFiles;
  /** Common names that a control plane lets in, mode pki_check_cn; empty: those of the parent domain of its own. */
  readonly allowedCommonNames: readonly string[];
  /** Further authorities that a data plane trusts (`KONG_LUA_SSL_TRUSTED_CERTIFICATE`), as PEM; `system` stands for the machine's own. */
  readonly trusted: readonly string[];
  /** Addresses of control planes, tried in turn; data planes only. */
  readonly controlPlanes: readonly HostPort[];
  /** Name to send and verify in modes pki. @default - the host of the control plane */
  readonly serverName?: string;
  readonly telemetryEndpoint?: HostPort;
  readonly telemetryServerName?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly maxPayloadBytes: number;
  /** Seconds after which the row of a silent data plane goes. */
  readonly purgeDelaySeconds: number;
}

export interface PostgresSettings {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: Secret;
  /** Where the password is read again for each connection, because it may change. */
  readonly passwordFile?: string;
  readonly schema?: string;
  readonly ssl: boolean;
  readonly sslVerify: boolean;
  /** Milliseconds to wait for a connection or an answer. */
  readonly timeoutMs: number;
}

export interface UpstreamPoolSettings {
  /** Idle connections kept for each upstream address; 0 keeps none. */
  readonly size: number;
  readonly maxRequests: number;
  readonly idleTimeoutSeconds: number;
}

export interface Settings {
  readonly role: Role;
  readonly database: Database;
  /** Working directory: node id, embedded database, configuration cache. */
  readonly prefix: string;
  /** UUID. @default - made once and kept in the working directory */
  readonly nodeId?: string;
  readonly logLevel: LogLevel;
  readonly listen: {
    readonly proxy: readonly Listener[];
    readonly admin: readonly Listener[];
    readonly status: readonly Listener[];
    readonly cluster: readonly Listener[];
    readonly telemetry: readonly Listener[];
  };
  readonly tunnel: TunnelSettings;
  readonly postgres: PostgresSettings;
  /** A declarative file to start from (`KONG_DECLARATIVE_CONFIG`), as a path. */
  readonly declarativeConfig?: string;
  /** Seconds between polls of the database for changes by other nodes. */
  readonly dbUpdateFrequencySeconds: number;
  readonly upstreamPool: UpstreamPoolSettings;
  /** CIDRs whose forwarding headers are believed. */
  readonly trustedIps: readonly string[];
  /** What the vault `env` puts before names of variables; empty for nothing. */
  readonly vaultPrefix: string;
  /** Seconds that a node keeps serving after SIGTERM. */
  readonly drainSeconds: number;
  /** Certificates of the proxy's, admin's and status listeners with `ssl`. */
  readonly certificates: {
    readonly proxy?: KeyPair;
    readonly admin?: KeyPair;
    readonly status?: KeyPair;
  };
}
