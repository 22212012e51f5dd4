/** Settings that Kong writes into nginx' configuration. This gateway has no nginx, but its processes. */
import { derived, refused, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { oneOf, onOff, processCount, size, text } from '../value-kinds.ts';

const PROCESSES = 'Processes that proxy, on nodes that proxy. `auto`: one for each processor that the node may use, as long as its memory '
  + 'limit has 384 MiB for each. With 1 the node is a single process; with more, one process supervises them, and a worker that ends is '
  + 'replaced.';

const WORKER_PROCESSES = setting('KONG_NGINX_WORKER_PROCESSES', processCount, 'auto', PROCESSES);

const MAIN_WORKER_PROCESSES = setting('KONG_NGINX_MAIN_WORKER_PROCESSES', processCount, 'auto',
  'Another name of KONG_NGINX_WORKER_PROCESSES. It counts where both are set.');

/** How many processes proxy. */
export const WORKERS = derived([WORKER_PROCESSES, MAIN_WORKER_PROCESSES], (reader) => (
  reader.value(reader.given(MAIN_WORKER_PROCESSES) === undefined ? WORKER_PROCESSES : MAIN_WORKER_PROCESSES)));

export const STREAM_HALF_CLOSE = setting('KONG_NGINX_SPROXY_PROXY_HALF_CLOSE', onOff, 'off',
  'Whether one direction of a stream goes on when the other has ended. `off`: the first end closes the stream.');

const VERIFY_CLIENT = 'clients would not be asked for a certificate; set off, and let a network policy or a load balancer limit access';

export const NGINX_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  refused('KONG_NGINX_*_SSL_VERIFY_CLIENT', oneOf('on', 'off', 'optional', 'optional_no_ca'), VERIFY_CLIENT, { silent: ['off'] }),
  warns('KONG_NGINX_DAEMON', onOff, 'a node always runs in the foreground', { default: 'on', silent: ['off'] }),
  warns('KONG_NGINX_MAIN_DAEMON', onOff, 'a node always runs in the foreground', { default: 'on', silent: ['off'] }),
  warns('KONG_NGINX_USER', text, 'a node runs as the user that starts it', { default: 'kong kong' }),
  warns('KONG_NGINX_MAIN_USER', text, 'a node runs as the user that starts it', { default: 'kong kong' }),
  warns('KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE', size, 'bodies of requests may have any length', { default: '0' }),
  warns('KONG_NGINX_ADMIN_CLIENT_MAX_BODY_SIZE', size, 'requests to the Admin API may have at most 10 MiB', { default: '10m' }),
  warns('KONG_NGINX_HTTP_CHARSET', text, 'answers of the gateway are in UTF-8', { default: 'UTF-8' }),
  warns('KONG_NGINX_PROXY_REAL_IP_HEADER', text, 'set KONG_REAL_IP_HEADER', { default: 'X-Real-IP' }),
  warns('KONG_NGINX_PROXY_REAL_IP_RECURSIVE', onOff, 'set KONG_REAL_IP_RECURSIVE', { default: 'off' }),
  warns('KONG_CLIENT_BODY_BUFFER_SIZE', size, 'bodies are streamed, not buffered', { default: '8k' }),
  warns('KONG_NGINX_*', text, 'nginx directives do not apply: this gateway has no nginx'),
];
