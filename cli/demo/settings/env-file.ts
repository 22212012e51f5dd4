/** Reads env files in the form of `docker run --env-file` and of Compose's `format: raw`. */
import type { PlaneSetting } from './plane-setting.ts';
import { isDeployed } from './templates.ts';

/** One `NAME=value` a line, nothing quoted; empty lines and lines that begin with `#` mean nothing. */
export function settingsInEnvFile(text: string): readonly PlaneSetting[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')).map((line) => {
    const end = line.indexOf('=');
    const [name, value] = end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 1)];
    return isDeployed(value) ? { name, from: value } : { name, value };
  });
}
