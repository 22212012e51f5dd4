/** The code of plugins, which data planes run. */
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { aclHandler } from './acl/handler.ts';
import { basicAuthHandler } from './basic-auth/handler.ts';
import { botDetectionHandler } from './bot-detection/handler.ts';
import { correlationIdHandler } from './correlation-id/handler.ts';
import { corsHandler } from './cors/handler.ts';
import { datadogHandler } from './datadog/handler.ts';
import { fileLogHandler } from './file-log/handler.ts';
import { grpcGatewayHandler } from './grpc-gateway/handler.ts';
import { grpcWebHandler } from './grpc-web/handler.ts';
import { hmacAuthHandler } from './hmac-auth/handler.ts';
import { httpLogHandler } from './http-log/handler.ts';
import { ipRestrictionHandler } from './ip-restriction/handler.ts';
import { jwtHandler } from './jwt/handler.ts';
import { keyAuthHandler } from './key-auth/handler.ts';
import { logglyHandler } from './loggly/handler.ts';
import { openidConnectHandler } from './openid-connect/handler.ts';
import { opentelemetryHandler } from './opentelemetry/handler.ts';
import { prometheusHandler } from './prometheus/handler.ts';
import { proxyCacheHandler } from './proxy-cache/handler.ts';
import { proxyCacheAdvancedHandler } from './proxy-cache-advanced/handler.ts';
import { rateLimitingHandler } from './rate-limiting/handler.ts';
import { rateLimitingAdvancedHandler } from './rate-limiting-advanced/handler.ts';
import { redirectHandler } from './redirect/handler.ts';
import { requestSizeLimitingHandler } from './request-size-limiting/handler.ts';
import { requestTerminationHandler } from './request-termination/handler.ts';
import { requestTransformerHandler } from './request-transformer/handler.ts';
import { responseRatelimitingHandler } from './response-ratelimiting/handler.ts';
import { responseTransformerHandler } from './response-transformer/handler.ts';
import type { SERVED_PLUGINS } from './schemas.ts';
import { sessionHandler } from './session/handler.ts';
import { statsdHandler } from './statsd/handler.ts';
import { syslogHandler } from './syslog/handler.ts';
import { tcpLogHandler } from './tcp-log/handler.ts';
import { udpLogHandler } from './udp-log/handler.ts';
import { zipkinHandler } from './zipkin/handler.ts';

export const HANDLERS = {
  'acl': aclHandler,
  'basic-auth': basicAuthHandler,
  'bot-detection': botDetectionHandler,
  'correlation-id': correlationIdHandler,
  'cors': corsHandler,
  'datadog': datadogHandler,
  'file-log': fileLogHandler,
  'grpc-gateway': grpcGatewayHandler,
  'grpc-web': grpcWebHandler,
  'hmac-auth': hmacAuthHandler,
  'http-log': httpLogHandler,
  'ip-restriction': ipRestrictionHandler,
  'jwt': jwtHandler,
  'key-auth': keyAuthHandler,
  'loggly': logglyHandler,
  'openid-connect': openidConnectHandler,
  'opentelemetry': opentelemetryHandler,
  'prometheus': prometheusHandler,
  'proxy-cache': proxyCacheHandler,
  'proxy-cache-advanced': proxyCacheAdvancedHandler,
  'rate-limiting': rateLimitingHandler,
  'rate-limiting-advanced': rateLimitingAdvancedHandler,
  'redirect': redirectHandler,
  'request-size-limiting': requestSizeLimitingHandler,
  'request-termination': requestTerminationHandler,
  'request-transformer': requestTransformerHandler,
  'response-ratelimiting': responseRatelimitingHandler,
  'response-transformer': responseTransformerHandler,
  'session': sessionHandler,
  'statsd': statsdHandler,
  'syslog': syslogHandler,
  'tcp-log': tcpLogHandler,
  'udp-log': udpLogHandler,
  'zipkin': zipkinHandler,
} satisfies Record<typeof SERVED_PLUGINS[number], PluginHandler>;
