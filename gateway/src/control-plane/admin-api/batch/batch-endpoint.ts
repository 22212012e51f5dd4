/** `POST /batch`: operations on entities in their order, in one transaction: all of them are made, or none. */
import { setImmediate } from 'node:timers/promises';

import type { Log } from '../../../base/log.ts';
import { inSteps } from '../../../base/steps.ts';
import { EntityError } from '../../../model/entity-error.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { presentEntity } from '../../../model/schema/present.ts';
import type { Store, Writer } from '../../../store/store.ts';
import type { OperationContext } from '../../entity-operations.ts';
import type { AdminRequest, Endpoint } from '../endpoint.ts';
import { failure } from '../failure.ts';
import { htmlPage } from '../html-page.ts';
import { RequestError } from '../request-error.ts';
import { readBatchBody } from './batch-body.ts';
import { runOperation, batchTypes } from './batch-operations.ts';
import { OperationFailed, batchRequestOf, operationOf } from './batch-request.ts';

/** 10,000 entities are 5 to 20 MiB. */
const MAX_BYTES = 64 * 2 ** 20;

/** How long operations run before everything else gets its turn, where the database never makes them wait. */
const STEP_MS = 5;

export function batchEndpoint(store: Store, context: OperationContext, log: Log): Endpoint {
  const types = batchTypes(context.schemas);
  return {
    path: '/batch',
    about: 'runs operations on entities in one transaction',
    isUnlisted: true,
    readsAnyType: true,
    bodyLimitBytes: MAX_BYTES,
    methods: {
      POST: async (request) => {
        if (!isJson(request)) return htmlPage(415);
        const { operations } = batchRequestOf(await inSteps(readBatchBody(request.bytes)));
        const isDryRun = isDryRunOf(request);
        const cautions: (() => void)[] = [];
        const caution: OperationContext['caution'] = (...about) => void cautions.push(() => context.caution?.(...about));
        const careful = { ...context, caution };
        try {
          const { value, revision } = await store.write(async (writer) => {
            const outcome = await runAll(writer, operations, types, careful);
            if (isDryRun) throw new DryRun({ revision: await writer.revision(), ...outcome });
            return outcome;
          });
          for (const say of cautions) say();
          return { status: 200, revision, body: { revision, ...value } };
        } catch (error) {
          if (error instanceof DryRun) return { status: 200, body: error.outcome };
          if (!(error instanceof OperationFailed)) throw error;
          const { status, body } = failure(error.failure, log);
          return { status, body: { ...body as object, operation: error.index } };
        }
      },
    },
  };
}

function isJson({ contentType }: AdminRequest): boolean {
  return contentType?.toLowerCase().startsWith('application/json') ?? false;
}

/** @throws RequestError the argument is neither true nor false */
export function isDryRunOf({ query }: AdminRequest): boolean {
  const given = query.get('dry_run');
  if (given === null || given === 'false') return false;
  if (given === 'true' || given === '') return true;
  throw new RequestError(400, 'dry_run must be true or false');
}

interface BatchOutcome {
  /** Operations that changed something. */
  readonly changes: number;
  /** Entities as answers show them, by operation; null for one that was deleted. */
  readonly results: readonly (EntityValue | null)[];
}

/** Ends a transaction that is not to be kept. */
class DryRun extends Error {
  constructor(readonly outcome: BatchOutcome & { readonly revision: number }) {
    super('the changes are not kept');
  }
}

/** @throws OperationFailed */
async function runAll(
  writer: Writer, operations: readonly unknown[], types: ReadonlySet<string>, context: OperationContext,
): Promise<BatchOutcome> {
  const results: (EntityValue | null)[] = [];
  let changes = 0;
  let pauseAt = performance.now() + STEP_MS;
  for (const [index, given] of operations.entries()) {
    try {
      const operation = operationOf(given, types);
      const { entity, isChanged } = await runOperation(writer, operation, context);
      results.push(entity && presentEntity(context.schemas.get(operation.entity)!, entity, { now: context.now() }));
      if (isChanged) changes += 1;
    } catch (error) {
      throw error instanceof EntityError ? new OperationFailed(index, error) : error;
    }
    if (performance.now() < pauseAt) continue;
    await setImmediate();
    pauseAt = performance.now() + STEP_MS;
  }
  return { changes, results };
}
