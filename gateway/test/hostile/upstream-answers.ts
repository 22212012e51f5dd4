/** Hostile answers of an upstream: what a client may see of them, and that the next request gets its own answer. */
import type { UpstreamScript } from '../conformance/suite.ts';
import type { HostileNode } from './hostile-node.ts';
import { RawDialogue } from './raw-dialogue.ts';

export interface HostileAnswer {
  readonly kind: 'response';
  /** @default 'GET' */
  readonly method?: string;
  readonly up: UpstreamScript;
  /** `pass`: as it is, with this body. `cut`: ends early. `none`: closed without an answer. Else a status. */
  readonly ok: readonly string[];
  readonly body?: string;
}

/** A text that no client may see. */
const MARK = 'evil';

export async function answerProblems(node: HostileNode, { method = 'GET', up, ok, body }: HostileAnswer): Promise<readonly string[]> {
  node.upstream.forget();
  node.upstream.answer(up);
  const dialogue = await RawDialogue.open({ port: node.ports.plain });
  try {
    // An answer before the body needs a request that has one.
    const [verb, rest] = up.when === 'head' ? ['POST', 'Content-Length: 5\r\n\r\nhello'] : [method, '\r\n'];
    await dialogue.send([`${verb} /r HTTP/1.1\r\nHost: bb.test\r\n${rest}`], [verb, 'GET']);
    await dialogue.answered(1);
    const seen = seenOf(dialogue, body);
    const problems = ok.includes(seen) ? [] : [`the client saw ${seen}: ${JSON.stringify(dialogue.answers[0]?.startLine)}`];
    node.upstream.answer({});
    // On the same connection, if that is open, and on a new one.
    if (!dialogue.isClosed && up.when !== 'head') {
      await dialogue.send(['GET /next HTTP/1.1\r\nHost: bb.test\r\n\r\n']);
      await dialogue.answered(2);
      const next = dialogue.answers[1];
      if (next !== undefined && next.body !== 'ok\n') problems.push(`the next request got ${JSON.stringify(next.body)}`);
    }
    if (JSON.stringify([dialogue.answers, dialogue.rest]).includes(MARK)) problems.push('the client saw bytes of another answer');
    if (!await node.serves()) problems.push('a plain request afterwards was not served');
    return [...problems, ...node.upstream.flaws];
  } finally {
    node.upstream.answer({});
    dialogue.destroy();
  }
}

function seenOf({ answers, statuses }: RawDialogue, body: string | undefined): string {
  const [answer] = answers;
  if (answer === undefined) return 'none';
  const status = String(statuses[0]);
  if (status === '502' || status === '500') return status;
  if (!answer.complete) return 'cut';
  return body === undefined || answer.body === body ? 'pass' : `the body ${JSON.stringify(answer.body)}`;
}
