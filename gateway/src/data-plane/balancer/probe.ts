/** One probe of an address: a connection, over TLS or not, and a request of HTTP/1.0 on it. */
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SecureContext } from 'node:tls';

import type { Address } from './address.ts';
import type { ActiveChecks } from './upstream-settings.ts';

/** `open`: the connection was all that was asked for. A status of 0: the answer was not HTTP. */
export type ProbeResult = { readonly kind: 'open' | 'tcp' | 'timeout' } | { readonly kind: 'status'; readonly status: number };

export interface Probe {
  readonly address: Address;
  readonly checks: ActiveChecks;
  /** Host header; also the server name of TLS, unless the checks have one. */
  readonly host: string;
  /** What the target sees and is verified against; only read for TLS. */
  secureContext(): SecureContext;
}

/** Longest status line. Bytes. */
const MAX_LINE = 8_192;

/** Never rejects. */
export function probe(asked: Probe): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    const timer = setTimeout(() => end({ kind: 'timeout' }), asked.checks.timeout * 1000);
    const end = (result: ProbeResult) => {
      clearTimeout(timer);
      socket?.destroy();
      resolve(result);
    };
    try {
      socket = open(asked, () => {
        if (asked.checks.type === 'http' || asked.checks.type === 'https') socket!.write(requestOf(asked), 'latin1');
        else end({ kind: 'open' });
      });
    } catch {
      // Its certificates cannot be used.
      return end({ kind: 'tcp' });
    }
    let seen = '';
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (seen.includes('\n') || seen.length > MAX_LINE) end({ kind: 'status', status: statusOf(seen) });
    });
    socket.on('error', () => end({ kind: 'tcp' }));
    socket.on('close', () => end({ kind: 'tcp' }));
  });
}

function open({ address: { ip, port }, checks, host, secureContext }: Probe, ready: () => void): Socket {
  if (checks.type !== 'https' && checks.type !== 'grpcs') return connect(port, ip, ready);
  const name = checks.https_sni ?? host.replace(/:\d+$/, '');
  return connectTls({
    host: ip, port, secureContext: secureContext(), rejectUnauthorized: checks.https_verify_certificate,
    // RFC 6066 §3 forbids addresses as server names.
    ...isIP(name) === 0 && { servername: name },
  }, ready);
}

function requestOf({ checks, host }: Probe): string {
  const headers = Object.entries(checks.headers ?? {}).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return [`GET ${checks.http_path} HTTP/1.0`, ...headers, `Host: ${host}`].map(onOneLine).join('\r\n').concat('\r\n\r\n');
}

function onOneLine(line: string): string {
  return Buffer.from(line.replace(/[\r\n\0]+/g, ' ')).toString('latin1');
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/\d+\.\d+ +(\d{3})\b/.exec(answer)?.[1] ?? 0);
}
