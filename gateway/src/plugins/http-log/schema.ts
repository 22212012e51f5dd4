/** http-log: sends a JSON object for every request to an HTTP server. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { parseUrl } from '../../model/formats/url.ts';
import { customFieldsByLua } from '../../model/plugin-fields/lua-code.ts';
import { oldQueueFields, queue } from '../../model/plugin-fields/queue.ts';
import { map, number, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, protocolsAll, url } from '../../model/schema/typedefs.ts';

/** Headers that the plugin sets itself. */
const OWN_HEADERS = [
  { pattern: '^[Hh][Oo][Ss][Tt]$', err: "cannot contain 'Host' header" },
  { pattern: '^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Ll][Ee][nn][Gg][Tt][Hh]$', err: "cannot contain 'Content-Length' header" },
  { pattern: '^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]%-[Tt][Yy][Pp][Ee]$', err: "cannot contain 'Content-Type' header" },
];

function twoCredentialsViolation({ http_endpoint: endpoint, headers }: EntityValue): string | undefined {
  const hasHeader = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
  return hasHeader && parseUrl(endpoint as string).userinfo !== undefined
    ? "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed" : undefined;
}

const config = record({
  http_endpoint: {
    ...url, required: true, referenceable: true, encrypted: true, description: 'URL of the server.',
  },
  method: string({
    default: 'POST', one_of: ['POST', 'PUT', 'PATCH'], description: 'Method of the requests to the server.',
  }),
  content_type: string({
    default: 'application/json', one_of: ['application/json', 'application/json; charset=utf-8'],
    description: 'Content-Type of the requests to the server.',
  }),
  timeout: number({ default: 10000, description: 'Milliseconds to wait for the server.' }),
  keepalive: number({ default: 60000, description: 'Milliseconds for which an idle connection is kept open.' }),
  ...oldQueueFields('http-log'),
  headers: map({ ...headerName, match_none: OWN_HEADERS }, string({ referenceable: true }), {
    description: 'Headers of the requests to the server.',
  }),
  queue,
  custom_fields_by_lua: customFieldsByLua,
}, { required: true, check: twoCredentialsViolation });

export type HttpLogConfig = RecordOf<typeof config.fields>;

export const httpLog = definePlugin({
  name: 'http-log',
  priority: 12,
  fields: { protocols: protocolsAll, config },
});
