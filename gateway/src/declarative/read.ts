/**
 * Reads a declarative file: nested as people write it (routes in services, plugins in routes, keys in consumers), checked with the gateway's own schemas, and turned into
 * entities in an order in which they can be written. Everything that is wrong is told at once, each with its line.
 */
import { createHash } from 'node:crypto';
import type { DesiredEntity, EntityReference } from '../model/desired-entity.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import { expandShorthands, fillEntity } from '../model/schema/fill.ts';
import { validateEntity } from '../model/schema/validate-entity.ts';
import { isPlainObject } from '../model/schema/validate-field.ts';
import { flattenViolations } from '../model/schema/violations.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { plainSecrets, referencedKeys } from './secrets.ts';
import { Source, pathText } from './source.ts';
import type { SourceError, SourcePath } from './source.ts';

export interface ReadOptions {
  /** Whether plugins that this gateway does not have are taken as they are: another gateway runs. @default false */
  readonly takesUnknownPlugins?: boolean;
}

export interface UsedPlugin {
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

export interface DeclarativeReading {
  readonly errors: readonly SourceError[];
  /** In writing order; empty when there are errors. */
  readonly entities: readonly DesiredEntity[];
  readonly plugins: readonly UsedPlugin[];
}

/** Checks a file and says which entities it stands for. */
export function readDeclarative(text: string, options: ReadOptions = {}): DeclarativeReading {
  const source = new Source(text);
  if (source.errors.length > 0) return { errors: source.errors, entities: [], plugins: [] };
  const reading = new Reading(source, options);
  reading.file();
  const errors = source.errors.toSorted((one, other) => one.line - other.line);
  return { errors, entities: errors.length > 0 ? [] : reading.entities(), plugins: reading.plugins };
}

const FORMATS = ['1.1', '2.1', '3.0'];
/** Keys of the file that are no entities: comments, and how other readers are to take it. */
const OTHER_KEYS = new Set(['_format_version', '_transform', '_comment', '_ignore', '_info']);
/** Never written by a file. */
const UNWRITTEN = new Set(['workspaces', 'tags', 'clustering_data_planes', 'parameters']);
/** What an entity type may be named by in URLs. The key of a credential is a secret. */
const NAMED_BY: Readonly<Record<string, string>> = { services: 'name', routes: 'name', consumers: 'username', plugins: 'instance_name' };

interface Found {
  readonly schema: EntitySchema;
  readonly given: Readonly<Record<string, unknown>>;
  readonly path: SourcePath;
  readonly key: string;
  readonly parent?: { readonly field: string; readonly of: Found };
}

const WRITTEN: Schemas = new Map([...SCHEMAS].filter(([name]) => !UNWRITTEN.has(name)));

class Reading {
  readonly plugins: UsedPlugin[] = [];
  private readonly found: Found[] = [];
  private readonly byKey = new Map<string, Found>();

  constructor(private readonly source: Source, private readonly options: ReadOptions) {}

  file(): void {
    const { content } = this.source;
    if (!isPlainObject(content)) return this.source.reject([], 'expected a file in the declarative format: _format_version and lists such as services');
    if (!FORMATS.includes(String(content._format_version))) {
      const got = content._format_version === undefined ? 'nothing' : JSON.stringify(content._format_version);
      this.source.reject(['_format_version'], `got ${got}, expected one of ${FORMATS.map((version) => `"${version}"`).join(', ')}`);
    }
    for (const [name, list] of Object.entries(content)) {
      if (OTHER_KEYS.has(name)) continue;
      const schema = WRITTEN.get(name);
      if (schema) this.list(schema, list, [name]);
      else this.source.reject([name], `expected one of ${[...WRITTEN.keys()].join(', ')}`);
    }
    this.found.forEach((found) => this.check(found));
  }

  entities(): readonly DesiredEntity[] {
    // What is referred to first; the order within a type is the file's.
    const order = [...WRITTEN.keys()];
    return this.found.toSorted((one, other) => order.indexOf(one.schema.name) - order.indexOf(other.schema.name)).map((found) => this.desired(found));
  }

  private list(schema: EntitySchema, list: unknown, path: SourcePath, parent?: Found['parent']): void {
    if (!Array.isArray(list)) return this.source.reject(path, 'expected a list');
    list.forEach((given: unknown, at) => {
      const itemPath = [...path, at];
      if (isPlainObject(given)) this.item(schema, given, itemPath, parent);
      else this.source.reject(itemPath, 'expected a record with fields');
    });
  }

  private item(schema: EntitySchema, item: Readonly<Record<string, unknown>>, path: SourcePath, parent: Found['parent']): void {
    const children = Object.keys(item).flatMap((name) => {
      const child = WRITTEN.get(name);
      const field = child && !Object.hasOwn(schema.fields, name) && foreignFieldsOf(child).find(({ reference }) => reference === schema.name)?.name;
      return child && field ? [{ name, child, field }] : [];
    });
    const nested = new Set(children.map(({ name }) => name));
    const given = Object.fromEntries(Object.entries(item).filter(([name]) => !nested.has(name)));
    const found = { schema, given, path, key: this.keyOf(schema, given, path, parent), ...parent && { parent } };
    this.remember(found);
    for (const { name, child, field } of children) this.list(child, item[name], [...path, name], { field, of: found });
  }

