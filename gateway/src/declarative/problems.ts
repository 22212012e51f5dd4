/**
 * What is wrong with a declarative configuration, for two readers: people get lines with a place and a fix, clients of the Admin API get
 * Kong's tree of texts.
 */
import { flattenViolations } from '../model/schema/violations.ts';
import type { Violation, Violations } from '../model/schema/violations.ts';
import { appendMessage, placeViolation } from './error-tree.ts';
import type { ErrorTree, TreeKey } from './error-tree.ts';
import { pathText } from './source.ts';
import type { ConfigurationSource, SourceError, SourcePath } from './source.ts';

/** Kong looks at values only where the fields are valid, and tells the errors of one stage. */
const STAGES = ['fields', 'references', 'values'] as const;

type Stage = typeof STAGES[number];

/** How Kong tells an error. */
export interface TreeError {
  readonly stage: Stage;
  readonly at: readonly TreeKey[];
  readonly violation: Violation;
  /** Whether the text joins those that are there already, in a list. */
  readonly isListed?: boolean;
}

/** A text that names lines is written when it is read: finding a line can take longer than reading the configuration. */
type Message = string | (() => string);

export class Problems {
  readonly #source: ConfigurationSource;
  readonly #lines: { readonly path: SourcePath; readonly message: Message }[] = [];
  readonly #places = new Set<string>();
  readonly #tree: TreeError[] = [];
  /** Errors that Kong finds only when it looks at references twice. */
  readonly #secondLook: TreeError[] = [];
  #looksTwice = false;

  constructor(source: ConfigurationSource) {
    this.#source = source;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** @param kong how Kong tells it. @default - the same text at the same place */
  reject(path: SourcePath, message: Message, kong: Partial<TreeError> = {}): void {
    this.#addLine(path, message);
    this.#tree.push({ stage: 'fields', at: treePath(path), violation: kong.violation ?? textOf(message), ...kong });
  }

  /** Reports violations of an entity's fields. */
  rejectFields(path: SourcePath, violations: Violations): void {
    for (const [field, message] of flattenViolations(violations)) this.#addLine([...path, ...fieldPath(field)], message);
    this.#tree.push({ stage: 'fields', at: treePath(path), violation: violations });
  }

  /** Adds what Kong tells in addition to other errors of fields. */
  addSecondLook(path: SourcePath, violation: Violation): void {
    this.#secondLook.push({ stage: 'fields', at: treePath(path), violation });
  }

  /** Kong looks twice when a reference is no text, too. */
  lookTwice(): void {
    this.#looksTwice = true;
  }

  /** Whether Kong tells errors of fields, and nothing of what it looks at afterwards. */
  get hasInvalidFields(): boolean {
    return this.#told().stage === 'fields';
  }

  /** Whether an error was reported for exactly this part. */
  hasErrorAt(path: SourcePath): boolean {
    return this.#places.has(pathText(path));
  }

  lineOf(path: SourcePath): number {
    return this.#source.placeOf(path).line;
  }

  /** All errors, in the order of the text. */
  lines(): readonly SourceError[] {
    const located = this.#lines.map(({ path, message }): SourceError => {
      const { path: own = path, ...place } = this.#source.placeOf(path);
      return { ...place, path: pathText(own), message: textOf(message) };
    });
    return located.sort((one, other) => (one.file ?? '').localeCompare(other.file ?? '') || one.line - other.line);
  }

  tree(): ErrorTree {
    const { stage, errors } = this.#told();
    const tree: ErrorTree = new Map();
    for (const { at, violation, isListed, ...error } of errors) {
      if (error.stage !== stage) continue;
      if (isListed) appendMessage(tree, at, violation as string);
      else placeViolation(tree, at, violation);
    }
    return tree;
  }

  #told(): { readonly stage: Stage | undefined; readonly errors: readonly TreeError[] } {
    const isSecond = this.#looksTwice || this.#tree.some(({ stage }) => stage === 'fields');
    const errors = isSecond ? [...this.#tree, ...this.#secondLook] : this.#tree;
    return { stage: STAGES.find((stage) => errors.some((error) => error.stage === stage)), errors };
  }

  #addLine(path: SourcePath, message: Message): void {
    this.#lines.push({ path, message });
    this.#places.add(pathText(path));
  }
}

function textOf(message: Message): string {
  return typeof message === 'string' ? message : message();
}

/** Positions of a tree count from 1. */
export function treePath(path: SourcePath): readonly TreeKey[] {
  return path.map((part) => (typeof part === 'number' ? part + 1 : part));
}

/** Converts `paths.1` of a violation, which counts from 1, to `['paths', 0]`. Violations of several fields belong to their entity. */
function fieldPath(field: string): SourcePath {
  const parts = field.split('.');
  const whole = parts.indexOf('@entity');
  return parts.slice(0, whole < 0 ? undefined : whole).map((part) => (/^\d+$/.test(part) ? Number(part) - 1 : part));
}
