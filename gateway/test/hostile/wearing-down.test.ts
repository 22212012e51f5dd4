/** Slow and large clients: they are cut off or bounded, and others are served meanwhile. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startHostileNode } from './hostile-node.ts';
import type { HostileNode } from './hostile-node.ts';
import { runProgram } from './programs.ts';
import type { Program } from './programs.ts';
import { RawDialogue } from './raw-dialogue.ts';

let node: HostileNode;

beforeAll(async () => {
  node = await startHostileNode();
});
afterAll(() => node.close());

describe('many clients at once', () => {
  it.each<Program>([
    { special: 'slow_head', conns: 100 }, { special: 'slow_body', conns: 100 }, { special: 'slow_read', conns: 10 },
    { special: 'resets', conns: 200 }, { special: 'idle', conns: 300 }, { special: 'mixed', rounds: 60, seed: 11 },
    { special: 'mutate', rounds: 120, seed: 21 }, { special: 'mutate', rounds: 120, seed: 22 },
  ])('hold no other client up, and nothing malformed passes: $special', async (program) => {
    expect(await runProgram(node, program)).toEqual([]);
  });
});

describe('what is too large', () => {
  const head = 'GET /r HTTP/1.1\r\nHost: bb.test\r\n';

  it.each([
    ['a target of 100 kB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: bb.test\r\n\r\n`, [400, 414, 431]],
    ['ten thousand headers', `${head}${'X-A: b\r\n'.repeat(10_000)}\r\n`, [400, 431]],
    ['a header of 1 MB', `${head}X-A: ${'a'.repeat(1_000_000)}\r\n\r\n`, [400, 431]],
    ['a head without an end', `${head}${'X-A: bbbbbbbbbbbbbbbb\r\n'.repeat(100_000)}`, [400, 431]],
  ])('is refused and closed: %s', async (_what, bytes, statuses) => {
    node.upstream.forget();
    const dialogue = await RawDialogue.open({ port: node.ports.plain });
    await dialogue.send([bytes]);
    await dialogue.closed();
    expect(statuses).toContain(dialogue.statuses[0]);
    expect(dialogue.isClosed).toBe(true);
    expect(node.upstream.requests).toEqual([]);
    dialogue.destroy();
  });

  it.each([
    ['by its length', 'Content-Length: 1000000000\r\n\r\n'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n'],
  ])('is refused before it is read where a plugin bounds it: a body, %s', async (how, framing) => {
    node.upstream.forget();
    const dialogue = await RawDialogue.open({ port: node.ports.plain });
    await dialogue.send([`POST /limit HTTP/1.1\r\nHost: bb.test\r\n${framing}`]);
    if (how === 'in chunks') await dialogue.send([{ repeat: `400\r\n${'x'.repeat(1024)}\r\n`, n: 200 }, '0\r\n\r\n']);
    await dialogue.answered(1);
    expect(dialogue.statuses[0]).toBe(413);
    expect(node.upstream.requests).toEqual([]);
    dialogue.destroy();
    expect(await node.serves()).toBe(true);
  });
});

describe('the node', () => {
  it('had no defect of its own', () => {
    expect(node.defects).toEqual([]);
  });
});
