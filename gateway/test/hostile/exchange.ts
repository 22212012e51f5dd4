/** Sends hostile bytes through a node, and tells what became of them. */
import type { SentPiece } from '../conformance/suite.ts';
import type { HostileNode } from './hostile-node.ts';
import { RawDialogue } from './raw-dialogue.ts';
import { isRefusal } from './verdict.ts';
import type { Expected, Outcome } from './verdict.ts';

export interface Sent {
  readonly pieces: readonly SentPiece[];
  readonly expected: Expected;
  /** Methods of the requests, as far as one is HEAD. */
  readonly methods?: readonly string[] | undefined;
  /** Answers to wait for. @default - as many as requests are intended, and one at least */
  readonly count?: number | undefined;
  readonly tls?: boolean;
  /** What the connection was used for before. @returns whether it can still be used */
  readonly before?: (dialogue: RawDialogue) => Promise<boolean>;
}

/** The path of the request that shows that the node still serves. */
const BARRIER = '/barrier';

export async function exchange(node: HostileNode, { pieces, expected, methods = [], count, tls = false, before }: Sent): Promise<Outcome> {
  node.upstream.forget();
  const dialogue = await RawDialogue.open({ port: tls ? node.ports.tls : node.ports.plain, tls });
  try {
    const usable = before === undefined || await before(dialogue);
    const earlier = dialogue.answers.length;
    if (usable) {
      await dialogue.send(pieces, methods);
      await settled(dialogue, earlier, expected, count ?? Math.max([expected.intended ?? []].flat().length, 1));
    }
    const isServing = await node.serves();
    return {
      answers: dialogue.answers.slice(usable ? earlier : 0),
      rest: dialogue.rest,
      isClosed: dialogue.isClosed,
      requests: node.upstream.requests.filter(({ target }) => target !== BARRIER),
      flaws: [...node.upstream.flaws, ...isServing ? [] : ['a plain request afterwards was not served']],
    };
  } finally {
    dialogue.destroy();
  }
}

/** Waits for no more than the policy needs. */
async function settled(dialogue: RawDialogue, earlier: number, expected: Expected, count: number): Promise<void> {
  await dialogue.answered(earlier + 1);
  const refused = dialogue.statuses.slice(earlier).some(isRefusal);
  if (!refused && expected.policy !== 'reject') await dialogue.answered(earlier + count);
  if (dialogue.statuses.slice(earlier).some(isRefusal) && expected.keep_open_ok !== true) await dialogue.closed();
}
