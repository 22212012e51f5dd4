/** Clients that wear a node down: slow, silent, resetting, garbled. While and after they do, it serves others. */
import type { HostileNode } from './hostile-node.ts';
import { RawDialogue } from './raw-dialogue.ts';

export interface Program {
  readonly special: 'slow_head' | 'slow_body' | 'slow_read' | 'resets' | 'idle' | 'mixed' | 'mutate';
  readonly conns?: number;
  readonly rounds?: number;
  readonly seed?: number;
}

const HEAD = 'POST /r HTTP/1.1\r\nHost: bb.test\r\n';

/** Bytes of an answer that the client does not read: more than sockets hold. */
const LARGE_BYTES = 8_000_000;

/** @returns what went wrong */
export async function runProgram(node: HostileNode, { special, conns = 50, rounds = 50, seed = 1 }: Program): Promise<readonly string[]> {
  node.upstream.forget();
  switch (special) {
    case 'slow_head': return slowly(node, conns, 'GET /r HTTP/1.1\r\nHost: bb.test\r\nX-A: ');
    case 'slow_body': return slowly(node, conns, `${HEAD}Content-Length: 1000\r\n\r\n`);
    case 'slow_read': return slowReads(node, conns);
    case 'resets': return resets(node, conns);
    case 'idle': return slowly(node, conns, '');
    case 'mixed': return mutations(node, rounds, seed, garbled);
    case 'mutate': return mutations(node, rounds, seed, mutated);
    default: throw new Error(`no program ${String(special)}`);
  }
}

async function problemsNow(node: HostileNode, when: string): Promise<readonly string[]> {
  return [...await node.serves() ? [] : [`${when} a plain request was not served`], ...node.upstream.flaws];
}

async function withDialogues(
  node: HostileNode, count: number, work: (dialogues: readonly RawDialogue[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const dialogues = await Promise.all(Array.from({ length: count }, () => RawDialogue.open({ port: node.ports.plain })));
  try {
    return await work(dialogues);
  } finally {
    for (const dialogue of dialogues) dialogue.destroy();
  }
}

/** Connections that begin, and go on with a byte now and then. */
async function slowly(node: HostileNode, count: number, beginning: string): Promise<readonly string[]> {
  const problems = await withDialogues(node, count, async (dialogues) => {
    for (const dialogue of dialogues) await dialogue.send([beginning]);
    const found = [...await problemsNow(node, 'meanwhile')];
    if (beginning !== '') for (const dialogue of dialogues) await dialogue.send(['x']);
    return [...found, ...await problemsNow(node, 'meanwhile')];
  });
  return [...problems, ...await problemsNow(node, 'afterwards')];
}

async function slowReads(node: HostileNode, count: number): Promise<readonly string[]> {
  node.upstream.answer({
    parts: [[`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE_BYTES}\r\n\r\n`, 0], [{ repeat: 'x', n: LARGE_BYTES }, 0]],
  });
  const problems = await withDialogues(node, count, async (dialogues) => {
    for (const dialogue of dialogues) {
      dialogue.socket.pause();
      await dialogue.send(['GET /r HTTP/1.1\r\nHost: bb.test\r\n\r\n']);
    }
    await waitFor(() => node.upstream.requests.length >= count);
    node.upstream.answer({});
    return problemsNow(node, 'meanwhile');
  });
  return [...problems, ...await problemsNow(node, 'afterwards')];
}

async function resets(node: HostileNode, count: number): Promise<readonly string[]> {
  const beginnings = ['', 'GET /r HT', `${HEAD}Content-Length: 10\r\n\r\nhal`, `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhe`,
    'GET /r HTTP/1.1\r\nHost: bb.test\r\n\r\n'];
  const problems = await withDialogues(node, count, async (dialogues) => {
    for (const [index, dialogue] of dialogues.entries()) {
      await dialogue.send([beginnings[index % beginnings.length]!]);
      dialogue.socket.resetAndDestroy();
    }
    return problemsNow(node, 'meanwhile');
  });
  return [...problems, ...await problemsNow(node, 'afterwards')];
}

/** One request each on its own connection, which is ended behind it: whatever it is, the upstream gets nothing malformed. */
async function mutations(
  node: HostileNode, rounds: number, seed: number, change: (text: string, random: () => number) => string,
): Promise<readonly string[]> {
  const random = randomFrom(seed);
  for (let round = 0; round < rounds; round += 1) {
    const dialogue = await RawDialogue.open({ port: node.ports.plain });
    const sent = change(ORIGINALS[round % ORIGINALS.length]!, random);
    await dialogue.send([sent, { shut: true }]);
    await waitFor(() => dialogue.isClosed || dialogue.answers.length > 0);
    dialogue.destroy();
    const { flaws } = node.upstream;
    if (flaws.length > 0) return [...flaws, `after ${JSON.stringify(sent)}`];
  }
  return problemsNow(node, 'afterwards');
}

const ORIGINALS: readonly string[] = [
  'GET /r?a=b HTTP/1.1\r\nHost: bb.test\r\nAccept: */*\r\nX-A: b\r\n\r\n',
  `${HEAD}Content-Length: 5\r\n\r\nhello`,
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `${HEAD}Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`,
  `${HEAD}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello`,
  'GET /a HTTP/1.1\r\nHost: bb.test\r\n\r\nGET /b HTTP/1.1\r\nHost: bb.test\r\nConnection: close\r\n\r\n',
];

const SPECIAL = [
  '\r', '\n', '\r\n', '\0', '\t', ' ', ':', ';', ',', '\x0b', '\x7f', '\x80', '\xff', '0', '9', 'chunked', 'Content-Length: 3\r\n',
];

/** A few bytes replaced, put in, left out or sent twice. */
function mutated(text: string, random: () => number): string {
  let result = text;
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() * 4);
    const piece = SPECIAL[Math.floor(random() * SPECIAL.length)]!;
    const kind = Math.floor(random() * 4);
    if (kind === 0) result = result.slice(0, at) + piece + result.slice(at + piece.length);
    else if (kind === 1) result = result.slice(0, at) + piece + result.slice(at);
    else if (kind === 2) result = result.slice(0, at) + result.slice(at + length);
    else result = result.slice(0, at + length) + result.slice(at);
  }
  return result;
}

/** Bytes without a meaning, now and then behind the beginning of a request. */
function garbled(text: string, random: () => number): string {
  const bytes = Array.from({ length: 1 + Math.floor(random() * 200) }, () => String.fromCharCode(Math.floor(random() * 256))).join('');
  return text.slice(0, Math.floor(random() * text.length)) + bytes;
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

/** Goes on after a while whatever happens: what did not come shows in the verdict. */
async function waitFor(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 3_000; !isSo() && Date.now() < deadline;) await new Promise((resolve) => setTimeout(resolve, 2));
}
