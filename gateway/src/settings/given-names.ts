/** What a node would say of settings before it has all of them: constructs ask it while they synthesize the node's environment. */
import { parseVaultReference } from '../base/vault-reference.ts';
import type { Environment } from './environment.ts';
import { readerOf } from './environment.ts';
import { SettingProblem } from './setting-problem.ts';
import { WORKING } from './table.ts';
import { isUnknownName, nearestSetting } from './unknown-names.ts';
import { withoutEffect } from './without-effect.ts';

export interface GivenSettingReport {
  /** No setting has the name. */
  readonly isUnknown?: true;
  /** The name that was probably meant. */
  readonly nearest?: string;
  /** The node would not start: a sentence that begins with the name. */
  readonly problem?: string;
  /** The node would start, and log this sentence. */
  readonly warning?: string;
}

/**
 * Judges one setting by itself: its name and its value. It opens no file, and resolves no reference to a vault.
 *
 * @param text absent when the value is known only after deployment
 */
export function judgeGivenSetting(name: string, text: string | undefined): GivenSettingReport {
  if (isUnknownName(name)) {
    const nearest = nearestSetting(name);
    return { isUnknown: true, ...nearest && { nearest } };
  }
  if (text === undefined || parseVaultReference(text.trim())) return {};
  const environment: Environment = { [name]: text };
  const { problems: [refused], warnings: [warning] } = withoutEffect(environment);
  const problem = refused ?? valueProblem(name, environment);
  return { ...problem && { problem }, ...warning && { warning } };
}

function valueProblem(name: string, environment: Environment): string | undefined {
  const setting = WORKING.find((each) => each.name === name);
  if (!setting) return undefined;
  try {
    readerOf(environment).value(setting);
    return undefined;
  } catch (error) {
    if (error instanceof SettingProblem) return error.message;
    throw error;
  }
}
