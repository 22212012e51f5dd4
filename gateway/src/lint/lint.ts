/** Judges a declarative file by rules: the schemas say what is valid, rules say what does not do what its author means. */
import type { RouterFlavor } from '../base/router-flavor.ts';
import type { Steps } from '../base/steps.ts';
import type { FileEntity } from '../declarative/file-entities.ts';
import { pathText } from '../declarative/source.ts';
import type { SourceError } from '../declarative/source.ts';
import { compilingFile } from '../explain/file-configuration.ts';
import type { LintRule, Severity } from './rule.ts';
import { RULES } from './rules.ts';

export interface Finding {
  /** Id of the rule. */
  readonly rule: string;
  readonly severity: Severity;
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
  /** @default - all */
  readonly rules?: readonly LintRule[];
}

/** @param text YAML or JSON, in Kong's format or decK's @returns findings in the order of the file */
export function* linting(text: string, { routerFlavor, rules = RULES }: LintOptions = {}): Steps<LintResult> {
  const file = yield* compilingFile(text, routerFlavor);
  if (!file.ok) return { isValid: false, errors: file.errors };
  const { reading } = file;
  const byId = new Map(reading.entities.map((entity) => [reading.index.keyOf(entity), entity]));
  const findings: Finding[] = [];
  for (const rule of rules) {
    for (const { at, path = [], message } of rule.find(file)) {
      const entity = typeof at === 'string' ? byId.get(at) : at;
      findings.push(finding(rule, message, entity, path, (whole) => reading.lineOf(whole)));
      yield;
    }
  }
  return { isValid: true, findings: findings.sort((one, other) => one.line - other.line || (one.path < other.path ? -1 : 1)) };
}

function finding(
  { id, severity, fix }: LintRule, message: string, entity: FileEntity | undefined, below: readonly (string | number)[],
  lineOf: (path: readonly (string | number)[]) => number,
): Finding {
  const path = [...entity?.path ?? [], ...below];
  return { rule: id, severity, line: lineOf(path), path: pathText(path), message, fix };
}
