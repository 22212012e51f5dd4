/**
 * Endpoints that plugins of Kong add. They manage what a plugin keeps at run time: certificates of acme, answers of proxy-cache. Nodes with
 * this API keep none of either, so that there is nothing to show, to renew, or to delete.
 */
import { METRICS_TYPE } from '../../base/metrics.ts';
import type { PluginSchema } from '../../model/entities/plugin.ts';
import type { AdminAnswer, Endpoint } from './endpoint.ts';
import { htmlPage } from './html-page.ts';

/** Kong answers so without a body of its own. */
const NOTHING_KEPT = () => htmlPage(404);

const NOTHING_TO_PURGE = (): AdminAnswer => ({ status: 204 });

const ENDPOINTS: Readonly<Record<string, readonly Endpoint[]>> = {
  'acme': [
    { path: '/acme', about: 'certificates that acme obtains', methods: { POST: NOTHING_KEPT, PATCH: NOTHING_KEPT } },
    { path: '/acme/certificates', about: 'certificates that acme keeps', methods: { GET: NOTHING_KEPT } },
    { path: '/acme/certificates/{certificates}', about: 'a certificate that acme keeps', methods: { GET: NOTHING_KEPT } },
  ],
  'proxy-cache': [
    { path: '/proxy-cache', about: 'all answers that proxy-cache keeps', methods: { DELETE: NOTHING_TO_PURGE } },
    ...['/proxy-cache/{cache_key}', '/proxy-cache/{plugin_id}/caches/{cache_key}'].map((path) => (
      { path, about: 'an answer that proxy-cache keeps', methods: { GET: NOTHING_KEPT, DELETE: NOTHING_KEPT } })),
  ],
};

/** @param metrics in Prometheus' text format @default - the node has none */
export function pluginApiEndpoints(plugins: ReadonlyMap<string, PluginSchema>, metrics?: () => Promise<string>): readonly Endpoint[] {
  const known = Object.entries(ENDPOINTS).flatMap(([name, endpoints]) => (plugins.has(name) ? endpoints : []));
  return plugins.has('prometheus') ? [...known, metricsEndpoint(metrics)] : known;
}

function metricsEndpoint(metrics?: () => Promise<string>): Endpoint {
  return {
    path: '/metrics',
    about: 'metrics of the node in Prometheus\' text format',
    methods: {
      GET: async () => (metrics ? { status: 200, body: await metrics(), headers: { 'content-type': METRICS_TYPE } } : htmlPage(404)),
    },
  };
}
