/** What reading cluster.yaml gives. */
import type { Finding } from '../finding';

export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  /** What is wrong with the text itself; what explains the rest comes first. */
  readonly findings: readonly Finding[];
  /** Texts of documents that could not be read. */
  readonly lost: readonly string[];
}

export interface ParsedDocument {
  readonly content: Readonly<Record<string, unknown>>;
  /** Path below the document, such as `.spec.count` → line in the file. */
  readonly lines: ReadonlyMap<string, number>;
  /** Findings whose path is relative to the document. */
  readonly findings: readonly Finding[];
  /** Places whose values are not known, because they are template expressions. */
  readonly unknown: readonly string[];
}
