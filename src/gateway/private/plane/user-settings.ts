/** Settings that users add to those of the constructs: names that exist, values that nodes accept, no secrets. */
import { Annotations, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { settingJudge } from '../../../private/bundle';
import { shown } from '../../../private/input/place';
import { refuseSecret } from '../../../private/secrets/secret-text';
import type { KongChart } from './kong-chart';
import type { PlaneSettings } from './plane';

/**
 * Adds settings of the user's to those that the constructs own. Warns of a setting that has no effect.
 *
 * @param chart Kong's, when its gateway reads the settings
 * @throws Error that names the property
 */
export function withUserSettings(
  scope: Construct,
  own: PlaneSettings,
  given: PlaneSettings = {},
  chart?: KongChart,
): PlaneSettings {
  for (const [name, value] of Object.entries(given)) {
    const property = `settings[${JSON.stringify(name)}]`;
    refuseOtherNames(property, name);
    if (name in own) {
      throw new Error(
        `${property}: got ${shown(value)}, but the construct sets it to ${own[name]}, expected nothing: leave it out `
          + 'and use the construct\'s own properties',
      );
    }
    refuseSecret(property, value);
    judge(scope, property, name, value, chart);
  }
  return { ...own, ...given };
}

function refuseOtherNames(property: string, name: string) {
  if (!/^(KONG|HYBRIDGE)_[A-Z0-9_]+$/.test(name)) {
    throw new Error(`${property}: got a name that no gateway reads, expected that of a setting, such as KONG_LOG_LEVEL`);
  }
  if (/(PASSWORD|PASSWD|SECRET|TOKEN|_KEY|CREDENTIALS?|LICENSE_DATA|SESSION_CONF)$/.test(name)) {
    throw new Error(`${property}: got the name of a secret, expected only settings that every reader of the pod may see:`
      + ' keep it in Secrets Manager; database, identity and trust of a plane mount theirs as files');
  }
}

/** The packaged gateway's own table judges names and values. For Kong it is a list of names, to which later releases add. */
function judge(scope: Construct, property: string, name: string, value: string, chart: KongChart | undefined) {
  const { isUnknown, nearest, problem, warning } = settingJudge()(name, Token.isUnresolved(value) ? undefined : value);
  const warn = (text: string) => Annotations.of(scope).addWarningV2(`cdk-hybridge:setting.${name}`, `${property}: ${text}`);
  if (isUnknown) {
    if (!chart || nearest) {
      throw new Error(`${property}: got a name that no gateway reads, expected ${nearest ?? 'a name of docs/reference/settings.md'}: `
        + 'correct it, or leave it out');
    }
    warn('Kong Gateway 3.9 has no setting of this name, and ignores it: check the name');
  }
  if (chart) return;
  if (problem) throw new Error(`${property}: the nodes would not start: ${problem}`);
  if (warning) warn(warning);
}
