import { describe, expect, it } from 'vitest';

import { ResponseHead } from './client-response.ts';

const headOf = (...lines: string[]) => new ResponseHead(200, lines.map((line) => `${line}\r\n`).join(''), undefined, undefined);
const head = () => headOf('X-A: 1', 'x-b: 2', 'X-a: 3', 'Value: x-c');

describe('the head of an answer', () => {
  it('finds the first value of a header without regard to case, and values are no names', () => {
    expect(head().header('x-A')).toBe('1');
    expect(head().header('X-B')).toBe('2');
    expect(head().header('x-c')).toBeUndefined();
    expect(head().rawHeader('VALUE')).toBe('x-c');
  });

  it('replaces all values of a header', () => {
    const changed = head();
    changed.setHeader('x-a', 'new');
    expect(changed.headers).toEqual(['x-b', '2', 'Value', 'x-c', 'x-a', 'new']);
  });

  it('removes all values of a header, also when they follow one another', () => {
    const changed = headOf('A: 1', 'a: 2', 'A: 3', 'b: 4');
    changed.removeHeader('a');
    expect(changed.headers).toEqual(['b', '4']);
    changed.removeHeader('none');
    expect(changed.headers).toEqual(['b', '4']);
  });

  it('takes and gives text, and keeps bytes', () => {
    const changed = head();
    changed.setHeader('Name', '日本');
    expect(changed.rawHeader('name')).toBe(Buffer.from('日本').toString('latin1'));
    expect(changed.header('name')).toBe('日本');
    changed.setRawHeader('Name', '\xff');
    expect(changed.headers.slice(-2)).toEqual(['Name', '\xff']);
  });
});
