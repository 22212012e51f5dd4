/** What a node says about names that Kong acts on and this gateway does not: warnings, or problems that stop the start. */
import { isDeepStrictEqual } from 'node:util';
import { givenIn, valueOf } from './environment.ts';
import type { Environment } from './environment.ts';
import { SettingProblem, abbreviated } from './setting-problem.ts';
import type { WithoutEffect } from './setting.ts';
import { WITHOUT_EFFECT, WORKING } from './table.ts';

interface WithoutEffectReport {
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** Looks at every variable that a row without effect is about. */
export function withoutEffect(environment: Environment): WithoutEffectReport {
  const found = Object.keys(environment).sort().flatMap((name) => {
    const row = rowWithoutEffect(name);
    return row === undefined ? [] : sayings(environment, name, row);
  });
  const of = (kind: keyof WithoutEffectReport) => found.filter((saying) => saying.kind === kind).map(({ text }) => text);
  return { warnings: of('warnings'), problems: of('problems') };
}

/**
 * The row about a variable: the one with exactly its name, else the first family that it belongs to. A setting that works belongs to none.
 */
export function rowWithoutEffect(name: string): WithoutEffect | undefined {
  return WORKING_NAMES.has(name) ? undefined : EXACT.get(name) ?? FAMILIES.find(({ pattern }) => pattern.test(name))?.row;
}

const WORKING_NAMES: ReadonlySet<string> = new Set(WORKING.map(({ name }) => name));

const EXACT = new Map(WITHOUT_EFFECT.map((row) => [row.name, row]));

const FAMILIES = WITHOUT_EFFECT.filter(({ name }) => name.includes('*'))
  .map((row) => ({ row, pattern: new RegExp(`^${row.name.replace('*', '\\w+')}$`) }));

function sayings(environment: Environment, name: string, row: WithoutEffect): { kind: keyof WithoutEffectReport; text: string }[] {
  try {
    const text = givenIn(environment, name)?.text;
    if (text === undefined) return [];
    const value = valueOf({ ...row, name }, text);
    if (row.silent.some((silent) => silent === text.toLowerCase() || isDeepStrictEqual(row.kind.parse(silent), value))) return [];
    const shown = row.secret ? name : `${name}=${abbreviated(text)}`;
    return row.outcome === 'warns'
      ? [{ kind: 'warnings', text: `${shown} has no effect: ${row.instead}` }]
      : [{ kind: 'problems', text: `${shown} is not supported: ${row.instead}` }];
  } catch (error) {
    if (!(error instanceof SettingProblem)) throw error;
    return [{ kind: 'problems', text: error.message }];
  }
}
