/** Answers in the memory of the node. */
import type { CacheRegion, NodeCache } from '../plugin-kit/services.ts';
import { shownAnswer, sizeOf } from './stored-answer.ts';
import type { AnswerStore, StoredAnswer } from './stored-answer.ts';

/** Answers as the Admin API shows them. */
export interface ShownAnswers {
  get(key: string): object | undefined;
  delete(key: string): boolean;
  clear(): void;
}

export function shownAnswers(cache: NodeCache): ShownAnswers {
  const region = answersOf(cache);
  return {
    get: (key) => {
      const answer = region.get(key);
      return answer && shownAnswer(key, answer);
    },
    delete: (key) => region.delete(key),
    clear: () => region.clear(),
  };
}

/** All plugins that cache answers share one region: keys contain the route. */
function answersOf(cache: NodeCache): CacheRegion<StoredAnswer> {
  return cache.region<StoredAnswer>('answers');
}

export function memoryStore(cache: NodeCache): AnswerStore {
  const region = answersOf(cache);
  return {
    get: (key) => region.get(key),
    set: (key, answer, keptSeconds) => region.set(key, { value: answer, bytes: sizeOf(answer), ttlMs: keptSeconds * 1000 }),
    close: () => undefined,
  };
}
