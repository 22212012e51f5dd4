import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MemoryCache } from './memory-cache.ts';

function cache(maxBytes?: number) {
  const clock = new ManualClock(0);
  const memory = new MemoryCache(clock, maxBytes);
  return { clock, memory, region: memory.region<string>('answers') };
}

const kept = (value: string, bytes = 10, ttlMs = 1000) => ({ value, bytes, ttlMs });

describe('the cache of a node', () => {
  it('gives a value until its time is over', () => {
    const { clock, region } = cache();
    region.set('a', kept('A'));
    clock.advance(999);
    expect(region.get('a')).toBe('A');
    clock.advance(1);
    expect(region.get('a')).toBeUndefined();
  });

  it('keeps regions apart, and clears one of them', () => {
    const { memory, region } = cache();
    memory.region<string>('tokens').set('a', kept('token'));
    region.set('a', kept('A'));
    region.set('b', kept('B'));
    region.clear();
    expect([region.get('a'), region.get('b'), memory.region('tokens').get('a')]).toEqual([undefined, undefined, 'token']);
  });

  it('gives every caller of a name the same region', () => {
    const { memory, region } = cache();
    region.set('a', kept('A'));
    expect(memory.region('answers').get('a')).toBe('A');
  });

  it('stays within its memory: what was not read for longest goes first', () => {
    const { memory, region } = cache(10_000);
    region.set('read', kept('R', 1000));
    for (let key = 0; key < 1000; key += 1) {
      expect(region.get('read')).toBe('R');
      region.set(String(key), kept('x', 1000));
      expect(memory.bytes).toBeLessThanOrEqual(10_000);
    }
    expect(region.get('999')).toBe('x');
    expect(region.get('0')).toBeUndefined();
  });

  it('does not keep what is larger than all its memory, and drops what that would replace', () => {
    const { memory, region } = cache(10_000);
    region.set('a', kept('old'));
    region.set('a', kept('huge', 20_000));
    expect(region.get('a')).toBeUndefined();
    expect(memory.bytes).toBe(0);
  });

  it('says whether there was something to delete', () => {
    const { clock, memory, region } = cache();
    region.set('a', kept('A'));
    region.set('old', kept('O'));
    expect(region.delete('a')).toBe(true);
    expect(region.delete('a')).toBe(false);
    clock.advance(1000);
    expect(region.delete('old')).toBe(false);
    expect(memory.bytes).toBe(0);
  });

  it('loads a value once for all who wait for it', async () => {
    const { region } = cache();
    let loads = 0;
    const load = async () => {
      loads += 1;
      await Promise.resolve();
      return kept(`load ${loads}`);
    };
    expect(await Promise.all([region.load('a', load), region.load('a', load)])).toEqual(['load 1', 'load 1']);
    expect(await region.load('a', load)).toBe('load 1');
    expect(loads).toBe(1);
  });

  it('keeps no failure: the next caller loads again', async () => {
    const { region } = cache();
    await expect(region.load('a', async () => { throw new Error('no answer'); })).rejects.toThrow('no answer');
    expect(await region.load('a', async () => kept('A'))).toBe('A');
  });
});
