/** Settings of traces, and of what a client may ask about its own request. */
import { optional, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { decimal, list, listOf, onOff, text } from '../value-kinds.ts';

/** What spans are made of. */
export const INSTRUMENTATIONS = [
  'request', 'db_query', 'dns_query', 'router', 'http_client', 'balancer', 'plugin_rewrite', 'plugin_access', 'plugin_header_filter',
] as const;

export const TRACING = {
  instrumentations: setting('KONG_TRACING_INSTRUMENTATIONS', listOf('off', 'all', ...INSTRUMENTATIONS), 'off',
    'Parts of a request that the plugin opentelemetry makes spans of: `all`, or a list. With `off` the plugin sends no spans and passes '
    + 'traces on as not sampled. This gateway has no spans of db_query and http_client.'),
  samplingRate: setting('KONG_TRACING_SAMPLING_RATE', decimal(0, 1), '0.01',
    'Share of requests that are traced when neither the caller nor the plugin decides.'),
  isDebugOn: setting('KONG_REQUEST_DEBUG', onOff, 'on',
    'Whether a client may ask with X-Kong-Request-Debug how long the parts of its request take.'),
  debugToken: optional('KONG_REQUEST_DEBUG_TOKEN', text,
    'What clients on other machines must send in X-Kong-Request-Debug-Token. Default: random at each start, in the file '
    + '`.request_debug_token` of the working directory.', true),
} as const;

const RENAMED = 'Kong has renamed it: set KONG_TRACING_INSTRUMENTATIONS and KONG_TRACING_SAMPLING_RATE';

export const TRACING_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_OPENTELEMETRY_TRACING', list, RENAMED, { default: 'off' }),
  warns('KONG_OPENTELEMETRY_TRACING_SAMPLING_RATE', decimal(0, 1), RENAMED, { default: '0.01' }),
];
