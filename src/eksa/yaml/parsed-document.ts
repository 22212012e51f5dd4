/** One document of a file, with where its parts stand. */
import type { Finding } from '../finding';

export interface ParsedDocument {
  readonly content: Readonly<Record<string, unknown>>;
  /** Path below the document, such as `.spec.count` → line in the file. */
  readonly lines: ReadonlyMap<string, number>;
  /** Findings whose path is relative to the document. */
  readonly findings: readonly Finding[];
  /** Places whose values are not known, because a template expression stands there. */
  readonly unknown: readonly string[];
}
