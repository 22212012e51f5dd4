/** Routes: select the requests for a service. The protocols of a route decide what it can match on. */
import { DEFAULT_ROUTER_FLAVOR } from '../../base/router-flavor.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema } from '../schema/entity-schema.ts';
import { array, boolean, foreign, integer, map, record, set, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';
import { conditionsViolation } from './route-conditions.ts';
import { routeSubschemas } from './route-subschemas.ts';

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

/** What the flavor `expressions` adds. */
const expressionFields = {
  expression: string({
    description: 'What requests have to match, in the language of route expressions (docs/routing.md), in place of all other conditions.',
  }),
  priority: integer({
    required: true, default: 0, between: [0, 2 ** 46 - 1],
    description: 'Among routes with an expression that match, the highest priority wins.',
  }),
};

function routeSchema<F extends typeof fields>(ownFields: F, flavor: RouterFlavor): EntitySchema<F> {
  const subschemas = routeSubschemas(fields, flavor);
  return defineEntity({
    name: 'routes',
    endpointKey: 'name',
    fields: ownFields,
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
          fn: (entity) => conditionsViolation(entity, flavor),
        },
      },
    ],
    subschema: {
      key: 'protocols',
      choose: (protocol) => subschemas[protocol],
      unknown: (protocol) => `unknown type: ${protocol}`,
    },
  });
}

const OF_FLAVORS = {
  traditional_compatible: routeSchema(fields, 'traditional_compatible'),
  traditional: routeSchema(fields, 'traditional'),
  expressions: routeSchema({ ...fields, ...expressionFields }, 'expressions'),
} as const satisfies Readonly<Record<RouterFlavor, EntitySchema<typeof fields>>>;

export const route: EntitySchema<typeof fields> = OF_FLAVORS[DEFAULT_ROUTER_FLAVOR];

export type Route = EntityOf<typeof route>;
export type RouteRow = RowOf<typeof route>;

/** Routes as a node with this flavor of the router knows them. */
export function routeEntity(flavor: RouterFlavor): EntitySchema {
  return OF_FLAVORS[flavor];
}
