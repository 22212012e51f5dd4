/** Bodies of the Admin API, and their limits. */
import { describe, expect, it } from 'vitest';

import { isReadable, parseBody } from './request-body.ts';
import { RequestError } from './request-error.ts';

const parse = (body: string, type: string | undefined) => parseBody(Buffer.from(body), type);
const json = (body: string) => parse(body, 'application/json').values;
const form = (body: string) => parse(body, 'application/x-www-form-urlencoded').values;
const multipart = (body: string, type = 'multipart/form-data; boundary=x') => parse(body, type).values;
const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    if (error instanceof RequestError) return [error.status, error.message];
    throw error;
  }
};

const lists = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

describe('a JSON body', () => {
  it.each(['', 'null', '1', '"x"', '{', '{"a":NaN}', '{"a":1}x'])('that is no object is malformed: %s', (body) => {
    expect(refusal(() => json(body))).toEqual([400, 'Cannot parse JSON body']);
  });

  it.each(['{"__proto__":1}', '{"a":{"__proto__":null}}', '{"a":[{"__proto__":{"b":1}}]}'])('names no prototype: %s', (body) => {
    expect(refusal(() => json(body))).toEqual([400, 'Cannot parse JSON body']);
  });

  it.each(['{"a":"\\ud800"}', '{"a":["\\udfff\\ud800"]}', '{"\\ud83d":1}'])('contains Unicode text only: %s', (body) => {
    expect(refusal(() => json(body))).toEqual([400, 'Cannot parse JSON body']);
  });

  it('that is a list counts as an object whose names are positions', () => {
    expect([json('[]'), json('[{"a":1},2]')]).toEqual([{}, { 1: { a: 1 }, 2: 2 }]);
  });

  it('is encoded in UTF-8', () => {
    const latin1 = Buffer.from('{"a":"\xe9"}', 'latin1');
    expect(refusal(() => parseBody(latin1, 'application/json'))).toEqual([400, 'the body is not encoded in UTF-8']);
  });

  it('may contain characters of two code units', () => {
    expect(json('{"a":"\\ud83d\\ude00","\u{1f600}":"b"}')).toEqual({ 'a': '\u{1f600}', '\u{1f600}': 'b' });
  });

  it('has at most 1,000 levels', () => {
    expect(Object.keys(json(lists(1_000)))).toEqual(['a']);
    for (const levels of [1_001, 20_000, 1_000_000]) {
      expect(refusal(() => json(lists(levels))), String(levels)).toEqual([400, 'Cannot parse JSON body']);
    }
    expect(refusal(() => json(`${'{"a":'.repeat(1_001)}1${'}'.repeat(1_001)}`))).toEqual([400, 'Cannot parse JSON body']);
  });

  it('may have any number of brackets inside strings, and of lists beside each other', () => {
    const text = '[{"\\'.repeat(2_000);
    expect(json(JSON.stringify({ text, [text]: Array.from({ length: 2_000 }, () => [{}]) }))).toMatchObject({ text });
  });
});

