/** Messages to other systems that are not asked for an answer: datagrams, lines on a connection, entries of the system's log. */
import type { Log } from '../base/log.ts';

export interface MessageServer {
  readonly host: string;
  readonly port: number;
  /** Where failures are logged. */
  readonly log: Log;
}

export interface TcpServer extends MessageServer {
  /** Time to connect, and to get written bytes rid of. Milliseconds. */
  readonly timeoutMs: number;
  /** Time for which an idle connection is kept. Milliseconds. */
  readonly keepAliveMs: number;
  /** The certificate is verified against the authorities of the node. @default - a plain connection */
  readonly tls?: { readonly serverName: string } | undefined;
}

/** A way to one receiver. What cannot be sent is counted, and logged once until something was sent again. */
export interface MessageSender {
  /** Messages that were not sent. */
  readonly lost: number;
  /** Never waits, never throws. */
  send(message: string | Buffer): void;
  /** Sends what waits, for a bounded time. */
  close(): void;
}

/** Like `MessageSender`, for callers that repeat. */
export interface ConfirmingSender {
  /** Settles when the system has taken the bytes. */
  deliver(message: string | Buffer): Promise<void>;
  close(): void;
}

export interface MessageFile {
  /** A new file can be read by everyone, and written by the node. `/dev/stdout` and `/dev/stderr` are the streams of the node. */
  readonly path: string;
  /** Whether the file is opened again for each write, as rotation of logs needs it. */
  readonly reopens: boolean;
  readonly log: Log;
}

export interface SystemLog {
  /** Entries that were not sent. */
  readonly lost: number;
  /** @param priority facility · 8 + severity */
  send(priority: number, text: string): void;
  close(): void;
}

export interface Messages {
  /** One datagram for each message. */
  udp(server: MessageServer): MessageSender & ConfirmingSender;
  /** One connection, on which messages follow one another as they are. */
  tcp(server: TcpServer): MessageSender & ConfirmingSender;
  /** Appends messages as lines. Users of the same path share a file. */
  file(file: MessageFile): MessageSender;
  /** The log of the machine; all users share one way to it. */
  systemLog(log: Log): SystemLog;
}
