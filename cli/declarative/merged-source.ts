/** Several state files as one configuration: lists are put one behind the other, other values come from the first file that has them. */
import type { ConfigurationSource, Source, SourceError, SourcePath, SourcePlace } from '../../gateway/src/declarative/source.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import type { SubstitutionError } from './substitution.ts';

export interface StateFile {
  readonly name: string;
  readonly source: Source;
  /** Why its text could not be completed. */
  readonly errors: readonly SubstitutionError[];
  /** The line of the file for a line of the text. */
  lineOf(line: number): number;
}

/** Where the elements of a list come from: from `from` on, the elements of this file. */
interface Section {
  readonly file: StateFile;
  readonly from: number;
}

export class MergedSource implements ConfigurationSource {
  readonly content: unknown;
  readonly errors: readonly SourceError[];
  readonly isTooLarge: boolean;
  readonly isText = true;
  readonly #files: readonly StateFile[];
  /** By the path of a list, as JSON. */
  readonly #sections = new Map<string, Section[]>();

  /** @param files at least one */
  constructor(files: readonly StateFile[]) {
    this.#files = files;
    this.isTooLarge = files.some(({ source }) => source.isTooLarge);
    const errors = files.flatMap((file) => [
      ...file.errors.map((error): SourceError => ({ file: file.name, path: '', ...error })),
      ...file.source.errors.map((error): SourceError => ({ ...error, file: file.name, line: file.lineOf(error.line) })),
    ]);
    const workspaces = new Set(files.flatMap(({ source: { content } }) => (
      isPlainObject(content) && typeof content._workspace === 'string' ? [content._workspace] : [])));
    if (workspaces.size > 1) {
      const message = `got the workspaces ${[...workspaces].join(', ')}, expected one in all files`;
      errors.push({ file: files[0]!.name, line: 1, path: '_workspace', message });
    }
    this.errors = errors;
    this.content = errors.length > 0 ? undefined : this.#merged();
  }

  placeOf(path: SourcePath): SourcePlace {
    const { file, path: own } = this.#fileOf(path);
    const { line } = file.source.placeOf(own);
    return { file: file.name, line: file.lineOf(line), path: own };
  }

  #merged(): unknown {
    const [first, ...others] = this.#files;
    if (others.length === 0) return first!.source.content;
    const merged: Record<string, unknown> = {};
    for (const file of this.#files) {
      // An empty file says nothing.
      const content = file.source.content ?? {};
      if (!isPlainObject(content)) return content;
      this.#add(merged, content, file, []);
    }
    return merged;
  }

  #add(merged: Record<string, unknown>, content: Readonly<Record<string, unknown>>, file: StateFile, path: SourcePath): void {
    for (const [name, value] of Object.entries(content)) {
      const below = merged[name];
      const place = [...path, name];
      if (Array.isArray(value) && (below === undefined || below === null || Array.isArray(below))) {
        const list = Array.isArray(below) ? below as unknown[] : [];
        const sections = this.#sections.get(JSON.stringify(place)) ?? [];
        this.#sections.set(JSON.stringify(place), [...sections, { file, from: list.length }]);
        for (const item of value) list.push(item);
        merged[name] = list;
      } else if (isPlainObject(value) && (below === undefined || isPlainObject(below))) {
        const record = (below ?? {}) as Record<string, unknown>;
        merged[name] = record;
        this.#add(record, value, file, place);
      } else if (below === undefined || below === null) merged[name] = value;
    }
  }

  /** The file of a part, and its path there. */
  #fileOf(path: SourcePath): { readonly file: StateFile; readonly path: SourcePath } {
    for (let length = 1; length < path.length; length += 1) {
      const index = path[length];
      if (typeof index !== 'number') continue;
      const section = this.#sections.get(JSON.stringify(path.slice(0, length)))?.findLast(({ from }) => from <= index);
      if (section === undefined) break;
      return { file: section.file, path: [...path.slice(0, length), index - section.from, ...path.slice(length + 1)] };
    }
    const named = path.length === 0 ? undefined : this.#files.find(({ source: { content } }) => (
      isPlainObject(content) && Object.hasOwn(content, String(path[0]))));
    return { file: named ?? this.#files[0]!, path };
  }
}
