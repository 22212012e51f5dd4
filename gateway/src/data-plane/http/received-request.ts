/** What of one request the files around it share: the message, what the listener knows of it, and the route that was found. */
import type { IncomingRequest, OutgoingAnswer } from '../../http-engine/messages.ts';
import type { RequestPath } from '../router/request-path.ts';
import type { RouteMatch } from '../router/router.ts';

/** What the listener knows of a request before it is routed. */
export interface RequestFacts {
  readonly path: RequestPath;
  /** Path as the client sent it, without query. */
  readonly rawPath: string;
  /** With its `?`, or empty. */
  readonly search: string;
  /** Host header, lower case and without port. */
  readonly host: string;
  /** Host header as it came; empty when there is none. */
  readonly authority: string;
  /** Of the Host header, else the listener's. */
  readonly port: number;
  readonly clientIp: string;
  readonly connection: ConnectionFacts;
  readonly sent: SentTarget;
}

/** What the upstream got for the same target, last time: shared by requests, as it follows from what is here. */
export interface SentTarget {
  match: RouteMatch | undefined;
  /** Path of the service. */
  base: string | null | undefined;
  text: string;
  /** What `forwarded` was made for. */
  forwardedFor: RouteMatch | undefined;
  /** Header lines that tell the upstream of the client's path. */
  forwarded: string;
}

/** Header lines that tell the upstream of the client. */
export interface ForwardedLines {
  /** Host that the client named; `undefined` until they are made. */
  host: string | undefined;
  /** Those that come before the lines about its path. */
  before: string;
  /** Those that come behind them, up to the id of the request. */
  behind: string;
}

/** What is the same for all requests of a connection. */
export interface ConnectionFacts {
  readonly scheme: 'http' | 'https';
  readonly listenerPort: number;
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Whether the other end of the connection is a trusted proxy. */
  readonly trusted: boolean;
  /** The client, where load balancers pass connections on and name it. @default - headers of requests may name it */
  readonly proxiedAddress?: string;
  readonly sni: string | undefined;
  /** What the last request made: most of a connection name the same host. */
  readonly forwarded: ForwardedLines;
}

/** How a client wants to learn how long the parts of its request take. */
export interface DebugWish {
  readonly isLocal: boolean;
  /** Whether the node logs the output, too. */
  readonly isLogged: boolean;
}

export interface ReceivedRequest {
  readonly incoming: IncomingRequest;
  readonly outgoing: OutgoingAnswer;
  readonly facts: RequestFacts;
  readonly match: RouteMatch | undefined;
  /** Parts of the body that were read, and are to be sent on before the rest. */
  held: readonly Buffer[];
  /** What the upstream gets in place of the body that the client sends. */
  replacedBody: Buffer | undefined;
}
