/** Settings of the proxy: clients, routing, upstreams, names. */
import { DEFAULT_ROUTER_FLAVOR, ROUTER_FLAVORS } from '../../base/router-flavor.ts';
import { setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import type { ValueKind } from '../value-kinds.ts';
import { integer, list, networks, onOff, oneOf, path } from '../value-kinds.ts';

export const UPSTREAM_POOL = {
  size: setting('KONG_UPSTREAM_KEEPALIVE_POOL_SIZE', integer(0), '512', 'Idle connections kept for each upstream address; 0: none.'),
  maxRequests: setting('KONG_UPSTREAM_KEEPALIVE_MAX_REQUESTS', integer(0), '10000',
    'Requests after which an upstream connection is closed; 0: no limit.'),
  idleTimeoutSeconds: setting('KONG_UPSTREAM_KEEPALIVE_IDLE_TIMEOUT', integer(0), '60',
    'Seconds that an idle upstream connection is kept.'),
} as const;

export const TRUSTED_IPS = setting('KONG_TRUSTED_IPS', networks, '',
  'Addresses of proxies whose X-Forwarded-* and X-Real-IP headers are trusted.');

export const ROUTER_FLAVOR = setting('KONG_ROUTER_FLAVOR', oneOf(...ROUTER_FLAVORS), DEFAULT_ROUTER_FLAVOR,
  'How routes are matched and ordered. `expressions` also gives routes the fields `expression` and `priority`. All nodes of a deployment '
  + 'must have the same value (docs/routing.md).');

const clientHeader: ValueKind<string> = {
  expected: 'the name of a header, or proxy_protocol', samples: ['X-Real-IP', 'proxy_protocol'],
  parse: (value) => /^[\w-]+$/.test(value) ? value : undefined,
};

export const REAL_IP_HEADER = setting('KONG_REAL_IP_HEADER', clientHeader, 'X-Real-IP',
  'What names the client behind KONG_TRUSTED_IPS: `X-Real-IP`, or `proxy_protocol` for the header of connections to addresses with '
  + '`proxy_protocol` (docs/streams.md). Other values mean X-Real-IP.');

const NO_TEMPLATES = 'errors of the gateway have Kong\'s default texts';

export const PROXY_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_HEADERS', list, 'answers carry Server, Via, the latency headers and X-Kong-Request-Id',
    { default: 'server_tokens, latency_tokens, X-Kong-Request-Id' }),
  warns('KONG_HEADERS_UPSTREAM', list, 'requests to upstreams carry X-Kong-Request-Id', { default: 'X-Kong-Request-Id' }),
  warns('KONG_REAL_IP_RECURSIVE', onOff, 'the address of a client is read from X-Real-IP, which has one', { default: 'off' }),
  warns('KONG_ALLOW_DEBUG_HEADER', onOff, 'the header Kong-Debug is forwarded like any other', { default: 'off' }),
  warns('KONG_ERROR_DEFAULT_TYPE', oneOf('application/json', 'application/xml', 'text/html', 'text/plain'), NO_TEMPLATES,
    { default: 'text/plain' }),
  warns('KONG_ERROR_TEMPLATE_HTML', path, NO_TEMPLATES),
  warns('KONG_ERROR_TEMPLATE_JSON', path, NO_TEMPLATES),
  warns('KONG_ERROR_TEMPLATE_XML', path, NO_TEMPLATES),
  warns('KONG_ERROR_TEMPLATE_PLAIN', path, NO_TEMPLATES),
  warns('KONG_LUA_MAX_REQ_HEADERS', integer(1, 1000), 'plugins see every header of a request', { default: '100' }),
  warns('KONG_LUA_MAX_RESP_HEADERS', integer(1, 1000), 'plugins see every header of an answer', { default: '100' }),
  warns('KONG_LUA_MAX_URI_ARGS', integer(1, 1000), 'plugins see every query argument', { default: '100' }),
  warns('KONG_LUA_MAX_POST_ARGS', integer(1, 1000), 'plugins see every argument of a form', { default: '100' }),
];
