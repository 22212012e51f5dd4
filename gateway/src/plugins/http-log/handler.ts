/** http-log, phase log: sends the log entries of requests and streams to an HTTP server, through a queue that repeats what failed. */
import { createHash } from 'node:crypto';

import { entryText, lineMaker, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import type { HttpClient, HttpRequest } from '../../plugin-kit/http-client.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { queueLimits } from '../../plugin-kit/queue-limits.ts';
import type { QueueLimits } from '../../plugin-kit/queues.ts';
import { httpLog } from './schema.ts';
import type { HttpLogConfig } from './schema.ts';

const DEFAULTS = { method: 'POST', contentType: 'application/json', timeoutMs: 10_000, keepAliveMs: 60_000 };

export const httpLogHandler = defineHandler<HttpLogConfig>(httpLog, (config, { log, services }) => {
  const lineOf = lineMaker(config.custom_fields_by_lua, log);
  const streamEntryOf = streamEntryMaker(config.custom_fields_by_lua, log);
  const limits = queueLimits(config);
  const timeoutMs = config.timeout ?? DEFAULTS.timeoutMs;
  const keepAliveMs = config.keepalive ?? DEFAULTS.keepAliveMs;
  const request = requestOf(config);
  const endpoint = request.url as URL;
  const queue = services.queues.open<string>({
    key: keyOf(config, limits),
    name: `${endpoint.protocol}//${endpoint.host}${endpoint.pathname}:${request.method}`,
    limits,
    log,
    sink: () => {
      const client = services.http.open({ timeoutMs, keepAliveMs });
      return {
        send: (entries, end) => post(client, { ...request, body: bodyOf(entries, limits), signal: end }),
        close: () => client.close(),
      };
    },
  });
  const push = (text: string) => void queue.push(text, Buffer.byteLength(text));
  return {
    log: (exchange) => push(lineOf(exchange)),
    logStream: (stream) => push(entryText(streamEntryOf(stream))),
    close: () => queue.close(),
  };
});

/** Instances that send the same way share a queue. The key contains credentials. */
function keyOf(config: HttpLogConfig, limits: QueueLimits): string {
  const { http_endpoint: endpoint, method, content_type: type, timeout, keepalive, headers } = config;
  const all = JSON.stringify([endpoint, method, type, timeout, keepalive, Object.entries(headers ?? {}).sort(), limits]);
  return `http-log ${createHash('sha256').update(all).digest('hex')}`;
}

/** What all requests have in common. The query of the endpoint is dropped, as in Kong. */
function requestOf({ http_endpoint: endpoint, method, content_type: type, headers }: HttpLogConfig): HttpRequest {
  const url = new URL(endpoint);
  url.search = '';
  url.hash = '';
  return {
    method: method ?? DEFAULTS.method,
    url,
    headers: { ...headers, 'Content-Type': type ?? DEFAULTS.contentType },
    dropsBody: true,
    // The log server has to recognise an entry by the id of its request: the queue repeats, too.
    isIdempotent: true,
  };
}

/** One entry as it is where batches have one; else a list, also of one. */
function bodyOf(entries: readonly string[], { maxBatchSize }: QueueLimits): string {
  return maxBatchSize === 1 ? entries[0]! : `[${entries.join(',')}]`;
}

async function post(client: HttpClient, request: HttpRequest): Promise<void> {
  const { status } = await client.send(request);
  if (status >= 400) throw new Error(`request to ${(request.url as URL).host} returned status code ${status}`);
}
