/** Settings of log files. This gateway logs to standard error, one JSON object a line. */
import { warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { text } from '../value-kinds.ts';

const NO_ACCESS_LOG = 'no access log is written; a logging plugin can write one';

const TO_STANDARD_ERROR = 'errors are logged to standard error';

function accessLog(name: string, fallback: string): WithoutEffect {
  return warns(name, text, NO_ACCESS_LOG, { default: fallback, silent: ['off'] });
}

function errorLog(name: string, fallback: string): WithoutEffect {
  return warns(name, text, TO_STANDARD_ERROR, { default: fallback, silent: ['/dev/stderr', 'stderr'] });
}

export const LOGS_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  accessLog('KONG_PROXY_ACCESS_LOG', 'logs/access.log'),
  errorLog('KONG_PROXY_ERROR_LOG', 'logs/error.log'),
  accessLog('KONG_PROXY_STREAM_ACCESS_LOG', 'logs/access.log basic'),
  errorLog('KONG_PROXY_STREAM_ERROR_LOG', 'logs/error.log'),
  accessLog('KONG_ADMIN_ACCESS_LOG', 'logs/admin_access.log'),
  errorLog('KONG_ADMIN_ERROR_LOG', 'logs/error.log'),
  accessLog('KONG_ADMIN_GUI_ACCESS_LOG', 'logs/admin_gui_access.log'),
  errorLog('KONG_ADMIN_GUI_ERROR_LOG', 'logs/admin_gui_error.log'),
  accessLog('KONG_STATUS_ACCESS_LOG', 'off'),
  errorLog('KONG_STATUS_ERROR_LOG', 'logs/status_error.log'),
  accessLog('KONG_DEBUG_ACCESS_LOG', 'off'),
  errorLog('KONG_DEBUG_ERROR_LOG', 'logs/debug_error.log'),
];
