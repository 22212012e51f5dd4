/** Turns an environment into the settings of one node. */
import { GatewayError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { cautions } from './cautions.ts';
import { readerOf } from './environment.ts';
import type { Environment } from './environment.ts';
import { roleProblems } from './role-rules.ts';
import { SettingProblem } from './setting-problem.ts';
import { isDerived, isSetting } from './setting.ts';
import type { SettingReader, SettingTree } from './setting.ts';
import type { Settings } from './settings.ts';
import { SETTINGS } from './table.ts';
import { unknownNames } from './unknown-names.ts';
import { withoutEffect } from './without-effect.ts';

export type { Environment } from './environment.ts';

/** Everything that is wrong with an environment; `problems` are whole sentences, one a line. */
export class SettingsError extends GatewayError {
  constructor(readonly problems: readonly string[]) {
    super('settings-invalid', problems.join('\n'), 'configuration');
  }
}

export interface SettingsReading {
  readonly settings: Settings;
  /** Sentences for the log: unknown names, settings without effect, and what `cautions.ts` looks at. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings of one node.
 *
 * @throws SettingsError naming every wrong setting at once: its name, its value, what was expected
 */
export function readSettings(environment: Environment, now: () => number = Date.now): SettingsReading {
  const problems = new Set<string>();
  const reader = readerOf(environment);
  // Incomplete when there are problems; then it is not used.
  const settings = valuesOf(SETTINGS, reader, problems) as unknown as Settings;
  const report = withoutEffect(environment);
  for (const problem of report.problems) problems.add(problem);
  if (problems.size === 0) for (const problem of roleProblems(settings)) problems.add(problem);
  if (problems.size > 0) throw new SettingsError([...problems]);
  return {
    settings: deepFreeze(settings), warnings: [...unknownNames(environment), ...report.warnings,
      ...cautions(settings, now(), reader)],
  };
}

/** Values in the shape of the tree. What is wrong is added to `problems`, each once: several values may be derived from one setting. */
function valuesOf(tree: SettingTree, reader: SettingReader, problems: Set<string>): Record<string, unknown> {
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      problems.add(error.message);
      return undefined;
    }
  };
  const valueAt = (node: SettingTree[string]): unknown => {
    if (isSetting(node)) return attempt(() => reader.value(node));
    if (!isDerived(node)) return valuesOf(node, reader, problems);
    // A setting that the others overrule is looked at, too.
    for (const setting of node.from) attempt(() => reader.value(setting));
    return attempt(() => node.read(reader));
  };
  return Object.fromEntries(Object.entries(tree).map(([key, node]) => [key, valueAt(node)]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Secret)) {
    for (const nested of Object.values(value)) deepFreeze(nested);
    Object.freeze(value);
  }
  return value;
}
