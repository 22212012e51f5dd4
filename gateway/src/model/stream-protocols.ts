/** Protocols of routes, services and plugins that are no HTTP. */
export const STREAM_PROTOCOLS = ['tcp', 'tls', 'tls_passthrough', 'udp'] as const;

export type StreamProtocol = typeof STREAM_PROTOCOLS[number];

export function isStreamProtocol(protocol: string): protocol is StreamProtocol {
  return (STREAM_PROTOCOLS as readonly string[]).includes(protocol);
}
