/** Settings of logs: where requests are logged, and where everything else is, as one JSON object a line. */
import { accessLogSetting, errorLogSetting } from '../access-log-setting.ts';
import { setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { decimal, text } from '../value-kinds.ts';

const FORMATS = 'A path is relative to `KONG_PREFIX`. Formats: `json`, one object a request, and `kong_log_format`, the line of text that '
  + 'Kong Gateway writes, which a path without a format gets. `off` for none.';

/** Where requests are logged. */
export const ACCESS_LOGS = {
  proxy: setting('KONG_PROXY_ACCESS_LOG', accessLogSetting, '/dev/stdout json',
    `Path and format of the log of requests to the proxy. ${FORMATS} Kong's default is \`logs/access.log\`.`),
  admin: setting('KONG_ADMIN_ACCESS_LOG', accessLogSetting, '/dev/stdout json',
    `Path and format of the log of requests to the Admin API. ${FORMATS} Kong's default is \`logs/admin_access.log\`.`),
} as const;

/** Share of requests without an error that the proxy logs. */
export const ACCESS_LOG_SAMPLING = setting('HYBRIDGE_ACCESS_LOG_SAMPLING', decimal(0, 1), '1',
  'Share of the requests to the proxy that its access log has, from 0 to 1, by their ids. Requests with a status of 400 or more, and those '
  + 'whose client went away, are always logged.');

/** Where the node logs everything but requests. */
export const ERROR_LOG = setting('KONG_PROXY_ERROR_LOG', errorLogSetting, '/dev/stderr',
  'File of the log of the node, for all of its addresses. A path is relative to `KONG_PREFIX`. A file that was renamed or removed is '
  + 'created again within a second. Kong\'s default is `logs/error.log`.');

/** Where log plugins find the log of the machine. */
export const SYSTEM_LOG = setting('HYBRIDGE_SYSLOG_SOCKET', text, '/dev/log',
  'Path of the Unix socket of the system log, for the plugin `syslog`. The program `logger` of util-linux writes to it.');

const NO_ACCESS_LOG = 'requests to this address are not logged';

const ONE_ERROR_LOG = 'the log of the node goes where KONG_PROXY_ERROR_LOG says, for all addresses';

function accessLog(name: string, fallback: string): WithoutEffect {
  return warns(name, text, NO_ACCESS_LOG, { default: fallback, silent: ['off'] });
}

function errorLog(name: string, fallback: string): WithoutEffect {
  return warns(name, text, ONE_ERROR_LOG, { default: fallback, silent: ['/dev/stderr', 'stderr'] });
}

export const LOGS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_PROXY_STREAM_ACCESS_LOG', text, 'streams have no access log: plugins that log, such as file-log, see their end', {
    default: 'logs/access.log basic', silent: ['off'],
  }),
  errorLog('KONG_PROXY_STREAM_ERROR_LOG', 'logs/error.log'),
  errorLog('KONG_ADMIN_ERROR_LOG', 'logs/error.log'),
  accessLog('KONG_ADMIN_GUI_ACCESS_LOG', 'logs/admin_gui_access.log'),
  errorLog('KONG_ADMIN_GUI_ERROR_LOG', 'logs/admin_gui_error.log'),
  accessLog('KONG_STATUS_ACCESS_LOG', 'off'),
  errorLog('KONG_STATUS_ERROR_LOG', 'logs/status_error.log'),
  accessLog('KONG_DEBUG_ACCESS_LOG', 'off'),
  errorLog('KONG_DEBUG_ERROR_LOG', 'logs/debug_error.log'),
];
