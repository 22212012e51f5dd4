/** Judges a declarative file by rules: the schemas say what is valid, rules say what does not do what its author means. */
import type { Compatibility } from '../base/compatibility.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import type { Steps } from '../base/steps.ts';
import { pathText } from '../declarative/source.ts';
import type { ConfigurationSource, SourceError, SourcePath, SourcePlace } from '../declarative/source.ts';
import { compilingFile } from '../explain/file-configuration.ts';
import type { LintRule, Severity } from './rule.ts';
import { RULES } from './rules.ts';

export interface Finding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
  /** Set when the configuration consists of several files. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** For example `services[0].routes[1]`. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

type LintResult =
  | { readonly isValid: true; readonly findings: readonly Finding[] }
  | { readonly isValid: false; readonly errors: readonly SourceError[] };

export interface LintOptions {
  /** That of the data planes. @default - the default flavor */
  readonly routerFlavor?: RouterFlavor | undefined;
  /** @default 'kong-3.9.1' */
  readonly compatibility?: Compatibility;
  /** @default - all */
  readonly rules?: readonly LintRule[];
}

/** @param source in Kong's format or decK's @returns findings in the order of the file */
export function* linting(source: ConfigurationSource, { rules = RULES, ...options }: LintOptions = {}): Steps<LintResult> {
  const file = yield* compilingFile(source, options);
  if (!file.ok) return { isValid: false, errors: file.errors };
  const { reading } = file;
  const byId = new Map(reading.entities.map((entity) => [reading.index.keyOf(entity), entity]));
  const findings: Finding[] = [];
  for (const rule of rules) {
    for (const { at, path = [], message } of rule.find(file)) {
      const entity = typeof at === 'string' ? byId.get(at) : at;
      const whole = [...entity?.path ?? [], ...path];
      findings.push(finding(rule, message, source.placeOf(whole), whole));
      yield;
    }
  }
  return { isValid: true, findings: findings.sort(byPlace) };
}

function finding({ id, severity, fix }: LintRule, message: string, { file, line, path }: SourcePlace, whole: SourcePath): Finding {
  return { rule: id, severity, ...file !== undefined && { file }, line, path: pathText(path ?? whole), message, fix };
}

function byPlace(one: Finding, other: Finding): number {
  const [a, b] = [one.file ?? '', other.file ?? ''];
  if (a !== b) return a < b ? -1 : 1;
  return one.line - other.line || (one.path < other.path ? -1 : 1);
}
