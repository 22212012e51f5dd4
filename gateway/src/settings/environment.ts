/** One environment, as the table of settings reads it. */
import { EnvVault } from '../base/env-vault.ts';
import { messageOf } from '../base/errors.ts';
import { parseVaultReference } from '../base/vault-reference.ts';
import type { VaultReference } from '../base/vault-reference.ts';
import { SettingProblem, abbreviated } from './setting-problem.ts';
import type { Given, Setting, SettingReader } from './setting.ts';
import { SETTINGS } from './table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingProblem, by the reader's methods: a reference that cannot be resolved, a text that is not of the setting's kind */
export function readerOf(environment: Environment): SettingReader {
  const given = ({ name }: Setting<unknown>) => givenIn(environment, name);
  return {
    given,
    value: <T>(setting: Setting<T>): T => {
      const text = given(setting)?.text ?? setting.default;
      return text === undefined ? undefined as T : valueOf(setting, text);
    },
  };
}

/**
 * An empty variable counts as absent, as in Kong. `{vault://env/NAME}` is looked up in the same environment.
 *
 * @throws SettingProblem
 */
export function givenIn(environment: Environment, name: string): Given | undefined {
  const text = environment[name]?.trim();
  if (text === undefined || text === '') return undefined;
  const reference = parseVaultReference(text);
  return { name, text: reference ? fromVault(environment, name, text, reference) : text };
}

/** @throws SettingProblem */
export function valueOf<T>({ name, kind, secret }: Pick<Setting<T>, 'name' | 'kind' | 'secret'>, text: string): T {
  const value = kind.parse(text);
  if (value !== undefined) return value;
  throw new SettingProblem(`${name}: ${secret ? 'its value' : `'${abbreviated(text)}'`} is not valid; expected ${kind.expected}`);
}

function fromVault(environment: Environment, name: string, text: string, reference: VaultReference): string {
  try {
    if (reference.vault !== 'env') throw new Error('settings can be read from the vault \'env\' only');
    return new EnvVault({ environment, prefix: environment[SETTINGS.vaultPrefix.name] ?? '' }).read(reference);
  } catch (error) {
    throw new SettingProblem(`${name}: ${text} cannot be resolved: ${messageOf(error)}`);
  }
}
