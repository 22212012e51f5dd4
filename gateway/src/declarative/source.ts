/** A declarative file as text: its content, and the line of each part. JSON is read as YAML. */
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** Keys and positions from the root of the file: `['services', 0, 'host']`. */
export type SourcePath = readonly (string | number)[];

export interface SourceError {
  /** From 1. */
  readonly line: number;
  /** For example `services[0].host`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export class Source {
  readonly content: unknown;
  readonly errors: SourceError[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    for (const { pos, message } of this.#document.errors) this.errors.push({ line: this.#lines.linePos(pos[0]).line, path: '', message });
    this.content = this.errors.length > 0 ? undefined : this.#contentOf();
  }

  #contentOf(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 100 }) as unknown;
    } catch (error) {
      this.errors.push({ line: 1, path: '', message: (error as Error).message });
      return undefined;
    }
  }

  reject(path: SourcePath, message: string): void {
    this.errors.push({ line: this.lineOf(path), path: pathText(path), message });
  }

  /** Whether an error was reported for exactly this part. */
  hasErrorAt(path: SourcePath): boolean {
    const text = pathText(path);
    return this.errors.some((error) => error.path === text);
  }

  errorsInOrder(): readonly SourceError[] {
    return this.errors.toSorted((one, other) => one.line - other.line);
  }

  /** The line of a part, or of the nearest part around it: what is missing is reported where it should be. */
  lineOf(path: SourcePath): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined;
      if (node?.range) return this.#lines.linePos(node.range[0]!).line;
    }
    return 1;
  }
}

export function pathText(path: SourcePath): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}
