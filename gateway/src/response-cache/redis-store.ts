/** Answers in Redis, which nodes share. */
import type { RedisConnection } from '../plugin-kit/services.ts';
import { STORED_VERSION } from './stored-answer.ts';
import type { AnswerStore, StoredAnswer } from './stored-answer.ts';

/** Bytes that say how long the head is. */
const LENGTH_BYTES = 4;

/** @param prefix of all keys */
export function redisStore(prefix: string, redis: RedisConnection): AnswerStore {
  return {
    get: async (key) => {
      const reply = await redis.commandForBytes(['GET', prefix + key]);
      return Buffer.isBuffer(reply) ? decoded(reply) : undefined;
    },
    set: async (key, answer, keptSeconds) => {
      await redis.command(['SET', prefix + key, encoded(answer), 'EX', String(Math.max(1, Math.ceil(keptSeconds)))]);
    },
    close: () => redis.close(),
  };
}

/** The length of the head, the head as JSON, the body. */
export function encoded({ body, ...head }: StoredAnswer): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, body]);
}

/** `undefined` for what no node of this release has written. */
export function decoded(bytes: Buffer): StoredAnswer | undefined {
  if (bytes.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + bytes.readUInt32BE();
  if (end > bytes.length) return undefined;
  try {
    const head = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, end)) as unknown;
    return isHead(head) ? { ...head, body: bytes.subarray(end) } : undefined;
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Omit<StoredAnswer, 'body'> {
  const { version, status, headers, timestamp, ttl, variant, vary } = Object(value) as Readonly<Record<string, unknown>>;
  return version === STORED_VERSION
    && [status, timestamp, ttl].every((number) => Number.isInteger(number)) && (status as number) >= 200 && (status as number) <= 999
    && typeof variant === 'string'
    && Array.isArray(headers) && headers.every((line) => isPair(line) && typeof line[1] === 'string')
    && Array.isArray(vary) && vary.every((line) => isPair(line) && Array.isArray(line[1]));
}

function isPair(value: unknown): value is readonly [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}
