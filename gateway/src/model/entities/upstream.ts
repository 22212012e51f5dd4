/** Upstreams: virtual hosts whose requests are balanced over targets, with their health checks. */
import { parseHost } from '../formats/host-names.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntityCheck, EntityValue } from '../schema/field.ts';
import { boolean, foreign, integer, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';
import { healthchecks } from './health-checks.ts';

const ALGORITHMS = ['consistent-hashing', 'least-connections', 'round-robin', 'latency'] as const;

const HASH_SOURCES = ['none', 'consumer', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'] as const;

/** What a hash is made of when the first choice is not there; never the first choice again, except of another name. */
const FALLBACKS = {
  none: ['none'],
  cookie: ['none'],
  consumer: ['none', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'],
  ip: ['none', 'consumer', 'header', 'cookie', 'path', 'query_arg', 'uri_capture'],
  path: ['none', 'consumer', 'header', 'cookie', 'query_arg', 'ip', 'uri_capture'],
} as const;

export const upstream = defineEntity({
  name: 'upstreams',
  endpointKey: 'name',
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    name: string({
      required: true, unique: true, check: nameViolation, description: 'Host name that services use to send requests to the targets.',
    }),
    updated_at: typedefs.updatedAt,
    algorithm: string({ default: 'round-robin', one_of: ALGORITHMS, description: 'How requests are distributed over the targets.' }),
    hash_on: string({ default: 'none', one_of: HASH_SOURCES, description: 'What consistent hashing makes the hash of.' }),
    hash_fallback: string({
      default: 'none', one_of: HASH_SOURCES, description: 'What to make the hash of when the request does not have the first choice.',
    }),
    hash_on_header: string({ ...typedefs.headerName, description: 'Header for `hash_on: header`.' }),
    hash_fallback_header: string({ ...typedefs.headerName, description: 'Header for `hash_fallback: header`.' }),
    hash_on_cookie: string({ ...typedefs.cookieName, description: 'Cookie for the choice `cookie`; responses set it when it is absent.' }),
    hash_on_cookie_path: string({ ...typedefs.path, default: '/', description: 'Path of the cookie that responses set.' }),
    hash_on_query_arg: string({ len_min: 1, description: 'Query argument for `hash_on: query_arg`.' }),
    hash_fallback_query_arg: string({ len_min: 1, description: 'Query argument for `hash_fallback: query_arg`.' }),
    hash_on_uri_capture: string({ len_min: 1, description: 'Named group of the route\'s path for `hash_on: uri_capture`.' }),
    hash_fallback_uri_capture: string({ len_min: 1, description: 'Named group of the route\'s path for `hash_fallback: uri_capture`.' }),
    slots: integer({ default: 10_000, between: [10, 2 ** 16], description: 'Number of positions in the ring of consistent hashing.' }),
    healthchecks,
    tags: typedefs.tags,
    host_header: string({
      ...typedefs.hostWithOptionalPort, description: 'Value of the Host header for requests to the targets. Default: that of the request.',
    }),
    client_certificate: foreign('certificates', { description: 'Client certificate for the TLS handshake with the targets.' }),
    use_srv_name: boolean({ default: false, description: 'Whether to send the host name of an SRV record as the Host header.' }),
  },
  shorthands: {
    algorithm: { field: string(), expand: expandAlgorithm },
    hash_on: { field: string(), expand: expandHashOn },
  },
  entity_checks: [
    needs('hash_on', 'header', 'hash_on_header'),
    needs('hash_fallback', 'header', 'hash_fallback_header'),
    needs('hash_on', 'cookie', 'hash_on_cookie'),
    needs('hash_fallback', 'cookie', 'hash_on_cookie'),
    ...Object.entries(FALLBACKS).map(([source, allowed]): EntityCheck => ({
      conditional: {
        if_field: 'hash_on', if_match: { match: `^${source}$` }, then_field: 'hash_fallback', then_match: { one_of: allowed },
      },
    })),
    { distinct: ['hash_on_header', 'hash_fallback_header'] },
    ...['query_arg', 'uri_capture'].flatMap((source): readonly EntityCheck[] => [
      needs('hash_on', source, `hash_on_${source}`),
      needs('hash_fallback', source, `hash_fallback_${source}`),
      { distinct: [`hash_on_${source}`, `hash_fallback_${source}`] },
    ]),
  ],
});

export type Upstream = EntityOf<typeof upstream>;
export type UpstreamRow = RowOf<typeof upstream>;

function needs(choice: string, source: string, field: string): EntityCheck {
  return { conditional: { if_field: choice, if_match: { match: `^${source}$` }, then_field: field, then_match: { required: true } } };
}

function nameViolation(name: string): string | undefined {
  const parsed = parseHost(name);
  if (typeof parsed === 'string') return `Invalid name ('${name}'); must be a valid hostname`;
  if (parsed.kind !== 'name') return `Invalid name ('${name}'); no ip addresses allowed`;
  return parsed.port === undefined ? undefined : `Invalid name ('${name}'); no port allowed`;
}

const WITHOUT_HASH: readonly unknown[] = ['least-connections', 'latency'] satisfies readonly (typeof ALGORITHMS[number])[];

/** An algorithm that makes no hash replaces what hashes were made of. The next shorthand reads the null. */
function expandAlgorithm(algorithm: string | null): EntityValue {
  return WITHOUT_HASH.includes(algorithm) ? { algorithm, hash_on: null } : { algorithm };
}

/** A source of hashes means consistent hashing; without one, it would be round robin under another name. */
function expandHashOn(hashOn: string | null): EntityValue {
  if (hashOn === null) return { hash_on: 'none' };
  return { hash_on: hashOn, algorithm: hashOn === 'none' ? 'round-robin' : 'consistent-hashing' };
}
