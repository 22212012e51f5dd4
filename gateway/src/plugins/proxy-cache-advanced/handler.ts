/** proxy-cache-advanced: answers requests from answers that the node keeps in memory, or nodes in Redis. */
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { redisSettings } from '../../plugin-kit/redis-settings.ts';
import { caching } from '../../response-cache/caching.ts';
import { memoryStore } from '../../response-cache/memory-store.ts';
import { redisStore } from '../../response-cache/redis-store.ts';
import { proxyCacheAdvanced } from './schema.ts';
import type { ProxyCacheAdvancedConfig } from './schema.ts';

export const proxyCacheAdvancedHandler = defineHandler<ProxyCacheAdvancedConfig>(proxyCacheAdvanced, (config, { services, clock }) => {
  const store = config.strategy === 'redis'
    ? redisStore('proxy-cache-advanced:', services.redis.open(redisSettings(config.redis)))
    : memoryStore(services.cache);
  return caching(config, { store, clock, bypassesFailures: config.bypass_on_err === true });
});
