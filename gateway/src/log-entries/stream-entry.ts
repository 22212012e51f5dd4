/** The log entry of a stream, as the plugins that log send it: the members and values of Kong Gateway's. */
import type { StreamExchange } from '../plugin-kit/stream-exchange.ts';
import { shownTry } from './log-entry.ts';
import type { LogEntry } from './log-entry.ts';
import { shownEntity, workspaceOf } from './shown-entities.ts';

/** The entry of a stream that has ended. */
export function streamEntry(stream: StreamExchange): LogEntry {
  const { route, service, tries, tls, bytes, upstreamBytes, status } = stream;
  const workspace = workspaceOf(stream.configuration);
  const isPlain = stream.protocol === 'tcp' || stream.protocol === 'udp';
  return {
    client_ip: stream.clientIp,
    latencies: { kong: Math.round(stream.gatewayMs), session: Math.round(stream.sessionMs) },
    session: {
      ...tls && { tls: { version: tls.version, cipher: tls.cipher, client_verify: 'NONE' } },
      received: Math.max(bytes.received, 0),
      sent: bytes.sent,
      status,
      ...isPlain && { server_port: stream.destinationPort },
    },
    upstream: upstreamBytes === undefined ? {} : { received: upstreamBytes.received, sent: upstreamBytes.sent },
    tries: tries?.map(shownTry),
    route: route && shownEntity(route.row, workspace),
    service: service && shownEntity(service.row, workspace),
    started_at: Math.floor(stream.startedAt),
    workspace: workspace.id,
    workspace_name: workspace.name,
  };
}
