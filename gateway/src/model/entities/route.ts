/** Routes: select the requests for a service. The protocols of a route decide what it can match on. */
import { isFirstOfRange } from '../formats/host-names.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema, Subschema } from '../schema/entity-schema.ts';
import type { EntityCheck, EntityValue, Fields } from '../schema/field.ts';
import { array, boolean, foreign, integer, map, record, set, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

const endpoint = record({ ip: typedefs.ipOrCidr, port: typedefs.port }, { entity_checks: [{ at_least_one_of: ['ip', 'port'] }] });

const fields = {
  id: typedefs.id,
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  name: { ...typedefs.utf8Name, description: 'Names the route in URLs and declarative files.' },
  protocols: set(typedefs.protocol, {
    required: true,
    default: ['http', 'https'],
    len_min: 1,
    mutually_exclusive_subsets: [['http', 'https'], ['tcp', 'tls', 'udp'], ['tls_passthrough'], ['grpc', 'grpcs']],
    description: 'Protocols that the route accepts.',
  }),
  https_redirect_status_code: integer({
    required: true, default: 426, one_of: [426, 301, 302, 307, 308],
    description: 'Status of the response to a plain HTTP request when the route accepts HTTPS only.',
  }),
  strip_path: boolean({ required: true, default: true, description: 'Whether to remove the matched part of the path before proxying.' }),
  preserve_host: boolean({
    required: true, default: false, description: 'Whether to send the Host header of the request to the upstream instead of its own host.',
  }),
  request_buffering: boolean({
    required: true, default: true, description: 'Whether to read a request body completely before proxying it.',
  }),
  response_buffering: boolean({
    required: true, default: true, description: 'Whether to read a response body completely before sending it to the client.',
  }),
  tags: typedefs.tags,
  service: foreign('services', { description: 'The service that matching requests are proxied to.' }),
  snis: set(typedefs.wildcardHost, { description: 'Server names (SNI) of the TLS handshake.' }),
  sources: set(endpoint, { description: 'Source addresses of a stream.' }),
  destinations: set(endpoint, { description: 'Destination addresses of a stream.' }),
  methods: set(typedefs.httpMethod, { description: 'HTTP methods.' }),
  hosts: array(typedefs.routeHost, { description: 'Host names of the request; the first or last label may be a wildcard.' }),
  paths: array(typedefs.routerPath, { description: 'Prefixes of the path, or regular expressions after ~ (RE2 syntax).' }),
  headers: map(string({
    ...typedefs.headerName,
    match_none: [{ pattern: '^[Hh][Oo][Ss][Tt]$', err: "cannot contain 'host' header, which must be specified in the 'hosts' attribute" }],
  }), array(string()), { description: 'Required values of request headers; a single one may be a regular expression after ~* (RE2).' }),
  regex_priority: integer({ default: 0, description: 'Among routes that match by regular expressions, the highest priority wins.' }),
  path_handling: string({ default: 'v0', one_of: ['v0', 'v1'], description: 'How to join the paths of service, route and request.' }),
};

export const route: EntitySchema<typeof fields> = defineEntity({
  name: 'routes',
  endpointKey: 'name',
  fields,
  entity_checks: [
    {
      conditional: {
        if_field: 'protocols',
        if_match: { elements: { type: 'string', not_one_of: ['grpcs', 'https', 'tls', 'tls_passthrough'] } },
        then_field: 'snis',
        then_match: { len_eq: 0 },
        then_err: "'snis' can only be set when 'protocols' is 'grpcs', 'https', 'tls' or 'tls_passthrough'",
      },
    },
    { custom_entity_check: { field_sources: ['path_handling'], fn: () => undefined } },
    {
      custom_entity_check: {
        run_with_missing_fields: true,
        field_sources: [
          'id', 'protocols', 'snis', 'sources', 'destinations', 'methods', 'hosts', 'paths', 'headers', 'expression', 'regex_priority',
          'priority',
        ],
        fn: expressionViolation,
      },
    },
  ],
  subschema: {
    key: 'protocols',
    choose: (protocol) => SUBSCHEMAS[protocol],
    unknown: (protocol) => `unknown type: ${protocol}`,
  },
});

export type Route = EntityOf<typeof route>;
export type RouteRow = RowOf<typeof route>;

/** Fields that must be null for a family of protocols. */
function forbidden(names: readonly string[], family: string): Fields {
  return Object.fromEntries(names.map((name) => {
    const field = fields[name as keyof typeof fields];
    return [name, { ...field, eq: null, err: `cannot set '${name}' when 'protocols' is ${family}` }];
  }));
}

/** A route must match on something. With the protocol `secure` of its family it can also match on server names. */
function mustSetOneOf(names: readonly string[], plain: string, secure?: string): EntityCheck {
  return {
    custom_entity_check: {
      field_sources: ['protocols'],
      fn: (entity) => {
        const isSecure = secure !== undefined && (entity.protocols as readonly string[]).includes(secure);
        const all = isSecure ? [...names, 'snis'] : names;
        if (all.some((name) => isSet(entity[name]))) return undefined;
        const quoted = all.map((name) => `'${name}'`).join(', ');
        return { '@entity': `must set one of ${quoted} when 'protocols' is ${isSecure ? `'${secure}'` : plain}` };
      },
    },
  };
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && Object.keys(value).length > 0;
}

const http: Subschema = {
  fields: forbidden(['sources', 'destinations'], "'http' or 'https'"),
  entity_checks: [mustSetOneOf(['methods', 'hosts', 'headers', 'paths'], "'http'", 'https')],
};

const STREAMS = "'tcp', 'tls', 'tls_passthrough' or 'udp'";

const stream: Subschema = {
  fields: forbidden(['methods', 'hosts', 'paths', 'headers'], STREAMS),
  entity_checks: [mustSetOneOf(['sources', 'destinations', 'snis'], "'tcp', 'tls' or 'udp'")],
};

const passthrough: Subschema = {
  fields: forbidden(['methods', 'hosts', 'paths', 'headers'], STREAMS),
  entity_checks: [{
    custom_entity_check: {
      field_sources: ['protocols'],
      fn: (entity) => (isSet(entity.snis) ? undefined : { '@entity': "must set snis when 'protocols' is 'tls_passthrough'" }),
    },
  }],
};

const GRPC = "'grpc' or 'grpcs'";

const grpc: Subschema = {
  fields: {
    ...forbidden(['methods', 'sources', 'destinations'], GRPC),
    strip_path: { ...fields.strip_path, default: false, eq: false, err: `cannot set 'strip_path' when 'protocols' is ${GRPC}` },
  },
  entity_checks: [mustSetOneOf(['hosts', 'headers', 'paths'], "'grpc'", 'grpcs')],
};

const SUBSCHEMAS: Readonly<Record<string, Subschema>> = {
  http, https: http, tcp: stream, tls: stream, udp: stream, tls_passthrough: passthrough, grpc, grpcs: grpc,
};

/** Violations that only the router's compiler finds. */
function expressionViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const violation = headerExpressions(entity) ?? addressViolation(entity);
  return violation === undefined ? undefined : { '@entity': `Router Expression failed validation: ${violation}` };
}