describe('a form', () => {
  it.each([
    ['a=1&b=x+y', { a: '1', b: 'x y' }],
    ['a', { a: true }],
    ['a=', { a: '' }],
    ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
    ['a[]=1', { a: ['1'] }],
    ['a[]=1&a[]=2', { a: ['1', '2'] }],
    ['a[1]=x&a[2]=y', { a: ['x', 'y'] }],
    ['a[2]=y&a[1]=x', { a: ['x', 'y'] }],
    ['a[2]=y', { a: { 2: 'y' } }],
    ['a.b=1&a.c.d=2', { a: { b: '1', c: { d: '2' } } }],
    ['a.b[]=1&a.b[]=2', { a: { b: ['1', '2'] } }],
    ['a[x-y][]=1', { a: { 'x-y': ['1'] } }],
    ['a[b=1', { 'a[b': '1' }],
    ['a=1&a.b=2', { a: { b: '2', 1: '1' } }],
    ['a=1&a[]=2', { a: ['2', '1'] }],
    ['a[1]=x&a[1]=y', { a: [['x', 'y']] }],
    ['a[1]=x&a[]=y', { a: [['x', 'y']] }],
    ['a[1]=x&a[3]=y', { a: { 1: 'x', 3: 'y' } }],
    ['a[0]=x', { a: { 0: 'x' } }],
    ['a.1=x', { a: { 1: 'x' } }],
    ['a.1=x&a.2=y', { a: { 1: 'x', 2: 'y' } }],
    ['a[1].b=x&a[1].c=y&a[2].b=z', { a: [{ b: 'x', c: 'y' }, { b: 'z' }] }],
    ['a[][b]=x', { a: [{ b: 'x' }] }],
    ['a[].b=x', { a: { b: 'x' } }],
    ['a[b.c]=x', { a: { 'b.c': 'x' } }],
    ['a[b.c].d[e]=x', { a: { 'b.c': { d: { e: 'x' } } } }],
    ['[a]=x', { '[a]': 'x' }],
    ['a..b=x', { a: { b: 'x' } }],
    ['..=x', { '..': 'x' }],
    ['a%5B%5D=x', { a: ['x'] }],
    ['a=%41%zz%C3%A9%ff', { a: 'A%zz\u00e9%ff' }],
    ['&&a=1&', { a: '1' }],
    ['=x&a=1&=', { a: '1' }],
    ['', {}],
  ])('is one object: %s', (body, expected) => {
    expect(form(body)).toEqual(expected);
  });

  it('has at most 1,000 arguments', () => {
    const pairs = (count: number) => Array.from({ length: count }, (_, n) => `a${n}=1`).join('&');
    expect(Object.keys(form(pairs(1_000))).length).toBe(1_000);
    expect(refusal(() => form(pairs(1_001)))).toEqual([400, 'Too many arguments']);
  });

  it('has names of at most 1,000 levels', () => {
    const name = (levels: number) => Array.from({ length: levels }, () => 'a').join('.');
    expect(Object.keys(form(`${name(1_000)}=1`))).toEqual(['a']);
    for (const [text, levels] of [[name(1_001), 1_001], [name(20_000), 20_000], [`a${'[b]'.repeat(1_000)}`, 1_001]] as const) {
      expect(refusal(() => form(`${text}=1`))).toEqual([400, `the name of an argument has ${levels} levels, expected at most 1000`]);
    }
  });

  it.each(['__proto__=1', '__proto__.x=1', 'a.__proto__.b=1', 'a[__proto__]=1'])('names no prototype: %s', (body) => {
    expect(refusal(() => form(body))).toEqual([400, 'the name of an argument contains __proto__, which is no field']);
  });
});

describe('a form of several parts', () => {
  const part = (name: string, value: string) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

  it('is one object; of several parts with one name, the last counts', () => {
    expect(multipart(`${part('a', '1')}${part('b.c', 'x\r\n\r\ny')}${part('a', '2')}--x--`)).toEqual({ a: '2', b: { c: 'x\r\n\r\ny' } });
  });

  it('may have its boundary in quotes', () => {
    expect(multipart(`${part('a', '1')}--x--`, 'multipart/form-data; boundary="x"')).toEqual({ a: '1' });
  });

  it('needs a boundary', () => {
    expect(refusal(() => multipart('', 'multipart/form-data; charset=utf-8'))).toEqual([400, 'Cannot parse multipart body']);
    expect(refusal(() => multipart('', 'multipart/form-data'))).toEqual([400, 'Cannot parse multipart body']);
  });
});

describe('a body', () => {
  const isReadableAs = (body: string, contentType?: string) => isReadable({ bytes: Buffer.from(body), contentType });

  it('without a type is readable only when it is empty', () => {
    expect([isReadableAs(''), isReadableAs('{}')]).toEqual([true, false]);
    expect(parse('', undefined)).toEqual({ values: {}, isForm: false });
  });

  it.each(['text/plain', 'APPLICATION/JSON', 'application/xml', '', 'json'])('of another type is not: %s', (type) => {
    expect([isReadableAs('{}', type), isReadableAs('', type)]).toEqual([false, false]);
  });

  it('knows whether its values are all texts', () => {
    const isForm = (type: string) => parse('{}', type).isForm;
    expect([isForm('application/json; charset=utf-8'), isForm('application/x-www-form-urlencoded;charset=utf-8')]).toEqual([false, true]);
  });
});
