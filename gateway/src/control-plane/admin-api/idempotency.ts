/** `Idempotency-Key`: the same request again makes no second change, and gets the answer of the first. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { AlreadyWritten } from '../../store/once.ts';
import type { Once, WriteKey } from '../../store/once.ts';
import type { Store } from '../../store/store.ts';
import type { AdminAnswer } from './endpoint.ts';
import { RequestError } from './request-error.ts';

const KEY_HEADER = 'idempotency-key';

const MAX_KEY = 255;

/** Larger answers are kept without their entities. Characters. */
const MAX_KEPT_TEXT = 256 * 1_024;

/** Keys of the requests that are being handled, by store. Other nodes wait for the write in the database. */
const RUNNING = new WeakMap<Store, Set<string>>();

/**
 * @param parts of the request: method, address, type and bytes of the body
 * @returns undefined: it has no key
 * @throws RequestError 400: the key is empty, too long, or no printable ASCII
 */
export function requestKeyOf(headers: IncomingHttpHeaders, parts: readonly (string | Buffer)[]): WriteKey | undefined {
  const given = headers[KEY_HEADER];
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !/^[\x20-\x7e]+$/.test(given) || given.length > MAX_KEY) {
    throw new RequestError(400, `the header ${KEY_HEADER} must be printable ASCII of at most ${MAX_KEY} characters`);
  }
  const digest = createHash('sha256');
  for (const part of parts) digest.update(`${part.length}:`).update(part);
  return { key: createHash('sha256').update(given).digest('hex'), fingerprint: digest.digest('hex') };
}

/**
 * @param write makes the change once
 * @returns the answer of the change, or of the same request before
 * @throws RequestError 409: the same key is being handled; 422: it belongs to another request
 */
export async function answerOnce(
  store: Store, { key, fingerprint }: WriteKey, write: (once: Once) => Promise<AdminAnswer>,
): Promise<AdminAnswer> {
  const running = RUNNING.get(store) ?? new Set();
  RUNNING.set(store, running);
  if (running.has(key)) throw new RequestError(409, 'a request with this Idempotency-Key is being handled; wait for its answer');
  running.add(key);
  try {
    return await write({ key, fingerprint, keep: (value, revision) => keptText(value as AdminAnswer, revision) });
  } catch (error) {
    if (!(error instanceof AlreadyWritten)) throw error;
    if (error.kept.fingerprint !== fingerprint) {
      throw new RequestError(422, 'this Idempotency-Key belongs to another request; a new request needs a new key');
    }
    const { headers, ...answer } = JSON.parse(error.kept.text) as AdminAnswer;
    return { ...answer, headers: { ...headers, 'idempotency-replayed': 'true' } };
  } finally {
    running.delete(key);
  }
}

/** A refused request has changed nothing: it may be sent again, corrected or not. */
function keptText(answer: AdminAnswer, revision: number): string | undefined {
  if (answer.status >= 300) return undefined;
  const text = JSON.stringify({ ...answer, revision });
  if (text.length <= MAX_KEPT_TEXT) return text;
  const body = answer.body as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...answer, revision, body: 'results' in body ? { ...body, results: null } : { id: body.id } });
}
