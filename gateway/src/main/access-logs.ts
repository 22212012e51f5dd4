/** The access logs of a node that owns its process, so also its streams. */
import { openAccessLog } from '../access-log/access-log.ts';
import type { AccessLog } from '../access-log/access-record.ts';
import type { Log } from '../base/log.ts';
import type { Settings } from '../settings/settings.ts';

export function accessLogOf(listener: keyof Settings['accessLogs'], settings: Settings, log: Log): AccessLog | undefined {
  const { accessLogs, accessLogSampling, prefix } = settings;
  return openAccessLog({ setting: accessLogs[listener], prefix, log, ...listener === 'proxy' && { sampling: accessLogSampling } });
}
