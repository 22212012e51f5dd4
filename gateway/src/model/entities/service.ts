/** Services: the upstreams that requests are proxied to. */
import { parseUrl } from '../formats/url.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema } from '../schema/entity-schema.ts';
import type { EntityCheck, EntityValue } from '../schema/field.ts';
import { array, boolean, foreign, integer, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

function onlyWithTls(field: string): EntityCheck {
  return { conditional: { if_field: 'protocol', if_match: { not_one_of: ['https', 'tls'] }, then_field: field, then_match: { eq: null } } };
}

const fields = {
  id: typedefs.id,
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  name: { ...typedefs.utf8Name, description: 'Names the service in URLs and declarative files.' },
  retries: integer({ default: 5, between: [0, 32767], description: 'Number of retries when the upstream cannot be reached.' }),
  protocol: string({ ...typedefs.protocol, required: true, default: 'http', description: 'Protocol towards the upstream.' }),
  host: string({
    ...typedefs.host, required: true, description: 'Host name or address of the upstream, or the name of an upstream entity.',
  }),
  port: integer({ ...typedefs.port, required: true, default: 80, description: 'TCP or UDP port of the upstream.' }),
  path: string({ ...typedefs.path, description: 'Prefix of the path of every request to the upstream.' }),
  connect_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds to wait for a connection.' }),
  write_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds between two successful writes.' }),
  read_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds between two successful reads.' }),
  tags: typedefs.tags,
  client_certificate: foreign('certificates', { description: 'Client certificate for the TLS handshake with the upstream.' }),
  tls_verify: boolean({ description: 'Whether to verify the certificate of the upstream.' }),
  tls_verify_depth: integer({ default: null, between: [0, 64], description: 'Maximum length of the certificate chain.' }),
  ca_certificates: array(typedefs.uuid, { description: 'Ids of the authorities that may issue the certificate of the upstream.' }),
  enabled: boolean({ required: true, default: true, description: 'A disabled service and its routes are not sent to data planes.' }),
};

export const service: EntitySchema<typeof fields> = defineEntity({
  name: 'services',
  endpointKey: 'name',
  fields,
  shorthands: { url: { field: string({ description: 'Sets protocol, host, port and path.' }), expand: expandUrl } },
  entity_checks: [
    {
      conditional: {
        if_field: 'protocol', if_match: { one_of: ['tcp', 'tls', 'udp', 'grpc', 'grpcs'] }, then_field: 'path', then_match: { eq: null },
      },
    },
    ...['client_certificate', 'tls_verify', 'tls_verify_depth', 'ca_certificates'].map(onlyWithTls),
  ],
});

export type Service = EntityOf<typeof service>;
export type ServiceRow = RowOf<typeof service>;

const HTTPS_PORT = 443;
const OTHER_PORT = 80;

/** Splits a URL. Absent parts become defaults; the fields report invalid parts. */
function expandUrl(url: unknown): EntityValue {
  // Kong reads null as a URL whose protocol and path are invalid, so that the answer names both fields.
  const { scheme, host = null, port: given, path = null } = parseUrl(typeof url === 'string' ? url : 'null: null');
  const port = given === undefined ? undefined : portIn(given);
  const protocol = scheme ?? (port === HTTPS_PORT ? 'https' : 'http');
  return { protocol, host, port: port ?? (protocol === 'https' ? HTTPS_PORT : OTHER_PORT), path };
}

/** What is no number stays a text, which the field reports. */
function portIn(text: string): number | string {
  const port = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(port) ? text : port;
}
