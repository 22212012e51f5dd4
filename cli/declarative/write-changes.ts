/** Writes changes in one transaction. */
import { AdminApiError } from '../../gateway/src/admin-client/admin-client.ts';
import type { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { MAX_OPERATIONS, refusedOperation, sendBatch } from '../../gateway/src/admin-client/batch.ts';
import { pathText } from '../../gateway/src/declarative/source.ts';
import { CommandFailure } from '../command.ts';
import { kindOf, labelsOf } from './changes-text.ts';
import { labelOf } from './identity.ts';
import { plannedOperations } from './operations.ts';
import type { PlannedOperation } from './operations.ts';
import type { Plan } from './plan.ts';

interface WriteOptions {
  readonly comment?: string;
  readonly isDryRun: boolean;
}

/** Another revision was written since the plan was made. */
export class Overtaken extends CommandFailure {}

/**
 * @returns the revision that has the changes; undefined where there was nothing to do
 * @throws Overtaken; CommandFailure when the control plane refuses an operation: nothing was written
 */
export async function writeChanges(client: AdminClient, plan: Plan, { comment, isDryRun }: WriteOptions): Promise<number | undefined> {
  const operations = plannedOperations(plan.changes);
  if (operations.length === 0) return undefined;
  if (operations.length > MAX_OPERATIONS) {
    throw new CommandFailure(
      `got ${operations.length} changes, expected at most ${MAX_OPERATIONS} in one transaction: apply parts, with select tags`,
    );
  }
  const { revision: expected } = plan.state;
  try {
    const { revision } = await sendBatch(
      client, operations, { isDryRun, ...comment !== undefined && { comment }, ...expected !== undefined && { expected } },
    );
    return revision;
  } catch (error) {
    if (!(error instanceof AdminApiError)) throw error;
    if (error.status === 412) {
      throw new Overtaken(
        `others changed the configuration meanwhile, which was revision ${expected}: nothing was written; run the command again`,
      );
    }
    if (error.status === 404 && error.body?.operation === undefined) {
      throw new CommandFailure(
        'this control plane has no /batch: it is older than this command, or another gateway, for which decK is the right tool',
      );
    }
    const index = refusedOperation(error);
    throw index === undefined ? error : refusal(operations[index], error, plan);
  }
}

function refusal(operation: PlannedOperation | undefined, error: AdminApiError, { changes, state, desired, source }: Plan): Error {
  if (!operation) return error;
  const { change: { schema, before, after, origin } } = operation;
  const label = labelOf(schema, (after ?? before)!, labelsOf(changes, state.present));
  const message = typeof error.body?.message === 'string' ? error.body.message : `status ${error.status}`;
  const entity = desired.find((candidate) => candidate.entity === origin)?.entity;
  const { file, line, path } = entity ? { path: entity.path, ...source.placeOf(entity.path) } : {};
  const place = file === undefined ? '' : `${file}:${line}: ${pathText(path!)}: `;
  return new CommandFailure(
    `${place}the control plane refuses to ${operation.operation} the ${kindOf(schema)} ${label}: ${message}; nothing was written`,
  );
}