  private keyOf(schema: EntitySchema, given: Readonly<Record<string, unknown>>, path: SourcePath, parent: Found['parent']): string {
    if (typeof given.id === 'string') return given.id;
    const naming = NAMED_BY[schema.name];
    const name = naming === undefined ? undefined : given[naming];
    if (typeof name === 'string') return name;
    if (schema.name === 'plugins') return derivedId([schema.name, given.name, parent?.of.key, ...references(schema).map(({ name: field }) => given[field])]);
    if (naming === undefined) {
      this.source.reject(path, 'expected an id (a UUID): nothing else stands for a credential, whose key is a secret');
    } else {
      this.source.reject(path, `expected a ${naming}: by it the entity is found again when the file changes`);
    }
    return pathText(path);
  }

  private remember(found: Found): void {
    const identity = `${found.schema.name} ${found.key}`;
    const other = this.byKey.get(identity);
    if (other) this.source.reject(found.path, `the same as ${pathText(other.path)} in line ${this.source.lineOf(other.path)}: give one of them another name, or leave it out`);
    else this.byKey.set(identity, found);
    this.found.push(found);
    if (found.schema.name === 'plugins' && typeof found.given.name === 'string') {
      this.plugins.push({ name: found.given.name, path: pathText(found.path), line: this.source.lineOf(found.path) });
    }
  }

  private check(found: Found): void {
    const { schema, given, path, parent } = found;
    const { entity, violations } = expandShorthands(schema, given);
    const withParent = parent ? { ...entity, [parent.field]: { id: derivedId(['parent']) } } : entity;
    if (parent && given[parent.field] !== undefined) this.source.reject([...path, parent.field], `it stands below ${pathText(parent.of.path)} already: leave it out`);
    const filled = fillEntity(schema, withParent, { mode: 'write', now: () => 1 });
    const isUnknownPlugin = this.options.takesUnknownPlugins && schema.name === 'plugins' && typeof given.name === 'string' && !schema.subschema!.choose(given.name);
    const invalid = isUnknownPlugin ? undefined : validateEntity(schema, filled, { schemas: SCHEMAS, acceptsPlainReferences: true });
    for (const [field, message] of flattenViolations({ ...violations, ...invalid })) this.source.reject([...path, ...fieldPath(field)], message);
    for (const secret of plainSecrets(schema.name, given)) {
      this.source.reject([...path, ...secret], 'got a secret in plain text, expected a reference such as {vault://env/name}: everybody who may read the file, the template or the ConfigMap would see it');
    }
    for (const name of this.options.takesUnknownPlugins ? referencedKeys(schema.name, given) : []) {
      this.source.reject([...path, name], "got a reference, which Kong's data planes would take for the key itself, expected no credential: make it through the Admin API");
    }
    for (const { name, reference } of references(schema)) this.resolve(found, name, reference);
  }

  private desired(found: Found): DesiredEntity {
    const { schema, given, key, parent } = found;
    const fields = new Set(references(schema).map(({ name }) => name));
    const resolved = references(schema).flatMap(({ name, reference }) => {
      const target = parent?.field === name ? { type: reference, key: parent.of.key } : this.resolve(found, name, reference);
      return target ? [[name, target] as const] : [];
    });
    return {
      type: schema.name,
      collection: schema.adminApiName ?? schema.name,
      key,
      fields: Object.fromEntries(Object.entries(given).filter(([name]) => !fields.has(name) && name !== 'id')),
      references: Object.fromEntries(resolved),
    };
  }

  private resolve({ given, path }: Found, field: string, type: string): EntityReference | undefined {
    const value = given[field];
    if (value === undefined || value === null) return undefined;
    const key = isPlainObject(value) ? Object.values(value)[0] : value;
    if (typeof key === 'string' && this.byKey.has(`${type} ${key}`)) return { type, key };
    const message = `got ${JSON.stringify(key)}, expected the name of one of the ${type} in this file`;
    if (!this.source.errors.some((error) => error.path === pathText([...path, field]))) this.source.reject([...path, field], message);
    return undefined;
  }
}

function references(schema: EntitySchema) {
  return foreignFieldsOf(schema);
}

/** `paths.1` of a violation, whose elements count from 1, is `['paths', 0]`. What concerns several fields belongs to the entity. */
function fieldPath(field: string): SourcePath {
  return field.split('.').filter((part) => part !== '@entity').map((part) => (/^\d+$/.test(part) ? Number(part) - 1 : part));
}

/** A UUID (version 8: made in a way of one's own) that is the same for the same parts. */
function derivedId(parts: readonly unknown[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
