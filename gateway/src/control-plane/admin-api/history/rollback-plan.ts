/** What has to be written to restore a state of the past, and why that may be impossible. */
import { completeEntity } from '../../../model/schema/complete.ts';
import { foreignFieldsOf } from '../../../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../../../model/schema/entity-schema.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { isPlainObject } from '../../../model/schema/plain-object.ts';
import { describeViolations } from '../../../model/schema/violations.ts';
import { isWithheld, withheldIn } from '../../../store/history/withheld.ts';
import type { Difference, Entity, Writer } from '../../../store/store.ts';
import type { OperationContext } from '../../entity-operations.ts';
import { nameOf } from './shown-past.ts';

/** One entity: as it is now, and as it is to be. */
export interface RestoreStep extends Difference {
  readonly schema: EntitySchema;
}

interface Place {
  readonly entity: string;
  readonly key: string;
  readonly name: string | null;
}

interface RollbackPlan {
  readonly steps: readonly RestoreStep[];
  /** Secrets that the history does not have: the entities keep those of the present. */
  readonly secretsKept: readonly (Place & { readonly fields: readonly string[] })[];
}

interface Reason extends Place {
  readonly reason: string;
}

/** The state cannot be restored; nothing was written. */
export class RollbackRefused extends Error {
  constructor(readonly reasons: readonly Reason[]) {
    super(reasons[0]!.reason);
    this.name = 'RollbackRefused';
  }
}

/** Rows that are read together. */
const READ_AHEAD = 500;

/**
 * @param differences from the present state to that of the past
 * @throws RollbackRefused an entity of the past is not valid now, or something of it is gone
 */
export async function planRollback(
  reader: Pick<Writer, 'get' | 'preload'>, differences: readonly Difference[], { schemas, now }: OperationContext,
): Promise<RollbackPlan> {
  const [steps, secretsKept, reasons]: [RestoreStep[], RollbackPlan['secretsKept'][number][], Reason[]] = [[], [], []];
  for (const [at, { entity, key, before, after }] of differences.entries()) {
    if (at % READ_AHEAD === 0) await reader.preload(presentIn(differences.slice(at, at + READ_AHEAD), schemas));
    const schema = schemas.get(entity);
    if (schema?.isKeptByNodes) continue;
    const refuse = (reason: string) => void reasons.push({ entity, key, name: nameOf(schema, after ?? before), reason });
    if (!schema) {
      refuse(`the node knows no entities of the type ${entity}`);
      continue;
    }
    // The log may lack secrets of the present state, too.
    const present = before && await reader.get(entity, key) || null;
    if (!after || isExpired(schema, after, now())) {
      if (present) steps.push({ entity, key, schema, before: present, after: null });
      continue;
    }
    const row = withPresentSecrets(after, present);
    const missing = withheldIn(row);
    if (missing.length > 0) {
      refuse(`the history does not have its secrets: ${missing.join(', ')}`);
      continue;
    }
    const violation = violationsOf(schema, row, schemas, now());
    if (violation !== undefined) {
      refuse(violation);
      continue;
    }
    const kept = withheldIn(after);
    if (kept.length > 0) secretsKept.push({ entity, key, name: nameOf(schema, after), fields: kept });
    steps.push({ entity, key, schema, before: present, after: row });
  }
  reasons.push(...danglingIn(steps));
  if (reasons.length > 0) throw new RollbackRefused(reasons);
  return { steps, secretsKept };
}

function presentIn(differences: readonly Difference[], schemas: Schemas): readonly Difference[] {
  return differences.filter(({ before, entity }) => before && schemas.has(entity));
}

function isExpired(schema: EntitySchema, { ttl }: Entity, nowMs: number): boolean {
  return schema.hasTtl === true && typeof ttl === 'number' && ttl * 1000 <= nowMs;
}

/** A secret that was not kept becomes that of the present entity, in the same place. */
function withPresentSecrets(past: Entity, present: Entity | null): Entity {
  return filled(past, present ?? undefined) as Entity;
}

function filled(past: unknown, present: unknown): unknown {
  if (isWithheld(past)) return present === undefined || present === null ? past : present;
  if (Array.isArray(past)) return past.map((item, at) => filled(item, Array.isArray(present) ? present[at] : undefined));
  if (!isPlainObject(past)) return past;
  const inPresent = isPlainObject(present) ? present : {};
  return Object.fromEntries(Object.entries(past).map(([name, part]) => [name, filled(part, inPresent[name])]));
}

/** What is wrong with a row by the schemas of today; undefined when nothing is. */
function violationsOf(schema: EntitySchema, row: Entity, schemas: Schemas, now: number): string | undefined {
  const { ttl: _ttl, ...rest }: EntityValue = row;
  const { violations } = completeEntity(schema, schema.hasTtl ? rest : row, { schemas, now, mode: 'import' });
  return violations && describeViolations(violations);
}

/** Entities that would refer to one that is not restored. */
function danglingIn(steps: readonly RestoreStep[]): readonly Reason[] {
  const gone = new Set(steps.filter(({ after }) => !after).map(({ entity, key }) => `${entity}/${key}`));
  return steps.flatMap(({ entity, key, schema, after }) => foreignFieldsOf(schema).flatMap(({ name, reference }) => {
    const id = (after?.[name] as { readonly id: string } | null | undefined)?.id;
    if (id === undefined || !gone.has(`${reference}/${id}`)) return [];
    const reason = `${name}: one of the ${reference} that it refers to does not exist any more`;
    return [{ entity, key, name: nameOf(schema, after), reason }];
  }));
}
