import { refuseSecret } from '../../../private/secrets/secret-text';
import type { PlaneSettings } from '../plane/plane';

/**
 * Settings in the form of `docker run --env-file`: one `NAME=value` a line, nothing quoted, everything up to the end of
 * the line taken literally.
 *
 * @throws Error that names the setting
 */
export function envFile(settings: PlaneSettings): string {
  return Object.entries(settings).map(([name, value]) => {
    refuseSecret(name, value);
    if (/[\r\n]/.test(value)) {
      throw new Error(`settings[${JSON.stringify(name)}]: contains a line break, expected one line, because the setting is in an env file`);
    }
    return `${name}=${value}\n`;
  }).join('');
}
