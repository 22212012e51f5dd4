/** Writes that are made and taken back: the answer says what they would give. */
import type { Store, WriteOptions, Writer } from '../../store/store.ts';
import type { AdminAnswer, AdminRequest, QueryArgument } from './endpoint.ts';
import { RequestError } from './request-error.ts';
import { runWrite } from './run-write.ts';

export const DRY_RUN: QueryArgument = {
  name: 'dry_run', description: 'Check everything, say what would change, keep nothing.', schema: { type: 'boolean', default: false },
};

/** @throws RequestError the argument is neither true nor false */
export function isDryRun({ query }: AdminRequest): boolean {
  const given = query.get('dry_run');
  if (given === null || given === 'false') return false;
  if (given === 'true') return true;
  throw new RequestError(400, 'dry_run must be true or false');
}

/** Ends a transaction that is not to be kept. */
class TakenBack extends Error {
  constructor(readonly answer: AdminAnswer) {
    super('the changes are not kept');
  }
}

/** @param work writes all that it has collected, so that everything is checked */
export async function dryRunOf(
  store: Store, request: AdminRequest, work: (writer: Writer) => Promise<AdminAnswer>, options: WriteOptions = {},
): Promise<AdminAnswer> {
  try {
    return await runWrite(store, { ...request, key: undefined }, async (writer) => {
      throw new TakenBack(await work(writer));
    }, options);
  } catch (error) {
    if (error instanceof TakenBack) return error.answer;
    throw error;
  }
}
