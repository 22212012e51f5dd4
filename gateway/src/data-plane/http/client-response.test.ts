import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { HeaderLine } from '../../plugin-kit/exchange.ts';
import { HeaderBlock, HeaderNames } from '../../plugin-kit/header-block.ts';
import { headOfUpstream, ResponseHead } from './client-response.ts';
import { fakeLines } from './fake-messages.testing.ts';
import { headerText } from './header-text.ts';

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

describe('the head of an upstream\'s answer', () => {
  const ofUpstream = (lines: readonly string[], contentLength?: number) => (
    headOfUpstream({ status: 200, headers: fakeLines(lines), contentLength }));
  const NAMES = ['X-A', 'x-a', 'X-B', 'Via', 'Server', 'Content-Type', 'Keep-Alive', 'X-Limit', 'Connection', 'Trailer'];
  const lines = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('1', 'x-b', 'b, x-a', '\xc3\xbc', '\xfc')), { maxLength: 8 })
    .map((pairs) => pairs.map(([name, value]) => `${name}: ${value}`));
  type Change = (answer: ResponseHead) => void;
  const block = new HeaderBlock(new HeaderNames(['X-Limit', 'X-Left']), ['10', '\xc3\xbc']);
  const changes = fc.array(fc.constantFrom<Change>(
    (answer) => answer.setHeader('X-A', ['new', 'ü']),
    (answer) => answer.setHeader('x-new', 'new'),
    (answer) => answer.setHeaders(block),
    (answer) => answer.addHeader('X-Limit', '11'),
    (answer) => answer.removeHeader('x-b'),
    (answer) => answer.removeHeader('x-left'),
    (answer) => answer.setHeader('Content-Type', 'text/html'),
  ), { maxLength: 4 });

  /** As a reader sees it. */
  function read(answer: ResponseHead): HeaderLine[] {
    const seen: HeaderLine[] = [];
    answer.readHeaders({
      line: (name, value) => void seen.push([name, headerText(value)]),
      block: ({ names: { names }, values }) => names.forEach((name, at) => seen.push([name, headerText(values[at]!)])),
    });
    return seen;
  }

  it('is read line by line as it is listed, whatever plugins have changed', () => {
    fc.assert(fc.property(lines, changes, fc.option(fc.nat(), { nil: undefined }), (sent, made, length) => {
      const answer = ofUpstream(sent, length);
      for (const change of made) change(answer);
      expect(read(answer)).toEqual(answer.headerLines());
    }), { numRuns: 500 });
  });

  it('is the same whether a block or each of its headers is set', () => {
    fc.assert(fc.property(lines, changes, changes, (sent, before, after) => {
      const [one, other] = [ofUpstream(sent, 1), ofUpstream(sent, 1)];
      for (const change of before) [one, other].forEach(change);
      one.setHeaders(block);
      other.setHeader('X-Limit', '10');
      other.setHeader('X-Left', 'ü');
      for (const change of after) [one, other].forEach(change);
      expect(one.lines).toBe(other.lines);
      expect(one.headerLines()).toEqual(other.headerLines());
    }), { numRuns: 500 });
  });
});
