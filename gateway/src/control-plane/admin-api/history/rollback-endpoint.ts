/** `POST /revisions/{revision}/rollback`: restores the configuration of a revision, as a new revision. */
import { GatewayError } from '../../../base/errors.ts';
import type { Store, Writer } from '../../../store/store.ts';
import type { OperationContext } from '../../entity-operations.ts';
import { DRY_RUN, dryRunOf, isDryRun } from '../dry-run.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from '../endpoint.ts';
import { runWrite } from '../run-write.ts';
import { restore } from './restore.ts';
import { revisionIn } from './revision-in.ts';
import { RollbackRefused, planRollback } from './rollback-plan.ts';
import { shownDifference } from './shown-past.ts';

/** How often the way back is looked for again, because another write came first. */
const TRIES = 5;

export function rollbackEndpoint(store: Store, context: OperationContext): Endpoint {
  return {
    path: '/revisions/{revision}/rollback',
    about: 'restores the configuration of a revision, as a new revision',
    query: { POST: [DRY_RUN] },
    methods: { POST: (request) => rollBack(request, store, context) },
  };
}

async function rollBack(request: AdminRequest, store: Store, context: OperationContext): Promise<AdminAnswer> {
  const target = revisionIn(request.params.revision, 'the path');
  for (let left = TRIES; ; left -= 1) {
    try {
      return await attempt(request, target, store, context);
    } catch (error) {
      if (error instanceof RollbackRefused) return refusal(target, error);
      const isLate = error instanceof GatewayError && error.code === 'revision-conflict' && request.conditions.revision === undefined;
      if (!isLate || left === 1) throw error;
    }
  }
}

async function attempt(request: AdminRequest, target: number, store: Store, context: OperationContext): Promise<AdminAnswer> {
  const isDry = isDryRun(request);
  const present = await store.latest.revision();
  const differences = await store.history.diff(present, target);
  const work = async (writer: Writer): Promise<AdminAnswer> => {
    const plan = await planRollback(writer, differences, context);
    await restore(writer, plan.steps);
    return {
      status: 200,
      body: {
        revision: await writer.revision(),
        restored: target,
        changes: plan.steps.length,
        secrets_kept: plan.secretsKept,
        ...isDry && { data: plan.steps.map((step) => shownDifference(step, context.schemas)) },
      },
    };
  };
  const expected = request.conditions.revision ?? present;
  const comment = request.origin.comment ?? `rollback to revision ${target}`;
  return isDry ? dryRunOf(store, request, work, { expected }) : runWrite(store, request, work, { expected, comment });
}

/** Reasons that an answer lists. */
const MAX_REASONS = 100;

function refusal(target: number, { reasons }: RollbackRefused): AdminAnswer {
  const count = reasons.length === 1 ? 'an entity' : `${reasons.length} entities`;
  return {
    status: 409,
    body: { message: `revision ${target} cannot be restored: ${count} would not be valid now`, reasons: reasons.slice(0, MAX_REASONS) },
  };
}
