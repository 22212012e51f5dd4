/**
 * From the log entry of a gateway, as http-log sends it, to the document that is kept, and how its fields are indexed. One list says both.
 */

type Entry = Readonly<Record<string, any>>;

interface Field {
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly of: (entry: Entry) => unknown;
}

const KEYWORD = { type: 'keyword', ignore_above: 1024 };
const MILLISECONDS = { type: 'integer' };

/** Neither headers nor query strings: they hold what identifies people, and every new name would be a new field. */
export const FIELDS: Readonly<Record<string, Field>> = {
  '@timestamp': { mapping: { type: 'date', format: 'epoch_millis' }, of: ({ started_at }) => started_at },
  'request_id': { mapping: KEYWORD, of: ({ request }) => request?.id },
  'client_ip': { mapping: { type: 'ip', ignore_malformed: true }, of: ({ client_ip }) => client_ip },
  'method': { mapping: KEYWORD, of: ({ request }) => request?.method },
  'host': { mapping: KEYWORD, of: ({ request }) => hostOf(request?.url) },
  'path': { mapping: KEYWORD, of: ({ request }) => pathOf(request?.uri) },
  'status': { mapping: { type: 'short' }, of: ({ response }) => response?.status },
  'source': { mapping: KEYWORD, of: ({ source }) => source },
  'upstream_status': { mapping: KEYWORD, of: ({ upstream_status }) => upstream_status },
  'service': { mapping: KEYWORD, of: ({ service }) => service?.name ?? service?.host },
  'route': { mapping: KEYWORD, of: ({ route }) => route?.name ?? route?.id },
  'consumer': { mapping: KEYWORD, of: ({ consumer }) => consumer?.username ?? consumer?.custom_id },
  'workspace': { mapping: KEYWORD, of: ({ workspace_name }) => workspace_name },
  'gateway_ms': { mapping: MILLISECONDS, of: ({ latencies }) => latencies?.kong },
  'upstream_ms': { mapping: MILLISECONDS, of: ({ latencies }) => (latencies?.proxy < 0 ? undefined : latencies?.proxy) },
  'total_ms': { mapping: MILLISECONDS, of: ({ latencies }) => latencies?.request },
  'request_bytes': { mapping: { type: 'long' }, of: ({ request }) => request?.size },
  'response_bytes': { mapping: { type: 'long' }, of: ({ response }) => response?.size },
  'tries': { mapping: { type: 'short' }, of: ({ tries }) => (Array.isArray(tries) ? tries.length : undefined) },
  'tls_version': { mapping: KEYWORD, of: ({ request }) => request?.tls?.version },
  'correlation_id': { mapping: KEYWORD, of: ({ correlation_id }) => correlation_id },
  'trace_id': { mapping: KEYWORD, of: ({ trace_id }) => trace_id?.w3c ?? Object.values(trace_id ?? {})[0] },
};

/** @returns `undefined` for what is no log entry */
export function logDocument(entry: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)
    || !Number.isFinite((entry as Entry).started_at)) return undefined;
  const values = Object.entries(FIELDS).map(([name, { of }]) => [name, of(entry)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined && value !== null));
}

function pathOf(uri: unknown): string | undefined {
  return typeof uri === 'string' ? uri.split('?')[0] : undefined;
}

function hostOf(url: unknown): string | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : undefined;
}
