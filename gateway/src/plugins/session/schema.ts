/** session: remembers authenticated clients in a session cookie. */
import { randomBytes } from 'node:crypto';

import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, number, record, set, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsAll } from '../../model/schema/typedefs.ts';
import { storedSession } from './entities.ts';

/** A secret of this process: nodes that share sessions must be configured with one of their own. */
function randomSecret(): string {
  return randomBytes(33).toString('base64').replace(/[+/]/g, 'x');
}

const FACTS = ['id', 'audience', 'subject', 'timeout', 'idling-timeout', 'rolling-timeout', 'absolute-timeout'] as const;

const config = record({
  secret: string({
    required: false, default: randomSecret(), referenceable: true, encrypted: true,
    description: 'Key that sessions are encrypted with. Default: a random key of each node, so set it when there are several.',
  }),
  storage: string({
    default: 'cookie', one_of: ['cookie', 'kong'],
    description: 'Where sessions are kept: in the cookie or in the database.',
  }),
  audience: string({ default: 'default', description: 'Name of the application that the session is for.' }),
  idling_timeout: number({ default: 900, description: 'Seconds without requests after which a session ends.' }),
  rolling_timeout: number({ default: 3600, description: 'Seconds after which a session is renewed.' }),
  absolute_timeout: number({ default: 86400, description: 'Seconds after which a session ends in any case.' }),
  stale_ttl: number({
    default: 10, description: 'Seconds for which a session stays valid after it was renewed.',
  }),
  cookie_name: string({ default: 'session', description: 'Name of the cookie.' }),
  cookie_path: string({ default: '/', description: 'Path of the cookie.' }),
  cookie_domain: string({ description: 'Domain of the cookie.' }),
  cookie_same_site: string({
    default: 'Strict', one_of: ['Strict', 'Lax', 'None', 'Default'],
    description: 'When browsers send the cookie to this site from other sites.',
  }),
  cookie_http_only: boolean({ default: true, description: 'Whether scripts cannot read the cookie.' }),
  cookie_secure: boolean({ default: true, description: 'Whether browsers send the cookie over https only.' }),
  remember: boolean({
    default: false, description: 'Whether a second cookie remembers the client longer than the session.',
  }),
  remember_cookie_name: string({ default: 'remember', description: 'Name of the second cookie.' }),
  remember_rolling_timeout: number({ default: 604800, description: 'Seconds after which the second cookie is renewed.' }),
  remember_absolute_timeout: number({ default: 2592000, description: 'Seconds after which the second cookie ends in any case.' }),
  response_headers: set(string({ one_of: FACTS }), { description: 'Facts about the session that the response has in headers.' }),
  request_headers: set(string({ one_of: FACTS }), { description: 'Facts about the session that the proxied request has in headers.' }),
  read_body_for_logout: boolean({
    default: false, description: 'Whether the body is read to find out whether a request ends the session.',
  }),
  logout_methods: set(string({ one_of: ['GET', 'POST', 'DELETE'] }), {
    default: ['POST', 'DELETE'], description: 'Methods of requests that may end the session.',
  }),
  logout_query_arg: string({ default: 'session_logout', description: 'Query argument that ends the session.' }),
  logout_post_arg: string({ default: 'session_logout', description: 'Body field that ends the session.' }),
}, {
  required: true,
  shorthand_fields: {
    cookie_lifetime: {
      field: number({ description: 'Old name of `rolling_timeout`.' }), expand: (value: number | null) => ({ rolling_timeout: value }),
    },
    cookie_idletime: {
      field: number({ description: 'Old name of `idling_timeout`; null is 0.' }),
      expand: (value: number | null) => ({ idling_timeout: value ?? 0 }),
    },
    cookie_renew: { field: number({ description: 'Old setting; has no effect.' }), expand: () => ({}) },
    cookie_discard: {
      field: number({ description: 'Old name of `stale_ttl`.' }), expand: (value: number | null) => ({ stale_ttl: value }),
    },
    cookie_samesite: {
      field: string({ description: 'Old name of `cookie_same_site`; `off` is `Lax`.' }),
      expand: (value: string | null) => ({ cookie_same_site: value === 'off' ? 'Lax' : value }),
    },
    cookie_httponly: {
      field: boolean({ description: 'Old name of `cookie_http_only`.' }), expand: (value: boolean | null) => ({ cookie_http_only: value }),
    },
    cookie_persistent: {
      field: boolean({ description: 'Old name of `remember`.' }), expand: (value: boolean | null) => ({ remember: value }),
    },
  },
});

export const session = definePlugin({
  name: 'session',
  priority: 1900,
  fields: { consumer: noConsumer, protocols: protocolsAll, config },
  entities: [storedSession],
});

export type SessionConfig = RecordOf<typeof config.fields>;
