/** A declarative configuration as text or value: its content, and the line of each part. */
import { MAX_LEVELS, parseYaml } from './yaml-document.ts';
import type { YamlDocument } from './yaml-document.ts';

/** Keys and positions from the root: `['services', 0, 'host']`. */
export type SourcePath = readonly (string | number)[];

export interface SourceError {
  /** Set when the configuration consists of several files. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** For example `services[0].host`; empty for the configuration as a whole. */
  readonly path: string;
  readonly message: string;
}

/** What a configuration is read from: one text or value, or several files put together. */
export interface ConfigurationSource {
  /** Undefined when it cannot be read. */
  readonly content: unknown;
  /** Why it cannot be read. */
  readonly errors: readonly SourceError[];
  /** Whether it takes too long to read. */
  readonly isTooLarge: boolean;
  /** Whether lines mean something. */
  readonly isText: boolean;
  /** Where a part is, or the nearest part around it. */
  placeOf(path: SourcePath): SourcePlace;
}

export interface SourcePlace {
  /** From 1. */
  readonly line: number;
  /** Set when the configuration consists of several files. */
  readonly file?: string;
  /** The part's path in its file. @default - the same path */
  readonly path?: SourcePath;
}

/** Most values of a configuration, those of aliases counted wherever they are used. */
const MAX_VALUES = 2_000_000;

export class Source implements ConfigurationSource {
  /** Undefined when the text cannot be read. */
  readonly content: unknown;
  /** Why the text cannot be read. */
  readonly errors: readonly SourceError[];
  /** Whether it takes too long to read. */
  readonly isTooLarge: boolean;
  readonly #text: string | undefined;
  readonly #maxYamlCharacters: number;
  #yaml: YamlDocument | undefined;

  /** @param given JSON or YAML as text, or the value that was read from it */
  constructor(given: string | object, maxYamlCharacters = Infinity) {
    this.#maxYamlCharacters = maxYamlCharacters;
    this.#text = typeof given === 'string' ? given : undefined;
    const content = typeof given === 'string' ? parseJson(given) ?? this.#readYaml() : given;
    const errors = isUnreadable(content) ? content.errors : unusableParts(content).map((error) => this.#located(error));
    this.errors = errors;
    this.isTooLarge = isUnreadable(content) && content.isTooLarge;
    this.content = errors.length > 0 ? undefined : content;
  }

  /** Whether lines mean something. */
  get isText(): boolean {
    return this.#text !== undefined;
  }

  placeOf(path: SourcePath): SourcePlace {
    return { line: this.lineOf(path) };
  }

  /** The line of a part, or of the nearest part around it: what is missing is reported where it should be. */
  lineOf(path: SourcePath): number {
    const yaml = this.#document();
    if (!yaml) return 1;
    for (let length = path.length; length > 0; length -= 1) {
      const node = yaml.document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined;
      if (node?.range) return yaml.lineAt(node.range[0]!);
    }
    return 1;
  }

  /** A text in JSON is read as YAML only when lines are needed: that takes a hundred times as long. */
  #document(): YamlDocument | undefined {
    if (this.#text !== undefined) this.#yaml ??= parseYaml(this.#text);
    return this.#yaml;
  }

  #readYaml(): unknown {
    if (this.#text!.length > this.#maxYamlCharacters) {
      const got = `${this.#text!.length} characters of YAML, expected at most ${this.#maxYamlCharacters}`;
      const message = `${got}: send JSON, which is read faster`;
      return new Unreadable([{ line: 1, path: '', message }], true);
    }
    const yaml = this.#document();
    if (!yaml) return new Unreadable([{ line: 1, path: '', message: TOO_DEEP }]);
    if (yaml.errors.length > 0) return new Unreadable(yaml.errors.map(({ line, message }) => ({ line, path: '', message })));
    try {
      // Aliases share one value; `unusableParts` bounds what they amount to.
      return yaml.document.toJS({ maxAliasCount: -1 }) as unknown;
    } catch (error) {
      return new Unreadable([{ line: 1, path: '', message: (error as Error).message }]);
    }
  }

  #located({ path, message }: UnusablePart): SourceError {
    return { line: this.lineOf(path), path: pathText(path), message };
  }
}

class Unreadable {
  constructor(readonly errors: readonly SourceError[], readonly isTooLarge = false) {}
}

function isUnreadable(content: unknown): content is Unreadable {
  return content instanceof Unreadable;
}

/** The value of a text in JSON; undefined for other texts. */
function parseJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

interface UnusablePart {
  readonly path: SourcePath;
  readonly message: string;
}

const TOO_DEEP = `nested deeper than ${MAX_LEVELS} levels`;

/** The first part that no configuration can have, whatever its fields are. */
function unusableParts(content: unknown): readonly UnusablePart[] {
  let values = 0;
  const path: (string | number)[] = [];
  const inspect = (value: unknown): string | undefined => {
    values += 1;
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values, those of aliases counted wherever they are used`;
    if (typeof value === 'string') return value.isWellFormed() ? undefined : 'got half of a surrogate pair, expected Unicode text';
    if (typeof value === 'number') return Number.isFinite(value) ? undefined : `got ${value}, expected a number that JSON has`;
    if (typeof value !== 'object' || value === null) return undefined;
    if (path.length >= MAX_LEVELS) return TOO_DEEP;
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [key, item] of entries) {
      path.push(key);
      const message = key === '__proto__' ? 'got the key __proto__, which no field has' : inspect(key) ?? inspect(item);
      if (message !== undefined) return message;
      path.pop();
    }
    return undefined;
  };
  const message = inspect(content);
  return message === undefined ? [] : [{ path: path.slice(0, 20), message }];
}

export function pathText(path: SourcePath): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}
