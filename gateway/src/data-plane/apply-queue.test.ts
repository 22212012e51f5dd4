import { expect, it } from 'vitest';

import { ApplyQueue } from './apply-queue.ts';

const pause = () => new Promise<void>((resolve) => void setImmediate(resolve));

it('applies one configuration after another', async () => {
  const queue = new ApplyQueue<string>();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await pause();
    seen.push(`${name} ends`);
    return name;
  };
  const first = queue.apply(work('first'));
  await Promise.resolve();
  expect(await Promise.all([first, queue.apply(work('second'))])).toEqual(['first', 'second']);
  expect(seen).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

it('applies only the newest of those that wait, and all get its result', async () => {
  const queue = new ApplyQueue<string>();
  const begun: string[] = [];
  const work = (name: string) => async () => {
    begun.push(name);
    await pause();
    return name;
  };
  const first = queue.apply(work('first'));
  await Promise.resolve();
  const others = ['second', 'third', 'fourth'].map((name) => queue.apply(work(name)));
  expect(await Promise.all([first, ...others])).toEqual(['first', 'fourth', 'fourth', 'fourth']);
  expect(begun).toEqual(['first', 'fourth']);
});

it('goes on after work that fails', async () => {
  const queue = new ApplyQueue<string>();
  const failing = queue.apply(() => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  await expect(queue.apply(() => 'next')).resolves.toBe('next');
});

it('does other work in its turn, and drops none of it', async () => {
  const queue = new ApplyQueue<string>();
  const seen: string[] = [];
  const note = (name: string) => () => {
    seen.push(name);
    return name;
  };
  await Promise.all([queue.apply(note('one')), queue.inTurn(note('look')), queue.inTurn(note('look again')), queue.apply(note('two'))]);
  expect(seen).toEqual(['two', 'look', 'look again']);
});
