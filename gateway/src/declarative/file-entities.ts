/**
 * Collects the entities of a declarative configuration in its order: nested (routes in services, plugins in routes, keys in consumers) or
 * flat with references. Reports everything else.
 */
import { FORMAT_VERSIONS, upgradedRow } from '../model/format-version.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { isPlainObject } from '../model/schema/plain-object.ts';
import { DeckMetadata, METADATA } from './deck-metadata.ts';
import type { Problems } from './problems.ts';
import type { SourcePath } from './source.ts';

export interface FileEntity {
  readonly schema: EntitySchema;
  /** Fields as written, in format 3.0, without nested entities and comments. */
  readonly given: EntityValue;
  readonly path: SourcePath;
  /** The entity around it, and the field that refers to that one in a flat file. */
  readonly parent?: { readonly field: string; readonly of: FileEntity };
}

interface FileRules {
  /** The entity types that a configuration may contain. */
  readonly schemas: Schemas;
  /** Whether to accept what decK writes about a file as a whole. Kong refuses it. @default false */
  readonly takesMetadata?: boolean;
}

/** Keys of a configuration and of entities that are ignored. */
const COMMENTS = new Set(['_comment', '_ignore']);

const HEADER = new Set(['_format_version', '_transform', ...COMMENTS]);

export function fileEntities(content: unknown, problems: Problems, rules: FileRules): readonly FileEntity[] {
  const walk = new FileWalk(problems, rules);
  walk.file(content);
  return walk.entities;
}

class FileWalk {
  readonly entities: FileEntity[] = [];
  readonly #problems: Problems;
  readonly #schemas: Schemas;
  readonly #takesMetadata: boolean;
  readonly #children: ReadonlyMap<string, readonly Child[]>;
  #version: unknown;
  #metadata: DeckMetadata | undefined;

  constructor(problems: Problems, { schemas, takesMetadata = false }: FileRules) {
    this.#problems = problems;
    this.#schemas = schemas;
    this.#takesMetadata = takesMetadata;
    this.#children = nestedTypes(schemas);
  }

  file(content: unknown): void {
    if (Array.isArray(content) && !this.#takesMetadata) return this.#listInPlaceOfFile(content);
    if (!isPlainObject(content)) {
      return this.#problems.reject([], 'expected a file in the declarative format: _format_version and lists such as services', {
        at: ['error'], violation: 'failed parsing declarative configuration: expected an object',
      });
    }
    this.#header(content);
    this.#comments(content, []);
    if (this.#takesMetadata) this.#metadata = new DeckMetadata(content, this.#problems);
    for (const [name, list] of Object.entries(content)) {
      const schema = this.#schemas.get(name);
      if (schema) this.#list(schema, list, [name]);
      else if (!HEADER.has(name) && !(this.#takesMetadata && METADATA.has(name))) {
        const known = [...this.#schemas.keys()].join(', ');
        this.#problems.reject([name], `expected one of ${known}`, { violation: 'unknown field' });
      }
    }
  }

  /** Kong takes positions for keys. */
  #listInPlaceOfFile(list: readonly unknown[]): void {
    this.#header({});
    for (const at of list.keys()) this.#problems.reject([at], 'expected a map with lists such as services', { violation: 'unknown field' });
  }

  #header({ _format_version: version, _transform: transform }: EntityValue): void {
    this.#version = version;
    if (!FORMAT_VERSIONS.includes(version as string)) {
      const isMissing = version === undefined || version === null;
      const got = isMissing ? 'nothing' : JSON.stringify(version);
      const expected = `expected one of ${FORMAT_VERSIONS.map((known) => `"${known}"`).join(', ')}`;
      this.#problems.reject(['_format_version'], `got ${got}, ${expected}`, { violation: versionViolation(version) });
    }
    if (transform !== undefined && transform !== null && typeof transform !== 'boolean') {
      const message = `got ${JSON.stringify(transform)}, expected true or false`;
      this.#problems.reject(['_transform'], message, { violation: 'expected a boolean' });
    }
  }

  #comments({ _comment: comment, _ignore: ignored }: EntityValue, path: SourcePath): void {
    if (comment !== undefined && comment !== null && typeof comment !== 'string') {
      this.#problems.reject([...path, '_comment'], 'expected a string');
    }
    if (ignored !== undefined && !isList(ignored)) this.#problems.reject([...path, '_ignore'], 'expected an array');
  }

  #list(schema: EntitySchema, list: unknown, path: SourcePath, parent?: FileEntity['parent']): void {
    if (!isList(list)) return this.#problems.reject(path, 'expected a list', { violation: 'expected an array' });
    if (!Array.isArray(list)) return;
    list.forEach((given: unknown, at) => {
      if (isPlainObject(given)) this.#entity(schema, given, [...path, at], parent);
      else this.#problems.reject([...path, at], 'expected a record with fields', { violation: 'expected a record' });
    });
  }

  #entity(schema: EntitySchema, written: EntityValue, path: SourcePath, parent: FileEntity['parent']): void {
    const item = this.#metadata?.complete(schema.name, written, path) ?? written;
    const children = (this.#children.get(schema.name) ?? []).filter(({ type }) => Object.hasOwn(item, type.name));
    const apart = new Set([...COMMENTS, ...children.map(({ type }) => type.name)]);
    const given = Object.fromEntries(Object.entries(item).filter(([name]) => !apart.has(name)));
    const entity: FileEntity = { schema, given: upgradedRow(this.#version, schema.name, given), path, ...parent && { parent } };
    this.#comments(item, path);
    this.entities.push(entity);
    for (const { type, field } of children) this.#list(type, item[type.name], [...path, type.name], { field, of: entity });
  }
}

/** An entity type that can be nested in another one, and its field that refers to that one. */
interface Child {
  readonly type: EntitySchema;
  readonly field: string;
}

/** By entity type. A field of the parent's own takes precedence over entities of its name, unless it only stands for them. */
export function nestedTypes(schemas: Schemas): ReadonlyMap<string, readonly Child[]> {
  const children = new Map<string, Child[]>();
  for (const type of schemas.values()) {
    for (const { name: field, reference } of foreignFieldsOf(type)) {
      const own = schemas.get(reference)?.fields[type.name];
      if (own && !own.transient) continue;
      const others = (children.get(reference) ?? []).filter((child) => child.type !== type);
      children.set(reference, [...others, { type, field }]);
    }
  }
  return children;
}

/** null and an empty object count as an empty list: Lua programs, which do not distinguish them, write such files. */
function isList(value: unknown): boolean {
  return Array.isArray(value) || value === null || (isPlainObject(value) && Object.keys(value).length === 0);
}

function versionViolation(version: unknown): string {
  if (version === undefined || version === null) return 'required field missing';
  return typeof version === 'string' ? `expected one of: ${FORMAT_VERSIONS.join(', ')}` : 'expected a string';
}
