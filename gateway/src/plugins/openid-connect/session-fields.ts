/** Sessions: how long they last, their cookie, and where they are kept. */
import { redisTopologyWith } from '../../model/plugin-fields/redis-topologies.ts';
import { array, boolean, number, set, string } from '../../model/schema/field.ts';
import { host, port } from '../../model/schema/typedefs.ts';
import { flag, GRANTS, text } from './field-kinds.ts';
import { SAME_SITE } from './login-fields.ts';

const HEADERS = ['id', 'audience', 'subject', 'timeout', 'idling-timeout', 'rolling-timeout', 'absolute-timeout'] as const;

const seconds = (value: number, description: string) => number({ required: false, default: value, description });

export const sessionFields = {
  disable_session: array(string({ one_of: GRANTS }), {
    required: false, description: 'Kinds of credentials with which no session begins.',
  }),
  session_secret: string({
    required: false, encrypted: true, referenceable: true,
    description: 'Secret that sessions are encrypted with. Default: one that all nodes derive from the configuration.',
  }),
  session_audience: string({
    required: false, default: 'default', description: 'What sessions are for: those of another audience do not count.',
  }),
  session_cookie_name: string({ required: false, default: 'session', description: 'Name of the cookie.' }),
  session_cookie_path: string({ required: false, default: '/', starts_with: '/', description: 'Path of the cookie.' }),
  session_cookie_domain: text('Domain of the cookie.'),
  session_cookie_same_site: string({ required: false, default: 'Lax', one_of: SAME_SITE, description: 'SameSite of the cookie.' }),
  session_cookie_http_only: flag(true, 'Whether scripts cannot read the cookie.'),
  session_cookie_secure: boolean({ required: false, description: 'Whether the cookie is for https only. Default: as the request.' }),
  session_idling_timeout: seconds(900, 'Seconds without a request after which a session ends.'),
  session_rolling_timeout: seconds(3600, 'Seconds after which a session is renewed at the latest.'),
  session_absolute_timeout: seconds(86400, 'Seconds after which a session ends in any case.'),
  session_remember: flag(false, 'Whether a login outlives its session.'),
  session_remember_cookie_name: string({ required: false, default: 'remember', description: 'Name of the cookie of such a login.' }),
  session_remember_rolling_timeout: seconds(604800, 'Seconds after which such a login is renewed at the latest.'),
  session_remember_absolute_timeout: seconds(2592000, 'Seconds after which such a login ends in any case.'),
  session_request_headers: set(string({ one_of: HEADERS }), { required: false, description: 'Headers about the session in the request.' }),
  session_response_headers: set(string({ one_of: HEADERS }), {
    required: false,
    description: 'Headers about the session in the response.',
  }),
  session_storage: string({
    required: false, default: 'cookie', one_of: ['cookie', 'memcache', 'memcached', 'redis'], description: 'Where sessions are kept.',
  }),
  session_store_metadata: flag(false, 'Whether sessions can be found by their user.'),
  session_enforce_same_subject: flag(false, 'Whether all audiences of a session must have one user.'),
  session_hash_subject: flag(false, 'Whether users are kept as hashes.'),
  session_hash_storage_key: flag(false, 'Whether ids of sessions are kept as hashes.'),
  session_memcached_host: { ...host, required: false, default: '127.0.0.1', description: 'Host of the memcached server.' },
  session_memcached_port: { ...port, required: false, default: 11211, description: 'Port of the memcached server.' },
  session_memcached_socket: text('Path of the socket of the memcached server.'),
  session_memcached_prefix: text('Put before the keys in memcached.'),
  redis: redisTopologyWith({
    prefix: text('Put before the keys in Redis.'),
    socket: text('Path of the socket of the Redis server.'),
  }),
} as const;