/** IPv6 addresses must be without brackets, and a range must begin at its first address. Kong ignores the host bits of IPv4 ranges. */
function addressViolation(entity: EntityValue): string | undefined {
  const endpoints = [entity.sources, entity.destinations].flatMap((list) => (list ?? []) as readonly { readonly ip: string | null }[]);
  const ranges = endpoints.flatMap(({ ip }) => (ip?.includes(':') ? [ip] : []));
  const bracketed = ranges.find((ip) => ip.startsWith('['));
  if (bracketed !== undefined) return `expected an address without brackets: ${bracketed}`;
  const wrong = ranges.find((ip) => !isFirstOfRange(ip));
  return wrong && `host part of address was not zero: ${wrong}`;
}

/** Header values after `~*` are regular expressions; a route with an invalid one could match nothing. */
function headerExpressions(entity: EntityValue): string | undefined {
  for (const values of Object.values((entity.headers ?? {}) as Record<string, readonly string[]>)) {
    // Only a single value can be an expression; several values are compared literally.
    const pattern = values.length === 1 && values[0]!.startsWith('~*') ? values[0]!.slice(2) : undefined;
    const violation = pattern === undefined ? undefined : typedefs.regexViolation(pattern);
    if (violation) return violation;
  }
  return undefined;
}
