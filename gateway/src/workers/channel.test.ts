import { EventEmitter } from 'node:events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Channel } from './channel.ts';
import type { Pipe } from './channel.ts';

type Speech = {
  readonly tells: { readonly word: string };
  readonly asks: { readonly double: readonly [number, number] };
};

/** Two ends of a pipe in one process. Messages are copied, as between processes. */
class End extends EventEmitter implements Pipe {
  connected = true;
  other: End | undefined;

  send(message: unknown, done: (error: Error | null) => void): void {
    const copy = structuredClone(message);
    setImmediate(() => {
      this.other?.emit('message', copy);
      done(null);
    });
  }

  disconnect(): void {
    for (const end of [this, this.other!]) {
      end.connected = false;
      end.emit('disconnect');
    }
  }
}

describe('a channel between processes', () => {
  const words: string[] = [];
  let answer: (question: number) => number | Promise<number>;
  let end: End;
  let channel: Channel<Speech, Speech>;

  beforeEach(() => {
    words.length = 0;
    answer = (question) => 2 * question;
    const other = new End();
    end = new End();
    [end.other, other.other] = [other, end];
    const listeners = {
      told: { word: (word: string) => void words.push(word) }, asked: { double: (question: number) => answer(question) },
    };
    channel = new Channel<Speech, Speech>(end, listeners);
    void new Channel<Speech, Speech>(other, listeners);
  });
  afterEach(() => { vi.useRealTimers(); });

  it('tells, in order, and answers questions, each its own', async () => {
    channel.tell('word', 'one');
    await channel.hand('word', 'two');
    expect(words).toEqual(['one', 'two']);
    expect(await Promise.all([1, 2, 3].map((number) => channel.ask('double', number, 1_000)))).toEqual([2, 4, 6]);
  });

  it('passes a failure on by its message', async () => {
    answer = () => { throw new Error('no number'); };
    await expect(channel.ask('double', 1, 1_000)).rejects.toThrow('no number');
    await expect(channel.ask('triple' as never, 1 as never, 1_000)).rejects.toThrow('there is no answer to triple');
  });

  it('gives up a question that is not answered in time; a late answer has no effect', async () => {
    const late = Promise.withResolvers<number>();
    answer = () => late.promise;
    await expect(channel.ask('double', 1, 1)).rejects.toThrow('did not answer in time');
    late.resolve(1);
    answer = (question) => question;
    expect(await channel.ask('double', 7, 1_000)).toBe(7);
  });

  it('fails all questions when the other process ends, and says nothing to it any more', async () => {
    answer = () => new Promise(() => undefined);
    const asked = channel.ask('double', 1, 60_000);
    end.disconnect();
    await expect(asked).rejects.toThrow('the other process is gone');
    await expect(channel.ask('double', 1, 60_000)).rejects.toThrow('gone');
    channel.tell('word', 'lost');
    await channel.hand('word', 'lost');
    expect(words).toEqual([]);
  });

  it.each([
    null, 'text', {}, [], ['tell'], ['tell', 'constructor', 1], ['answer', 99, 1], ['other'],
  ])('ignores what is no message: %j', async (message) => {
    end.emit('message', message);
    expect(await channel.ask('double', 4, 1_000)).toBe(8);
  });
});
