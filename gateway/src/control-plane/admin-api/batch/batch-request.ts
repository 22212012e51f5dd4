/** What a batch asks for: its operations, checked for their form only. */
import { schemaViolation } from '../../../model/entity-error.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import type { JsonSchema } from '../../../model/schema/json-schema.ts';
import { isPlainObject } from '../../../model/schema/plain-object.ts';
import type { Violations } from '../../../model/schema/violations.ts';
import { MAX_COMMENT } from '../write-origin.ts';
import { MAX_OPERATIONS } from './batch-body.ts';
import type { BatchBody } from './batch-body.ts';

export const OPERATIONS = ['create', 'put', 'patch', 'delete'] as const;

const REQUIRED: readonly string[] = ['operation', 'entity'];

export interface BatchOperation {
  readonly operation: typeof OPERATIONS[number];
  /** Entity type. */
  readonly entity: string;
  /** Id or endpoint key. */
  readonly key?: string;
  readonly body?: EntityValue;
  /** Ids or endpoint keys of the entities that it belongs to, by the fields that refer to them. */
  readonly within?: Readonly<Record<string, string>>;
}

/** @param types the entity types that batches may have */
export function bodySchemaOf(types: readonly string[]): JsonSchema {
  const key = { type: 'string', minLength: 1 };
  return {
    type: 'object',
    required: ['operations'],
    additionalProperties: false,
    properties: {
      comment: { type: 'string', maxLength: MAX_COMMENT, description: 'Why; the history keeps it.' },
      operations: {
        type: 'array',
        maxItems: MAX_OPERATIONS,
        items: {
          type: 'object',
          required: REQUIRED,
          additionalProperties: false,
          properties: {
            operation: { enum: OPERATIONS },
            entity: { enum: types },
            key: { ...key, description: 'Id or name of the entity.' },
            body: { type: 'object', description: 'As for the endpoint of the entity. Names may mean entities of the same batch.' },
            within: {
              type: 'object', additionalProperties: key, description: 'Ids or names of the entities that it belongs to, by field.',
            },
          },
        },
      },
    },
  };
}

export interface BatchRequest {
  readonly comment?: string;
  readonly operations: readonly unknown[];
}

/** @throws EntityError a member is missing, unknown or of another type */
export function batchRequestOf({ members, operations }: BatchBody): BatchRequest {
  const { comment, operations: given, ...unknown } = members;
  const violations: Record<string, string> = {};
  if (comment !== undefined) {
    if (typeof comment !== 'string') violations.comment = 'expected a string';
    else if (comment.length > MAX_COMMENT) violations.comment = `length must be at most ${MAX_COMMENT}`;
  }
  if (!operations) violations.operations = given === undefined ? 'required field missing' : 'expected an array';
  for (const name of Object.keys(unknown)) violations[name] = 'unknown field';
  if (Object.keys(violations).length > 0) throw schemaViolation(violations);
  return { operations: operations!, ...comment !== undefined && { comment: comment as string } };
}

/** Whether each member is what it has to be; otherwise why not. */
const MEMBERS: Readonly<Record<string, (value: unknown, types: ReadonlySet<string>) => string | undefined>> = {
  operation: (value) => ((OPERATIONS as readonly unknown[]).includes(value) ? undefined : `expected one of: ${OPERATIONS.join(', ')}`),
  entity: (value, types) => (typeof value === 'string' && types.has(value) ? undefined : 'expected an entity type'),
  key: (value) => (typeof value === 'string' && value !== '' ? undefined : 'expected an id or a name'),
  body: (value) => (isPlainObject(value) ? undefined : 'expected a record'),
  within: (value) => (isPlainObject(value) && Object.values(value).every((key) => typeof key === 'string' && key !== '')
    ? undefined : 'expected ids or names by field'),
};

/**
 * @param types the entity types that batches may have
 * @throws EntityError it has not the form of an operation
 */
export function operationOf(given: unknown, types: ReadonlySet<string>): BatchOperation {
  if (!isPlainObject(given)) throw schemaViolation({ operation: 'expected a record' });
  const violations: Record<string, string> = {};
  for (const name of REQUIRED) if (given[name] === undefined) violations[name] = 'required field missing';
  for (const [name, value] of Object.entries(given)) {
    const violation = Object.hasOwn(MEMBERS, name) ? MEMBERS[name]!(value, types) : 'unknown field';
    if (violation !== undefined) violations[name] = violation;
  }
  const isWithoutKey = given.key === undefined && given.within === undefined;
  if (given.operation === 'delete' && given.body !== undefined) violations.body = 'not expected for delete';
  if (given.operation === 'create' && given.key !== undefined) violations.key = 'not expected for create';
  if ((given.operation === 'patch' || given.operation === 'delete') && isWithoutKey) violations.key = 'required field missing';
  if (Object.keys(violations).length > 0) throw schemaViolation(violations satisfies Violations);
  return given as unknown as BatchOperation;
}
