/** Numbers of a node whose workers come and go: what an ended worker has counted stays. */
import type { MetricFamily } from '../base/metrics.ts';
import type { PluginMetrics, ProxyTraffic } from '../data-plane/node-parts.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import type { WorkerReport } from './messages.ts';
import { summedFamilies } from './metric-sums.ts';

const NO_TRAFFIC: ProxyTraffic = { accepted: 0, open: 0, requests: 0, active: 0 };

export class NodeNumbers {
  #traffic = NO_TRAFFIC;
  #families: readonly MetricFamily[] = [];
  #errors = 0;
  #requests = new Map<string, RequestsRecord>();

  /** @param workers those that run */
  traffic(workers: readonly ProxyTraffic[]): ProxyTraffic {
    return [this.#traffic, ...workers].reduce((sum, { accepted, open, requests, active }) => ({
      accepted: sum.accepted + accepted, open: sum.open + open, requests: sum.requests + requests, active: sum.active + active,
    }));
  }

  pluginMetrics(workers: readonly PluginMetrics[]): PluginMetrics {
    return {
      families: summedFamilies([...workers.map(({ families }) => families), this.#families]),
      errors: workers.reduce((sum, { errors }) => sum + errors, this.#errors),
    };
  }

  /** A worker has ended. What it had not reported is lost: no number that was shown falls. */
  retire(traffic: ProxyTraffic | undefined, report: WorkerReport | undefined): void {
    if (traffic !== undefined) this.#traffic = this.traffic([{ ...traffic, open: 0, active: 0 }]);
    if (report === undefined) return;
    // What has the process in its labels ends with it.
    const lasting = report.metrics.families.filter(({ type }) => type === 'counter' || type === 'histogram')
      .map((family) => ({ ...family, samples: family.samples.filter(({ labels }) => labels?.pid === undefined) }));
    this.#families = summedFamilies([this.#families, lasting]);
    this.#errors += report.metrics.errors;
  }

  /** Requests that a worker has answered since it said so last. */
  addRequests(records: readonly RequestsRecord[]): void {
    for (const record of records) {
      const key = `${record.status} ${record.route ?? ''}`;
      const { count = 0, duration_ms: durationMs = 0 } = this.#requests.get(key) ?? {};
      this.#requests.set(key, { ...record, count: count + record.count, duration_ms: durationMs + record.duration_ms });
    }
  }

  takeRequests(): readonly RequestsRecord[] {
    const requests = [...this.#requests.values()];
    this.#requests = new Map();
    return requests;
  }
}
