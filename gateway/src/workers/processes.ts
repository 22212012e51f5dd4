/** What a data plane that owns its process proxies with: this process, or workers that it supervises. */
import { resolve } from 'node:path';

import { openAccessLog } from '../access-log/access-log.ts';
import { LineFile } from '../base/line-file.ts';
import { logFile } from '../base/log-file.ts';
import type { Log } from '../base/log.ts';
import type { DataPlaneOptions } from '../data-plane/data-plane.ts';
import type { Settings } from '../settings/settings.ts';
import { Supervisor } from './supervisor.ts';
import { processFacts, workerCount } from './worker-count.ts';

/** @param artefact path of the program of a worker */
export function processesOf(settings: Settings, log: Log, artefact: string): Pick<DataPlaneOptions, 'proxying' | 'accessLog'> {
  const { count, warning } = workerCount(settings.workers, processFacts());
  if (warning !== undefined) log.warn(warning);
  const { accessLogs, accessLogSampling: sampling, prefix, errorLog } = settings;
  if (count === 1) return { accessLog: openAccessLog({ setting: accessLogs.proxy, prefix, log, sampling }) };
  return {
    // Workers log requests, each by itself.
    accessLog: undefined,
    proxying: (options) => {
      const stdout = new LineFile({ path: '/dev/stdout' });
      const writeLog = logFile(resolve(prefix, errorLog));
      return new Supervisor({
        ...options,
        workers: count,
        artefact,
        output: { stdout: (lines) => stdout.append(lines), stderr: (lines) => void writeLog(`${lines}\n`) },
      });
    },
  };
}
