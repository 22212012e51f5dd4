/** One attempt to open a tunnel from a data plane: TCP, TLS and WebSocket upgrade within one limit. tunnel-connection.ts retries. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { WebSocket } from 'ws';

import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { HANDSHAKE_LIMIT_MS } from './protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { clientTlsOptions } from './trust.ts';

/** Longest time that a control plane's Retry-After is followed. Milliseconds. */
const MAX_RETRY_AFTER_MS = 120_000;

/** Steps of an attempt, with what the log says when the limit ends it there. */
const STEPS = {
  tcp: 'the TCP connection was not accepted',
  tls: 'the TLS handshake did not end',
  upgrade: 'the WebSocket upgrade was not answered',
} as const;

export interface TunnelAddress {
  /** Name or IP address. */
  readonly host: string;
  readonly port: number;
}

export interface DialOptions {
  readonly address: TunnelAddress;
  /** Path and query of the upgrade request. */
  readonly path: string;
  readonly trust: TunnelTrust;
  /** Largest message that the control plane may send. */
  readonly maxPayloadBytes: number;
  readonly clock: Clock;
  /** Opens the TCP connection. @default - node:net */
  readonly connect?: (address: TunnelAddress) => Socket;
}

export interface DialFailure {
  readonly reason: string;
  /** Pause that the control plane asked for, by status 429 or 503 and Retry-After. Milliseconds, at most two minutes. */
  readonly retryAfterMs?: number;
}

/** Exactly one of them is called, once; none after the attempt was aborted. */
interface DialOutcome {
  /** Listeners have to be added at once: the first message may follow immediately. */
  opened(websocket: WebSocket, headers: IncomingHttpHeaders): void;
  failed(failure: DialFailure): void;
}

/** `host:port`, with brackets around an IPv6 address. */
export function authorityOf({ host, port }: TunnelAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Starts an attempt. @returns the function that aborts it */
export function dial(options: DialOptions, outcome: DialOutcome): () => void {
  const { address, trust, clock, connect = connectTcp } = options;
  let step: keyof typeof STEPS = 'tcp';
  let settled = false;
  let websocket: WebSocket | undefined;
  const tcp = connect(address);

  const settle = (): boolean => {
    const first = !settled;
    settled = true;
    limit.cancel();
    return first;
  };
  const abort = (): void => {
    settle();
    websocket?.terminate();
    tcp.destroy();
  };
  const fail = (reason: string, retryAfterMs?: number): void => {
    if (!settle()) return;
    abort();
    outcome.failed({ reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  };
  const limit = clock.after(HANDSHAKE_LIMIT_MS, () => fail(`${STEPS[step]} within ${HANDSHAKE_LIMIT_MS / 1000} seconds`));

  const upgrade = (tls: TLSSocket): void => {
    step = 'upgrade';
    let headers: IncomingHttpHeaders = {};
    websocket = openWebSocket(options, tls);
    websocket.once('upgrade', (response) => {
      headers = response.headers;
    });
    websocket.once('unexpected-response', (_request, response) => {
      fail(`the control plane answered with status ${response.statusCode}`, retryAfter(response));
    });
    websocket.on('error', (error) => fail(messageOf(error)));
    websocket.once('open', () => {
      if (settle()) outcome.opened(websocket!, headers);
    });
  };

  tcp.on('error', (error) => fail(messageOf(error)));
  tcp.once('connect', () => {
    if (isConnectedToItself(tcp)) return fail('the connection reached its own local port: no control plane listens there');
    step = 'tls';
    try {
      const tls = connectTls({ ...clientTlsOptions(trust, address.host), socket: tcp });
      tls.on('error', (error) => fail(messageOf(error)));
      tls.once('secureConnect', () => upgrade(tls));
    } catch (error) {
      fail(messageOf(error));
    }
  });
  return abort;
}

/**
 * Whether both ends of a connection are one socket: TCP's simultaneous open (RFC 9293 §3.5), when the kernel gives a connection the local
 * port that it is made to. It would keep the port from the control plane that is to listen there.
 */
function isConnectedToItself(socket: Socket): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
}

function openWebSocket({ address, path, maxPayloadBytes }: DialOptions, tls: TLSSocket): WebSocket {
  return new WebSocket(`wss://${authorityOf(address)}${path}`, {
    createConnection: () => tls,
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes,
    // Answering would end the session at a Kong control plane, which knows only pings and close frames from us.
    autoPong: false,
  });
}

function retryAfter(response: IncomingMessage): number | undefined {
  if (response.statusCode !== 429 && response.statusCode !== 503) return undefined;
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : undefined;
}
