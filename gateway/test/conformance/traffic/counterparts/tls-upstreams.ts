/** Upstreams over TLS that answer what they saw of the handshake, with certificates of the recording. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';

import type { Pki } from '../templates.ts';

export interface TlsUpstreams {
  readonly ports: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export async function startTlsUpstreams(pki: Pki): Promise<TlsUpstreams> {
  const identity = (name: string): TlsOptions => ({ cert: pki(`${name}.cert`), key: pki(`${name}.key`) });
  const kinds: Readonly<Record<string, TlsOptions>> = {
    tls_ok: identity('up_ok'),
    tls_other: identity('up_other'),
    tls_exp: identity('up_exp'),
    tls_mtls: { ...identity('up_ok'), requestCert: true, rejectUnauthorized: true, ca: pki('root1.cert') },
    tls_h2: { ...identity('up_ok'), ALPNProtocols: ['h2', 'http/1.1'] },
  };
  const servers = await Promise.all(Object.entries(kinds).map(async ([slot, options]) => {
    const sockets = new Set<TLSSocket>();
    const server = createServer(options, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
      socket.on('data', () => socket.write(answer(slot, socket)));
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const close = async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    };
    return { slot, port: (server.address() as AddressInfo).port, close };
  }));
  return {
    ports: Object.fromEntries(servers.map(({ slot, port }) => [slot, port])),
    close: async () => void await Promise.all(servers.map(({ close }) => close())),
  };
}

function answer(slot: string, socket: TLSSocket): string {
  const { servername } = socket as TLSSocket & { readonly servername?: string | false };
  const client = socket.getPeerCertificate().subject as { readonly CN?: string } | undefined;
  const body = JSON.stringify({
    alpn: socket.alpnProtocol || null, client: client?.CN ?? null, slot, sni: servername || null, tls: socket.getProtocol(),
  });
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
