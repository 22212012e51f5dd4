/** Runs the write that a request asks for: under its author and its conditions. */
import type { Store, WriteOptions, Writer } from '../../store/store.ts';
import type { AdminAnswer, AdminRequest } from './endpoint.ts';

/** @param work makes the answer inside the transaction */
export async function runWrite(
  store: Store, request: AdminRequest, work: (writer: Writer) => Promise<AdminAnswer>, options: WriteOptions = {},
): Promise<AdminAnswer> {
  const { value, revision } = await store.write(work, { ...request.origin, expected: request.conditions.revision, ...options });
  return value.status < 300 ? { ...value, revision } : value;
}
