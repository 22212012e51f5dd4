/** Bounds of a connection of a client, with the defaults of nginx and Kong where they have one. */

export interface Http1Limits {
  /** Request line, without its CRLF. Bytes. */
  readonly requestLineBytes: number;
  /** All header lines together. Bytes. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Requests on one connection, then it is closed. */
  readonly requests: number;
  /** Bytes that wait, of a body that no reader takes or of the next requests, before the connection is read no further. */
  readonly waitingBytes: number;
  /** Rest of a body that is read and dropped behind an early answer, so that the connection can go on. Bytes. */
  readonly drainBytes: number;
}

export const HTTP1_LIMITS: Http1Limits = {
  requestLineBytes: 8_192,
  headerBytes: 32_768,
  headerCount: 200,
  requests: 10_000,
  waitingBytes: 16_384,
  drainBytes: 8_388_608,
};

export interface Http1Timeouts {
  /** For a head, from its first byte on, or from the connection on. Seconds. */
  readonly head: number;
  /** Longest pause in a body. Seconds. */
  readonly body: number;
  /** Until the next request begins. Seconds. */
  readonly idle: number;
  /** Longest time in which a client takes nothing of an answer. Seconds. */
  readonly write: number;
  /** For the rest of a body behind an early answer. Seconds. */
  readonly drain: number;
  /** For the client's end of a connection that we have ended. Seconds. */
  readonly linger: number;
}

export const HTTP1_TIMEOUTS: Http1Timeouts = { head: 60, body: 60, idle: 75, write: 60, drain: 5, linger: 5 };
