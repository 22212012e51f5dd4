/** An OpenAPI document, with its local references resolved on demand. */
import { Source } from '../../gateway/src/declarative/source.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import { CommandFailure } from '../command.ts';

export type Part = Readonly<Record<string, unknown>>;

/** References that lead from one to the next: more is a circle. */
const MAX_STEPS = 32;

const MAX_CHARACTERS = 16 * 1024 * 1024;

export class ApiDocument {
  readonly root: Part;
  /** OpenAPI 2.0, which is called Swagger. */
  readonly isSwagger: boolean;
  readonly #name: string;
  readonly #source: Source;

  /** @throws CommandFailure for a text that is no OpenAPI document */
  constructor(name: string, text: string) {
    this.#name = name;
    this.#source = new Source(text, MAX_CHARACTERS);
    const [error] = this.#source.errors;
    if (error) throw new CommandFailure(`${name}:${error.line}: ${error.message}`);
    const { content } = this.#source;
    const version = isPlainObject(content) ? content.openapi ?? content.swagger : undefined;
    if (!isPlainObject(content) || !/^(3\.[01](\.|$)|2\.0$)/.test(String(version))) {
      const got = version === undefined ? 'no version' : `version ${String(version)}`;
      throw new CommandFailure(`${name}:1: got ${got}, expected a document of OpenAPI 3.1, 3.0 or 2.0`);
    }
    this.root = content;
    this.isSwagger = content.swagger !== undefined;
  }

  /** The part itself, or the part that its `$ref` leads to. @throws CommandFailure for a reference that leads out of the document */
  resolved(value: unknown, path: readonly (string | number)[]): unknown {
    let part = value;
    for (let step = 0; isPlainObject(part) && typeof part.$ref === 'string'; step += 1) {
      if (step === MAX_STEPS) throw this.failure(path, `the reference ${part.$ref} leads to itself`);
      part = this.#target(part.$ref, path);
    }
    return part;
  }

  record(value: unknown, path: readonly (string | number)[]): Part {
    const part = this.resolved(value, path);
    if (part === undefined || part === null) return {};
    if (isPlainObject(part)) return part;
    throw this.failure(path, 'expected a record with fields');
  }

  list(value: unknown, path: readonly (string | number)[]): readonly unknown[] {
    const part = this.resolved(value, path);
    if (part === undefined || part === null) return [];
    if (Array.isArray(part)) return part;
    throw this.failure(path, 'expected a list');
  }

  failure(path: readonly (string | number)[], message: string): CommandFailure {
    return new CommandFailure(`${this.#name}:${this.#source.lineOf(path)}: ${path.join('.')}: ${message}`);
  }

  #target(reference: string, path: readonly (string | number)[]): unknown {
    if (!reference.startsWith('#/')) {
      throw this.failure(
        path, `got the reference ${reference}, expected one inside of the document: bundle it first`,
      );
    }
    let part: unknown = this.root;
    for (const step of reference.slice(2).split('/').map((text) => decoded(text).replaceAll('~1', '/').replaceAll('~0', '~'))) {
      if (Array.isArray(part)) part = part[Number(step)];
      else part = isPlainObject(part) && Object.hasOwn(part, step) ? part[step] : undefined;
    }
    if (part === undefined) throw this.failure(path, `the reference ${reference} leads to nothing`);
    return part;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
