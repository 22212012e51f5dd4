/** Ends the TLS of a client whose first message was looked at already. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TLSSocketOptions } from 'node:tls';

/** How long a handshake may take. Milliseconds. */
const HANDSHAKE_LIMIT_MS = 60_000;

/** @param done gets the connection inside, paused; `undefined` when there is none: then the socket is closed */
export function endTls(socket: Socket, options: TLSSocketOptions, done: (inside: TLSSocket | undefined) => void): void {
  const inside = new TLSSocket(socket, { ...options, isServer: true });
  const finish = (result: TLSSocket | undefined) => {
    clearTimeout(timer);
    inside.off('secure', succeed).off('close', fail).off('error', fail);
    if (result === undefined) inside.on('error', () => undefined).destroy();
    done(result);
  };
  const succeed = () => finish(inside.pause());
  const fail = () => finish(undefined);
  const timer = setTimeout(fail, HANDSHAKE_LIMIT_MS).unref();
  inside.once('secure', succeed).once('close', fail).once('error', fail);
}
