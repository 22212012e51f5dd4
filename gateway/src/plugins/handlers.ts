/** The code of plugins, which data planes run. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { aclHandler } from './acl/handler.ts';
import { basicAuthHandler } from './basic-auth/handler.ts';
import { hmacAuthHandler } from './hmac-auth/handler.ts';
import { jwtHandler } from './jwt/handler.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import { openidConnectHandler } from './openid-connect/handler.ts';
import { prometheusHandler } from './prometheus/handler.ts';
import { rateLimitingHandler } from './rate-limiting/handler.ts';
import { requestTerminationHandler } from './request-termination/handler.ts';
import { responseRatelimitingHandler } from './response-ratelimiting/handler.ts';
import type { SERVED_PLUGINS } from './schemas.ts';
import { sessionHandler } from './session/handler.ts';

export const HANDLERS = {
  'acl': aclHandler,
  'basic-auth': basicAuthHandler,
  'hmac-auth': hmacAuthHandler,
  'jwt': jwtHandler,
  'key-auth': keyAuthHandler,
  'openid-connect': openidConnectHandler,
  'prometheus': prometheusHandler,
  'rate-limiting': rateLimitingHandler,
  'request-termination': requestTerminationHandler,
  'response-ratelimiting': responseRatelimitingHandler,
  'session': sessionHandler,
} satisfies Record<typeof SERVED_PLUGINS[number], PluginHandler>;
