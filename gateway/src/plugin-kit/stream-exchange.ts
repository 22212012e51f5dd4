/** What a plugin sees of one stream: a connection without HTTP, or the datagrams of one client. */
import type { Route, Service, Snapshot } from '../model/snapshot.ts';
import type { StreamProtocol } from '../model/stream-protocols.ts';
import type { Try } from './exchange.ts';

/** Bytes without those of TLS and of packets. */
export interface StreamBytes {
  readonly received: number;
  readonly sent: number;
}

export interface StreamExchange {
  readonly protocol: StreamProtocol;
  /** Address of the client; behind a trusted load balancer the one that it names. */
  readonly clientIp: string;
  readonly clientPort: number;
  /** The other end of the connection. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Where the client connected to. */
  readonly destinationIp: string;
  readonly destinationPort: number;
  /** Server name of the TLS handshake. @default - a plain stream, or a client that names none */
  readonly serverName: string | undefined;
  /** What was agreed on with the client. @default - a plain stream, or one whose TLS is the upstream's */
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
  /** `undefined`: none was found. */
  readonly route: Route | undefined;
  readonly service: Service | undefined;
  /** The configuration that this stream began with. */
  readonly configuration: Snapshot;
  /** Attempts so far. `undefined`: no route was found. */
  readonly tries: readonly Try[] | undefined;
  /** Milliseconds since 1970, with a fraction. */
  readonly startedAt: number;
  /** From the start until an upstream was connected to, or the end. Milliseconds, with a fraction. */
  readonly gatewayMs: number;
  /** From the start to the end. Milliseconds, with a fraction. */
  readonly sessionMs: number;
  /** Exchanged with the client. What was read before a route was chosen does not count as received, as in Kong. */
  readonly bytes: StreamBytes;
  /** Exchanged with the upstream. `undefined`: none was asked */
  readonly upstreamBytes: StreamBytes | undefined;
  /** 200; 500 for a stream without a route or refused by a plugin, 502 for one without an upstream. */
  readonly status: number;
  /** Ends the stream before an upstream is connected to. All plugins of the route see its end. */
  refuse(): void;
}
