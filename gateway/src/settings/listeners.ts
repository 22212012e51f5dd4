/** `*_LISTEN`: `off`, or `ip:port [flag …]` entries separated by commas, in the words of nginx. */
import { splitList } from './value-kinds.ts';
import type { ValueKind } from './value-kinds.ts';

/** One address that a node listens on. */
export interface Listener {
  /** IPv4, IPv6 without brackets, or a host name. */
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
  readonly reusePort: boolean;
  /** Datagrams in place of connections; listeners of streams only. @default false */
  readonly udp?: boolean;
  /** Length of the queue of connections not yet accepted. */
  readonly backlog?: number;
  /** Whether other workers of this node listen on the same port. No setting says so. @default false */
  readonly sharesPort?: boolean;
}

const FLAGS = ['ssl', 'http2', 'proxy_protocol', 'deferred', 'bind', 'reuseport'];
const STREAM_FLAGS = ['ssl', 'udp', 'proxy_protocol', 'deferred', 'bind', 'reuseport'];
const PARAMETERS = /^(backlog=\d+|ipv6only=(on|off)|so_keepalive=(on|off|\d*[smh]?:\d*[smh]?:\d*))$/;

export const listeners: ValueKind<readonly Listener[]> = {
  expected: expectedOf(FLAGS),
  samples: ['127.0.0.1:18000', '127.0.0.1:18443 ssl', 'off'],
  parse: (value) => parseListeners(value, FLAGS),
};

/** Datagrams have neither TLS nor a header of a load balancer. */
export const streamListeners: ValueKind<readonly Listener[]> = {
  expected: `${expectedOf(STREAM_FLAGS)}, udp with neither ssl nor proxy_protocol`,
  samples: ['127.0.0.1:19000', '127.0.0.1:19443 ssl, 127.0.0.1:19053 udp', 'off'],
  parse: (value) => {
    const parsed = parseListeners(value, STREAM_FLAGS);
    return parsed?.some(({ udp, ssl, proxyProtocol }) => udp === true && (ssl || proxyProtocol)) === true ? undefined : parsed;
  },
};

function expectedOf(flags: readonly string[]): string {
  return `off, or ip:port [${flags.join('|')}|backlog=N …] separated by commas`;
}

function parseListeners(value: string, flags: readonly string[]): readonly Listener[] | undefined {
  const entries = splitList(value);
  // Only a first `off` turns everything off, as in Kong's nginx template.
  if (entries.length === 0 || /^off\b/.test(entries[0]!)) return entries.length === 0 ? undefined : [];
  const parsed = entries.map((entry) => parseListener(entry, flags));
  return parsed.every((listener) => listener !== undefined) ? parsed : undefined;
}

function parseListener(entry: string, known: readonly string[]): Listener | undefined {
  const [address = '', ...flags] = entry.split(/\s+/);
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(address);
  const port = Number(match?.[3]);
  if (!match || port > 65535) return undefined;
  if (!flags.every((flag) => known.includes(flag) || PARAMETERS.test(flag))) return undefined;
  const backlog = flags.find((flag) => flag.startsWith('backlog='));
  return {
    host: (match[1] ?? match[2])!.replace(/^\*$/, '0.0.0.0'),
    port,
    ssl: flags.includes('ssl'),
    http2: flags.includes('http2'),
    proxyProtocol: flags.includes('proxy_protocol'),
    reusePort: flags.includes('reuseport'),
    ...flags.includes('udp') && { udp: true },
    ...backlog && { backlog: Number(backlog.slice('backlog='.length)) },
  };
}

/** An address that only programs on the same machine can reach. */
export function isLoopback(listener: Listener): boolean {
  return listener.host === 'localhost' || listener.host === '::1' || listener.host.startsWith('127.');
}

/** An address as settings write it. */
export function shownAddress({ host, port }: Pick<Listener, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
