/** statsd, phase log: sends metrics of requests to a StatsD server over UDP or TCP, through a queue. */
import { statusOf } from '../../log-entries/log-entry.ts';
import type { ConfirmingSender } from '../../plugin-kit/messages.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { queueLimits } from '../../plugin-kit/queue-limits.ts';
import { metricsOf } from './metrics.ts';
import { packets } from './packets.ts';
import { statsd } from './schema.ts';
import type { StatsdConfig } from './schema.ts';

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 8125;

/** Of connections over TCP, as in Kong. Milliseconds. */
const TIMEOUT_MS = 1_000;
const KEEP_ALIVE_MS = 60_000;

export const statsdHandler = defineHandler<StatsdConfig>(statsd, (config, { id, log, node, services }) => {
  const linesOf = metricsOf(config, node.hostname);
  const isCounted = statusFilter(config.allow_status_codes);
  const server = { host: config.host ?? DEFAULT_HOST, port: config.port ?? DEFAULT_PORT, log };
  const queue = services.queues.open<readonly string[]>({
    key: `statsd ${id} ${JSON.stringify(config)}`,
    name: `statsd ${id}`,
    limits: queueLimits(config),
    log,
    sink: () => {
      const receiver = config.use_tcp === true
        ? services.messages.tcp({ ...server, timeoutMs: TIMEOUT_MS, keepAliveMs: KEEP_ALIVE_MS }) : services.messages.udp(server);
      const send = config.use_tcp === true ? sendLines : sendPackets(config.udp_packet_size ?? 0);
      return { send: (entries) => send(receiver, entries.flat()), close: () => receiver.close() };
    },
  });
  return {
    log: (exchange) => {
      if (!isCounted(statusOf(exchange))) return;
      const lines = linesOf(exchange);
      if (lines.length > 0) queue.push(lines, lines.reduce((sum, line) => sum + line.length, 0));
    },
    close: () => queue.close(),
  };
});

async function sendLines(receiver: ConfirmingSender, lines: readonly string[]): Promise<void> {
  await receiver.deliver(lines.map((line) => `${line}\n`).join(''));
}

function sendPackets(size: number): typeof sendLines {
  return async (receiver, lines) => {
    for (const packet of packets(lines, size)) await receiver.deliver(packet);
  };
}

/** @param ranges as `200-299`; none for all */
function statusFilter(ranges: readonly string[] | null): (status: number) => boolean {
  if (ranges === null || ranges === undefined) return () => true;
  const bounds = ranges.map((range) => range.split('-').map(Number) as [number, number]);
  return (status) => bounds.some(([first, last]) => status >= first && status <= last);
}
