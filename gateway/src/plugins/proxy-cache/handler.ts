/** proxy-cache: answers requests from answers that the node keeps in memory. */
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { caching } from '../../response-cache/caching.ts';
import { memoryStore } from '../../response-cache/memory-store.ts';
import { proxyCache } from './schema.ts';
import type { ProxyCacheConfig } from './schema.ts';

export const proxyCacheHandler = defineHandler<ProxyCacheConfig>(proxyCache, (config, { services, clock }) => (
  caching(config, { store: memoryStore(services.cache), clock, bypassesFailures: true })));
