/** Runs the write that a request asks for: under its author and its conditions, once for each key. */
import type { Once } from '../../store/once.ts';
import type { Store, WriteOptions, Writer } from '../../store/store.ts';
import type { AdminAnswer, AdminRequest } from './endpoint.ts';
import { answerOnce } from './idempotency.ts';

/** @param work makes the answer inside the transaction */
export async function runWrite(
  store: Store, request: AdminRequest, work: (writer: Writer) => Promise<AdminAnswer>, options: WriteOptions = {},
): Promise<AdminAnswer> {
  const write = async (once?: Once): Promise<AdminAnswer> => {
    const { value, revision } = await store.write(work, { ...request.origin, expected: request.conditions.revision, once, ...options });
    return value.status < 300 ? { ...value, revision } : value;
  };
  return request.key ? answerOnce(store, request.key, write) : write();
}
