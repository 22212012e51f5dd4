/** Validates the entities of a declarative file against their schemas, and their references; reports all errors with lines. */
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { expandShorthands, fillEntity } from '../model/schema/fill.ts';
import { validateEntity } from '../model/schema/validate-entity.ts';
import { flattenViolations } from '../model/schema/violations.ts';
import { handleOf } from './entity-index.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';
import type { Source, SourcePath } from './source.ts';

/** The parent of a nested entity, during validation only. */
const ANY_ID = { id: '00000000-0000-4000-8000-000000000000' };

/** @param isChecked whether the schema of an entity is known; references are always checked */
export function checkEntities(
  source: Source,
  entities: readonly FileEntity[],
  index: EntityIndex,
  schemas: Schemas,
  isChecked: (entity: FileEntity) => boolean = () => true,
): void {
  for (const entity of entities) {
    if (isChecked(entity)) checkFields(source, entity, schemas);
    checkReferences(source, entity, index);
  }
}

function checkFields(source: Source, { schema, given, path, parent }: FileEntity, schemas: Schemas): void {
  const { entity, violations } = expandShorthands(schema, given);
  const filled = fillEntity(schema, parent ? { ...entity, [parent.field]: ANY_ID } : entity, { mode: 'write', now: () => 1 });
  const invalid = validateEntity(schema, filled, { schemas, acceptsPlainReferences: true });
  for (const [field, message] of flattenViolations({ ...violations, ...invalid })) source.reject([...path, ...fieldPath(field)], message);
}

function checkReferences(source: Source, entity: FileEntity, index: EntityIndex): void {
  const { schema, given, path, parent } = entity;
  for (const { name, reference } of foreignFieldsOf(schema)) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const place = [...path, name];
    if (parent?.field === name) source.reject(place, `already set by nesting in ${pathText(parent.of.path)}: remove it`);
    else if (index.find(reference, value) === undefined && !source.hasErrorAt(place)) {
      source.reject(place, `got ${JSON.stringify(handleOf(value))}, expected the name of one of the ${reference} in this file`);
    }
  }
}

/** Converts `paths.1` of a violation, which counts from 1, to `['paths', 0]`. Violations of several fields belong to their entity. */
function fieldPath(field: string): SourcePath {
  const parts = field.split('.');
  const whole = parts.indexOf('@entity');
  return parts.slice(0, whole < 0 ? undefined : whole).map((part) => (/^\d+$/.test(part) ? Number(part) - 1 : part));
}
