/** Routes and services as requests meet them. */
import type { Row } from './config-table.ts';

export interface Service {
  readonly id: string;
  readonly name: string | null;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | null;
  /** Attempts after the first one. */
  readonly retries: number;
  readonly connectTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly tlsVerify: boolean | null;
  /** Intermediate certificates that the upstream's chain may have. */
  readonly tlsVerifyDepth: number | null;
  /** All fields of the entity. */
  readonly row: Row;
}

export interface Route {
  readonly id: string;
  readonly name: string | null;
  readonly protocols: readonly string[];
  readonly methods: readonly string[];
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  readonly snis: readonly string[];
  /** Lower-case name to accepted values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly httpsRedirectStatus: number;
  readonly regexPriority: number;
  readonly stripPath: boolean;
  readonly preserveHost: boolean;
  /** How service path and request path are joined; only the flavor `traditional` knows v1. */
  readonly pathHandling?: 'v1';
  /** Seconds since 1970. */
  readonly createdAt: number;
  /** What requests have to match, in place of all fields above, with the flavor `expressions`. */
  readonly expression?: string;
  /** Of routes with an expression: the highest wins. @default 0 */
  readonly priority?: number;
  readonly service: Service | undefined;
  /** All fields of the entity. */
  readonly row: Row;
  /** Set when the route or its service cannot be served: its requests are answered with 503. */
  readonly heldBack?: boolean;
}
