/** The properties of a request that routes match on. */
export interface RouterInput {
  readonly method: string;
  /** Lower case, without port; empty when there is none. */
  readonly host: string;
  /** Port of the Host header, or of the listener. */
  readonly port: number;
  /** Decoded, normalised. */
  readonly path: string;
  readonly scheme: 'http' | 'https';
  /** Server name of the TLS handshake. */
  readonly sni?: string | undefined;
  /** The query with its question mark, or nothing. */
  readonly search: string;
  /** Ends of the connection, as expressions ask for them. */
  readonly ends: ConnectionEnds;
  /** Values of a header, by lower-case name. */
  headerValues(name: string): readonly string[];
}

export interface ConnectionEnds {
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationIp: string;
}

/** A property of requests, or a header, by lower-case name. */
export type MatchedProperty = 'method' | 'host' | 'port' | 'path' | 'tls' | 'protocol' | 'search' | 'ends' | `header ${string}`;
