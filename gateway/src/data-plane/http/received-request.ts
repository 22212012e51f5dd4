/** What of one request the files around it share: the message, what the listener knows of it, and the route that was found. */
import type { IncomingMessage } from 'node:http';

import type { RequestPath } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';

/** What the listener knows of a request before it is routed. */
export interface RequestFacts {
  readonly path: RequestPath;
  /** Path as the client sent it, without query. */
  readonly rawPath: string;
  /** With its `?`, or empty. */
  readonly search: string;
  readonly scheme: 'http' | 'https';
  /** Host header, lower case and without port. */
  readonly host: string;
  /** Host header as it came; empty when there is none. */
  readonly authority: string;
  /** Of the Host header, else the listener's. */
  readonly port: number;
  readonly listenerPort: number;
  readonly remoteAddress: string;
  /** Whether the other end of the connection is a trusted proxy. */
  readonly trusted: boolean;
  readonly clientIp: string;
  readonly sni?: string;
}

/** How a client wants to learn how long the parts of its request take. */
export interface DebugWish {
  readonly isLocal: boolean;
  /** Whether the node logs the output, too. */
  readonly isLogged: boolean;
}

export interface ReceivedRequest {
  readonly incoming: IncomingMessage;
  readonly facts: RequestFacts;
  readonly match: RouteMatch | undefined;
  /** Tells a client that waits for it to send its body. */
  readonly sendContinue: (() => void) | undefined;
  /** What the upstream gets in place of the body that the client sends. */
  replacedBody: Buffer | undefined;
}
