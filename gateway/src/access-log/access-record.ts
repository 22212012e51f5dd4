/** What the access log says of one request to the proxy or to the Admin API. */

/** An entity. What is derived from one is kept: it does not change. */
export interface Named {
  readonly id: string;
  readonly name: string | null | undefined;
}

export interface AccessRecord {
  /** 32 hexadecimal characters. */
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clientIp: string;
  /** Empty where the request line could not be read. */
  readonly method: string;
  readonly scheme: string;
  readonly httpVersion: string;
  /** Of the Host header, without port. */
  readonly host: string;
  /** As sent, without query. */
  readonly path: string;
  /** As sent, without `?`. */
  readonly query: string;
  readonly status: number;
  /** Heads and bodies. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly bodyBytes: number;
  readonly durationMs: number;
  readonly userAgent: string | undefined;
  readonly referer: string | undefined;
  /** User of basic authentication. */
  readonly user: string | undefined;
  readonly tlsVersion?: string | undefined;
  /** Time in the gateway before it sent something on, or answered. */
  readonly gatewayMs?: number;
  /** Wait for the head of the upstream's answer. */
  readonly upstreamMs?: number;
  /** `ip:port` of the last try. */
  readonly upstream?: string | undefined;
  readonly upstreamStatus?: string | undefined;
  readonly route?: Named | undefined;
  readonly service?: Named | undefined;
  readonly consumer?: Named | undefined;
  readonly credentialId?: string | undefined;
  /** Whether the client went away. */
  readonly isAborted?: boolean;
  /** Names of query arguments, in lower case, that hold credentials by the configuration. @default - the usual names alone */
  readonly secretArguments?: ReadonlySet<string>;
}

/** Writes lines; never waits, never throws. */
export interface AccessLog {
  /** Lines that could not be written. */
  readonly lost: number;
  write(record: AccessRecord): void;
  /** Settles when everything is written. */
  close(): Promise<void>;
}
