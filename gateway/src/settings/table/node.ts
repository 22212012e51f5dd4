/** Settings of the node as a whole: role, identity, working directory, processes, Lua. */
import { COMPATIBILITIES, DEFAULT_COMPATIBILITY } from '../../base/compatibility.ts';
import { LOG_LEVELS } from '../../base/log.ts';
import { optional, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { decimal, folder, integer, list, onOff, oneOf, path, size, text, uuid } from '../value-kinds.ts';

export const ROLE = setting('KONG_ROLE', oneOf('traditional', 'control_plane', 'data_plane'), 'traditional',
  'Role of this node: both planes in one process, or one of them.');

export const NODE = {
  role: ROLE,
  prefix: setting('KONG_PREFIX', folder, '.hybridge',
    'Working directory: node id, embedded database, configuration cache. Created if it does not exist. The image sets its own.'),
  nodeId: optional('KONG_NODE_ID', uuid, 'Identity of this node. Default: generated once and kept in the working directory.'),
  logLevel: setting('KONG_LOG_LEVEL', oneOf(...LOG_LEVELS), 'notice', 'Least severe level that is logged.'),
  vaultPrefix: setting('KONG_VAULT_ENV_PREFIX', text, '',
    'Prefix of the environment variables that references `{vault://env/name}` read, in settings and in plugins.'),
  compatibility: setting('HYBRIDGE_COMPATIBILITY', oneOf(...COMPATIBILITIES), DEFAULT_COMPATIBILITY,
    'Which entities exist. `kong-3.9.1`: those of Kong Gateway 3.9.1. `full`: also consumer groups and partials. All nodes of a '
    + 'deployment must have the same value.'),
  plugins: setting('KONG_PLUGINS', list, 'bundled',
    'Plugins that may be configured, with their entities: `bundled` for all, `off` for none, or names. A data plane holds back requests '
    + 'that would run any other.'),
  drainSeconds: setting('HYBRIDGE_DRAIN_SECONDS', integer(0, 3600), '0',
    'Seconds that a node keeps serving after SIGTERM, so that load balancers notice first. The constructs set it.'),
} as const;

const NO_LUA = 'this gateway runs no Lua';

export const NODE_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_ANONYMOUS_REPORTS', onOff, 'this gateway sends no reports', { default: 'on', silent: ['off'] }),
  warns('KONG_WORKER_CONSISTENCY', oneOf('strict', 'eventual'), 'a new configuration applies as a whole, from the next request on',
    { default: 'eventual' }),
  warns('KONG_ROUTER_CONSISTENCY', oneOf('strict', 'eventual'), 'a new configuration applies as a whole, from the next request on',
    { default: 'eventual' }),
  warns('KONG_WORKER_STATE_UPDATE_FREQUENCY', decimal(0.001), 'a new configuration applies as soon as it arrives', { default: '5' }),
  warns('KONG_WORKER_EVENTS_MAX_PAYLOAD', integer(1), 'messages between processes have bounds of their own', { default: '65535' }),
  warns('KONG_DEDICATED_CONFIG_PROCESSING', onOff, 'with several workers, their supervisor checks configurations', { default: 'on' }),
  warns('KONG_PRIVILEGED_WORKER', onOff, 'with several workers, their supervisor talks to the control plane', { default: 'off' }),
  warns('KONG_CONCURRENCY_TIMEOUT', integer(0), 'there are no locks between workers'),
  warns('KONG_MEM_CACHE_SIZE', size, 'the cache is part of the heap, which NODE_OPTIONS=--max-old-space-size limits', { default: '128m' }),
  warns('KONG_KIC', onOff, 'the Admin API behaves as without an ingress controller', { default: 'off' }),
  warns('KONG_VAULT_*', text, 'this gateway has the vaults env, aws and hcv, with the settings that are listed', { secret: true }),
  warns('KONG_PLUGINSERVER_NAMES', list, 'external plugin servers are not started'),
  warns('KONG_PLUGINSERVER_*', text, 'external plugin servers are not started'),
  warns('KONG_LUA_PACKAGE_PATH', text, NO_LUA, { default: './?.lua;./?/init.lua;' }),
  warns('KONG_LUA_PACKAGE_CPATH', text, NO_LUA),
  warns('KONG_LUA_SOCKET_POOL_SIZE', integer(1), NO_LUA, { default: '256' }),
  warns('KONG_UNTRUSTED_LUA', oneOf('on', 'off', 'sandbox'), NO_LUA, { default: 'sandbox' }),
  warns('KONG_UNTRUSTED_LUA_SANDBOX_REQUIRES', list, NO_LUA),
  warns('KONG_UNTRUSTED_LUA_SANDBOX_ENVIRONMENT', list, NO_LUA),
  warns('KONG_WASM', onOff, 'WebAssembly filters do not run', { default: 'off' }),
  warns('KONG_WASM_FILTERS', list, 'WebAssembly filters do not run', { default: 'bundled,user' }),
  warns('KONG_WASM_FILTERS_PATH', path, 'WebAssembly filters do not run'),
  warns('KONG_DEBUG_LISTEN', text, 'there is no debug API', { default: 'off' }),
  warns('KONG_DEBUG_LISTEN_LOCAL', onOff, 'there is no debug API', { default: 'on', silent: ['off'] }),
  warns('KONG_DEBUG_SSL_CERT', text, 'there is no debug API'),
  warns('KONG_DEBUG_SSL_CERT_KEY', text, 'there is no debug API', { secret: true }),
];
