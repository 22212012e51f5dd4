/** Plugins that may have protocols of streams, as in Kong, and see requests only. */
import type { EntityValue } from '../schema/field.ts';
import { isStreamProtocol } from '../stream-protocols.ts';

const ONLY_REQUESTS: ReadonlySet<unknown> = new Set(['datadog', 'statsd', 'zipkin']);

/** @returns what operators should know of the plugin */
export function streamPluginCaution({ name, protocols }: EntityValue): string | undefined {
  if (!ONLY_REQUESTS.has(name) || !Array.isArray(protocols)) return undefined;
  const streams = (protocols as readonly string[]).filter(isStreamProtocol);
  if (streams.length === 0) return undefined;
  return `${String(name)} sends nothing about streams (${streams.join(', ')}), requests only: prometheus counts streams, and tcp-log, `
    + 'udp-log, http-log, file-log, syslog and loggly log them';
}
