/** Checks the entities of a declarative file with the schemas and follows their references; reports everything that is wrong, with lines. */
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

/** Stands for the parent of a nested entity where its id does not matter. */
const ANY_ID = { id: '00000000-0000-4000-8000-000000000000' };

/** @param isChecked whether the schema of an entity is known to whom the file is for */
export function checkEntities(
  source: Source, entities: readonly FileEntity[], index: EntityIndex, schemas: Schemas, isChecked: (entity: FileEntity) => boolean = () => true,
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
    if (parent?.field === name) source.reject(place, `nesting in ${pathText(parent.of.path)} says it already: leave it out`);
    else if (index.find(reference, value) === undefined && !source.hasErrorAt(place)) {
      source.reject(place, `got ${JSON.stringify(handleOf(value))}, expected the name of one of the ${reference} in this file`);
    }
  }
}

/** `paths.1` of a violation, whose elements count from 1, is `['paths', 0]`. What concerns several fields belongs to what has them. */
function fieldPath(field: string): SourcePath {
  const parts = field.split('.');
  const whole = parts.indexOf('@entity');
  return parts.slice(0, whole < 0 ? undefined : whole).map((part) => (/^\d+$/.test(part) ? Number(part) - 1 : part));
}
