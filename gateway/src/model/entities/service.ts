/** Services: where requests are sent. */
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
  retries: integer({ default: 5, between: [0, 32767], description: 'How often a request is tried again when the upstream cannot be reached.' }),
  protocol: string({ ...typedefs.protocol, required: true, default: 'http', description: 'How the upstream is spoken to.' }),
  host: string({ ...typedefs.host, required: true, description: 'Host name or address of the upstream, or the name of an upstream entity.' }),
  port: integer({ ...typedefs.port, required: true, default: 80, description: 'TCP or UDP port of the upstream.' }),
  path: string({ ...typedefs.path, description: 'Put before the path of every request.' }),
  connect_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds to wait for a connection.' }),
  write_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds between two successful writes.' }),
  read_timeout: integer({ ...typedefs.timeout, default: 60_000, description: 'Milliseconds between two successful reads.' }),
  tags: typedefs.tags,
  client_certificate: foreign('certificates', { description: 'Shown to the upstream in the TLS handshake.' }),
  tls_verify: boolean({ description: 'Whether the certificate of the upstream is verified.' }),
  tls_verify_depth: integer({ default: null, between: [0, 64], description: 'Longest chain that is verified.' }),
  ca_certificates: array(typedefs.uuid, { description: 'Ids of the authorities that the certificate of the upstream must come from.' }),
  enabled: boolean({ required: true, default: true, description: 'A service that is not enabled reaches no data plane, nor do its routes.' }),
};

export const service: EntitySchema<typeof fields> = defineEntity({
  name: 'services',
  endpointKey: 'name',
  fields,
  shorthands: { url: { field: string({ description: 'Protocol, host, port and path in one.' }), expand: expandUrl } },
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

/** The parts of a URL (RFC 3986 appendix B); what it does not have becomes the field's default, wrong parts are told by their fields. */
function expandUrl(url: unknown): EntityValue {
  // A null is no URL; read as one it has a protocol and a path that nothing accepts, and the answer names both.
  const text = typeof url === 'string' ? url : 'null: null';
  const [, scheme, authority, path] = /^(?:([A-Za-z0-9][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)/.exec(text)!;
  const [, host, port] = /^(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?/.exec(authority ?? '')!;
  return {
    protocol: scheme ?? 'http',
    host: host || null,
    port: port ? Number(port) : scheme === 'https' ? HTTPS_PORT : OTHER_PORT,
    path: path || null,
  };
}
