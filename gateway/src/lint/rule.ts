/** What a rule of `hybridge lint` is: what it looks for, why, and an example that it finds together with one that it does not. */
import type { FileEntity } from '../declarative/file-entities.ts';
import type { Reading } from '../declarative/reading.ts';
import type { ExplainableConfiguration } from '../explain/explainable-configuration.ts';

/** `error`: it does not do what its author means. `warning`: it probably does not, or is not safe. */
export type Severity = 'error' | 'warning';

/** A valid configuration as rules see it. */
export interface LintedFile {
  readonly reading: Reading;
  readonly configuration: ExplainableConfiguration;
}

/** What a rule finds, at one entity. */
export interface Discovery {
  /** Id of the entity; absent: the entity of the file itself is given. */
  readonly at: string | FileEntity;
  /** Below the entity. @default - the entity itself */
  readonly path?: readonly (string | number)[];
  readonly message: string;
}

export interface LintRule {
  /** In kebab-case: what a file with it has. */
  readonly id: string;
  readonly severity: Severity;
  /** What it finds, in one sentence. */
  readonly finds: string;
  /** What happens otherwise. */
  readonly why: string;
  /** What to change. */
  readonly fix: string;
  /** Declarative files in YAML, without `_format_version`. */
  readonly example: { readonly found: string; readonly fixed: string };
  find(file: LintedFile): Iterable<Discovery>;
}
