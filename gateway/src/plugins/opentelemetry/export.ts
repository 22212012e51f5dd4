/** Sends batches to a collector of OpenTelemetry: OTLP over HTTP, through a queue. */
import { HYBRIDGE_VERSION } from '../../base/version.ts';
import type { HttpClient } from '../../plugin-kit/http-client.ts';
import type { PluginContext } from '../../plugin-kit/plugin.ts';
import { queueLimits } from '../../plugin-kit/queue-limits.ts';
import type { Queue, QueueLimits } from '../../plugin-kit/queues.ts';
import type { OpentelemetryConfig } from './schema.ts';

const USER_AGENT = `hybridge/${HYBRIDGE_VERSION}`;

interface ExportOptions<Entry> {
  readonly kind: 'traces' | 'logs';
  readonly endpoint: string;
  readonly config: OpentelemetryConfig;
  readonly context: PluginContext;
  encode(entries: readonly Entry[]): Buffer;
}

export function openExport<Entry>({ kind, endpoint, config, context, encode }: ExportOptions<Entry>): Queue<Entry> {
  const { id, log, services } = context;
  const headers = headersOf(config.headers);
  return services.queues.open<Entry>({
    key: `opentelemetry ${id} ${kind} ${JSON.stringify(config)}`,
    name: `opentelemetry:${kind}`,
    limits: limitsOf(config),
    log,
    sink: () => {
      const timeoutMs = Math.max(config.connect_timeout ?? 0, config.send_timeout ?? 0, config.read_timeout ?? 0);
      const client = services.http.open({ timeoutMs });
      return {
        send: (entries, signal) => post(client, endpoint, headers, encode(entries), signal),
        close: () => client.close(),
      };
    },
  });
}

/** A configured content type takes the place of the usual one. */
function headersOf(configured: Readonly<Record<string, string>> | null): Readonly<Record<string, string>> {
  const names = Object.keys(configured ?? {}).map((name) => name.toLowerCase());
  return {
    ...names.includes('user-agent') ? {} : { 'User-Agent': USER_AGENT },
    ...names.includes('content-type') ? {} : { 'Content-Type': 'application/x-protobuf' },
    ...configured,
  };
}

/** Old names of fields of the queue count unless they have their old defaults. */
function limitsOf({ queue, batch_span_count: count, batch_flush_delay: delay }: OpentelemetryConfig): QueueLimits {
  const limits = queueLimits({ queue });
  return {
    ...limits,
    ...count !== null && count !== 200 && { maxBatchSize: count },
    ...delay !== null && delay !== 3 && { maxCoalescingDelayMs: delay * 1000 },
  };
}

async function post(
  client: HttpClient, url: string, headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal,
): Promise<void> {
  const { status } = await client.send({ method: 'POST', url, headers, body, dropsBody: true, isIdempotent: true, signal });
  if (status !== 200) throw new Error(`the collector at ${new URL(url).host} answered with status ${status}, expected 200`);
}
