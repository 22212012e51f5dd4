/** `POST /batch`: operations on entities in their order, in one transaction: all of them are made, or none. */
import { setImmediate } from 'node:timers/promises';

import type { Log } from '../../../base/log.ts';
import { inSteps } from '../../../base/steps.ts';
import { EntityError } from '../../../model/entity-error.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { presentEntity } from '../../../model/schema/present.ts';
import { failedOperation, ofOperation } from '../../../store/failed-operation.ts';
import type { Store, Writer } from '../../../store/store.ts';
import type { OperationContext } from '../../entity-operations.ts';
import { DRY_RUN, dryRunOf, isDryRun } from '../dry-run.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from '../endpoint.ts';
import { failure } from '../failure.ts';
import { htmlPage } from '../html-page.ts';
import { runWrite } from '../run-write.ts';
import { readBatchBody } from './batch-body.ts';
import { batchTypes, runOperation, wantedRows } from './batch-operations.ts';
import { batchRequestOf, bodySchemaOf, operationOf } from './batch-request.ts';
import type { BatchOperation } from './batch-request.ts';

/** 10,000 entities are 5 to 20 MiB. */
const MAX_BYTES = 64 * 2 ** 20;

/** How long operations run before everything else gets its turn, where the database never makes them wait. */
const STEP_MS = 5;

/** Operations whose rows are read together. */
const READ_AHEAD = 200;

export function batchEndpoint(store: Store, context: OperationContext, log: Log): Endpoint {
  const types = batchTypes(context.schemas);
  return {
    path: '/batch',
    about: 'runs operations on entities in one transaction',
    isUnlisted: true,
    readsAnyType: true,
    query: { POST: [DRY_RUN] },
    bodySchema: bodySchemaOf([...types]),
    bodyLimitBytes: MAX_BYTES,
    methods: { POST: async (request) => (isJson(request) ? answerBatch(request, { store, context, log, types }) : htmlPage(415)) },
  };
}

function isJson({ contentType }: AdminRequest): boolean {
  return contentType?.toLowerCase().startsWith('application/json') ?? false;
}

interface BatchContext {
  readonly store: Store;
  readonly context: OperationContext;
  readonly log: Log;
  readonly types: ReadonlySet<string>;
}

async function answerBatch(request: AdminRequest, { store, context, log, types }: BatchContext): Promise<AdminAnswer> {
  const { operations, comment } = batchRequestOf(await inSteps(readBatchBody(request.bytes)));
  const cautions: (() => void)[] = [];
  const caution: OperationContext['caution'] = (...about) => void cautions.push(() => context.caution?.(...about));
  const work = async (writer: Writer): Promise<AdminAnswer> => {
    const outcome = await runAll(writer, operations, types, { ...context, caution });
    await writer.flush();
    return { status: 200, body: { revision: await writer.revision(), ...outcome } };
  };
  try {
    if (isDryRun(request)) return await dryRunOf(store, request, work);
    const answer = await runWrite(store, request, work, comment === undefined ? {} : { comment });
    for (const say of cautions) say();
    return answer;
  } catch (error) {
    const operation = failedOperation(error);
    if (operation === undefined) throw error;
    const { status, body } = failure(error, log);
    return { status, body: { ...body as object, operation } };
  }
}

interface BatchOutcome {
  /** Operations that changed something. */
  readonly changes: number;
  /** Entities as answers show them, by operation; null for one that was deleted. */
  readonly results: readonly (EntityValue | null)[];
}

/** @throws EntityError of an operation: `failedOperation` */
async function runAll(
  writer: Writer, given: readonly unknown[], types: ReadonlySet<string>, context: OperationContext,
): Promise<BatchOutcome> {
  const results: (EntityValue | null)[] = [];
  let changes = 0;
  let pauseAt = performance.now() + STEP_MS;
  let ahead: readonly BatchOperation[] = [];
  for (let index = 0; index < given.length; index += 1) {
    if (index % READ_AHEAD === 0) {
      ahead = validated(given.slice(index, index + READ_AHEAD), types);
      await writer.preload(ahead.flatMap((operation) => wantedRows(operation, context.schemas)));
    }
    try {
      const operation = ahead[index % READ_AHEAD] ?? operationOf(given[index], types);
      writer.operation = index;
      const { entity, isChanged } = await runOperation(writer, operation, context);
      results.push(entity && presentEntity(context.schemas.get(operation.entity)!, entity, { now: context.now() }));
      if (isChanged) changes += 1;
    } catch (error) {
      if (!(error instanceof EntityError) || failedOperation(error) !== undefined) throw error;
      // What an earlier operation has left to be checked may be wrong, too, and is reported first.
      await writer.flush();
      throw ofOperation(error, index);
    }
    if (performance.now() < pauseAt) continue;
    await setImmediate();
    pauseAt = performance.now() + STEP_MS;
  }
  return { changes, results };
}

/** The operations up to the first that is none: what is before it may be wrong, too, and is reported first. */
function validated(given: readonly unknown[], types: ReadonlySet<string>): readonly BatchOperation[] {
  const operations: BatchOperation[] = [];
  try {
    for (const each of given) operations.push(operationOf(each, types));
  } catch {
    // It is checked again when the operations before it have been run.
  }
  return operations;
}
