/**
 * Endpoints that plugins of Kong add. They manage what a plugin keeps at run time: certificates of acme, which no node keeps, and answers
 * of proxy-cache, which a node keeps that is a data plane, too. Without one there is nothing to show or to delete.
 */
import { METRICS_TYPE } from '../../base/metrics.ts';
import type { PluginSchema } from '../../model/entities/plugin.ts';
import type { Store } from '../../store/store.ts';
import type { AdminAnswer, Endpoint } from './endpoint.ts';
import { htmlPage } from './html-page.ts';

/** Kong answers so without a body of its own. */
const NOTHING_KEPT = () => htmlPage(404);

const ACME: readonly Endpoint[] = [
  { path: '/acme', about: 'certificates that acme obtains', methods: { POST: NOTHING_KEPT, PATCH: NOTHING_KEPT } },
  { path: '/acme/certificates', about: 'certificates that acme keeps', methods: { GET: NOTHING_KEPT } },
  { path: '/acme/certificates/{certificates}', about: 'a certificate that acme keeps', methods: { GET: NOTHING_KEPT } },
];

/** Answers that the node's data plane keeps in memory, by their keys. */
export interface CachedAnswers {
  /** As the API shows it; `undefined` for none. */
  get(key: string): object | undefined | Promise<object | undefined>;
  /** Returns whether there was one. */
  delete(key: string): boolean | Promise<boolean>;
  clear(): void | Promise<void>;
}

const NO_ANSWERS: CachedAnswers = { get: () => undefined, delete: () => false, clear: () => undefined };

export interface PluginApiOptions {
  /** For what plugins there are. */
  readonly store: Store;
  /** In Prometheus' text format. @default - the node has none */
  readonly metrics?: () => Promise<string>;
  /** @default - the node keeps none */
  readonly cachedAnswers?: CachedAnswers;
}

export function pluginApiEndpoints(plugins: ReadonlyMap<string, PluginSchema>, options: PluginApiOptions): readonly Endpoint[] {
  return [
    ...plugins.has('acme') ? ACME : [],
    ...plugins.has('proxy-cache') ? cacheEndpoints(options) : [],
    ...plugins.has('prometheus') ? [metricsEndpoint(options.metrics)] : [],
  ];
}

function cacheEndpoints({ store, cachedAnswers: answers = NO_ANSWERS }: PluginApiOptions): readonly Endpoint[] {
  const methods: Endpoint['methods'] = {
    GET: async ({ params }) => {
      const answer = await answers.get(params.cache_key!);
      return answer === undefined ? htmlPage(404) : { status: 200, body: answer };
    },
    DELETE: async ({ params }) => (await answers.delete(params.cache_key!) ? PURGED : htmlPage(404)),
  };
  const about = 'an answer that proxy-cache keeps';
  return [
    {
      path: '/proxy-cache', about: 'all answers that proxy-cache keeps',
      methods: {
        DELETE: async () => {
          await answers.clear();
          return PURGED;
        },
      },
    },
    { path: '/proxy-cache/{cache_key}', about, methods },
    {
      path: '/proxy-cache/{plugin_id}/caches/{cache_key}', about, methods,
      // Any plugin of this kind will do, as in Kong: all of them keep their answers together.
      before: async (request) => await isCachingPlugin(store, request.params.plugin_id!) ? request : htmlPage(404),
    },
  ];
}

const PURGED: AdminAnswer = { status: 204 };

async function isCachingPlugin(store: Store, id: string): Promise<boolean> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return false;
  const plugin = await store.latest.get('plugins', id.toLowerCase());
  return plugin?.name === 'proxy-cache';
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
