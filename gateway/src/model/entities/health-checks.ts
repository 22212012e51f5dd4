/** Health checks of an upstream: active ones probe targets, passive ones observe the requests that are proxied. */
import type { Fields } from '../schema/field.ts';
import { array, boolean, integer, map, number, record, string } from '../schema/field.ts';
import * as typedefs from '../schema/typedefs.ts';

const TYPES = ['tcp', 'http', 'https', 'grpc', 'grpcs'] as const;

const type = (what: string) => string({ default: 'http', one_of: TYPES, description: what });

const seconds = <const N extends number>(value: N, what: string) => number({ default: value, between: [0, 65535], description: what });

const count = (what: string) => integer({ default: 0, between: [0, 255], description: `${what} 0: does not count.` });

const statuses = (values: readonly number[], what: string) => (
  array(integer({ between: [100, 999] }), { default: values, description: what }));

/** A record that is complete when it is absent. Its default repeats those of its fields, as `/schemas/upstreams` prints it. */
function complete<const F extends Fields>(fields: F, what: string) {
  return record(fields, { required: true, default: defaultsOf(fields), description: what });
}

function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, field]) => field.default !== undefined)
    .map(([name, field]) => [name, field.default]));
}

const UNHEALTHY = 'Statuses that count as failures.';
const HEALTHY = 'Statuses that count as successes.';
const HTTP_FAILURES = 'Failures over HTTP after which a target is unhealthy.';
const TCP_FAILURES = 'Failed connections after which a target is unhealthy.';
const TIMEOUTS = 'Timeouts after which a target is unhealthy.';
const SUCCESSES = 'Successes after which a target is healthy.';

const active = complete({
  timeout: seconds(1, 'Seconds to wait for the answer to a probe.'),
  concurrency: integer({ default: 10, between: [1, 2 ** 31], description: 'Number of targets that are probed at the same time.' }),
  http_path: string({ ...typedefs.path, default: '/', description: 'Path of probes over HTTP.' }),
  https_sni: string({ ...typedefs.sni, required: false, description: 'Server name (SNI) of probes over HTTPS.' }),
  https_verify_certificate: boolean({
    required: true, default: true, description: 'Whether to verify the certificates of targets in probes over HTTPS.',
  }),
  healthy: complete({
    http_statuses: statuses([200, 302], HEALTHY),
    interval: seconds(0, 'Seconds between probes of healthy targets. 0: they are not probed.'),
    successes: count(SUCCESSES),
  }, 'When a target becomes healthy.'),
  type: type('Protocol of probes.'),
  headers: map(typedefs.headerName, array(string()), {
    required: false, description: 'Headers of probes over HTTP: lists of values by name.',
  }),
  unhealthy: complete({
    interval: seconds(0, 'Seconds between probes of unhealthy targets. 0: they are not probed.'),
    http_statuses: statuses([429, 404, 500, 501, 502, 503, 504, 505], UNHEALTHY),
    tcp_failures: count(TCP_FAILURES),
    timeouts: count(TIMEOUTS),
    http_failures: count(HTTP_FAILURES),
  }, 'When a target becomes unhealthy.'),
}, 'Probes of targets.');

const passive = complete({
  unhealthy: complete({
    timeouts: count(TIMEOUTS),
    tcp_failures: count(TCP_FAILURES),
    http_statuses: statuses([429, 500, 503], UNHEALTHY),
    http_failures: count(HTTP_FAILURES),
  }, 'When a target becomes unhealthy.'),
  healthy: complete({
    http_statuses: statuses(
      [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308], HEALTHY),
    successes: count(SUCCESSES),
  }, 'When a target becomes healthy.'),
  type: type('Protocol of the requests that are observed.'),
}, 'Observation of proxied requests.');

export const healthchecks = record({
  active,
  passive,
  threshold: number({
    default: 0, between: [0, 100], description: 'Percentage of the weights that must be healthy for the upstream to be healthy.',
  }),
}, { required: true, default: defaultsOf({ active, passive }), description: 'How unhealthy targets are found.' });
