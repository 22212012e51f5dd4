/** Fields of bodies: what is found, and that nothing but the field goes when it is removed. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bodyFieldsOf, SEVERAL } from './body-fields.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const MULTIPART = 'multipart/form-data; boundary=B';

const body = (text: string, type: string) => bodyFieldsOf(Buffer.from(text), type)!;
const without = (text: string, type: string) => body(text, type).without('apikey')?.toString();

describe('a JSON body without its key', () => {
  it.each([
    ['{"apikey":"k","x":12345678901234567890}', '{"x":12345678901234567890}'],
    ['{"x":1.0,"apikey":"k"}', '{"x":1.0}'],
    ['{ "apikey" : "k" , "x" : 1e3 }', '{ "x" : 1e3 }'],
    ['{\n\t"a": 1,\r\n\t"apikey": "k",\n\t"b": 2\n}\n', '{\n\t"a": 1,\n\t"b": 2\n}\n'],
    ['{"apikey":"k"}', '{}'],
    [' { "apikey":"k" } ', ' {  } '],
    ['{"\\u0061pikey":"k","x":1}', '{"x":1}'],
    ['{"apikey":"a","x":1,"apikey":"b"}', '{"x":1}'],
    ['{"apikey":"a","apikey":"b"}', '{}'],
    ['{"x":{"apikey":"stays"},"apikey":"k","y":[{"apikey":1}]}', '{"x":{"apikey":"stays"},"y":[{"apikey":1}]}'],
    ['{"apikey":"a\\"},{","x":"\\\\"}', '{"x":"\\\\"}'],
    ['{"apikey":{"a":[1,{"b":"}"}]},"x":[]}', '{"x":[]}'],
    ['{"apikey":1.5,"x":null}', '{"x":null}'],
    ['{"apikey":true\n,"x":false}', '{"x":false}'],
    ['{"x":"é日本","apikey":"ü"}', '{"x":"é日本"}'],
  ])('%s is %s', (text, expected) => {
    expect(without(text, JSON_TYPE)).toBe(expected);
  });

  it.each([
    '{"x":1}', '[{"apikey":"k"}]', '"apikey"', 'null', '{"apikey":"k"', '{"apikey":"k"}}', '\ufeff{"apikey":"k"}', '', '{"Apikey":"k"}',
  ])('%s has none', (text) => {
    expect(without(text, JSON_TYPE)).toBeUndefined();
  });

  it('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from('{"x":"\xff\xfe","apikey":"k"}', 'latin1');
    expect(bodyFieldsOf(bytes, JSON_TYPE)!.without('apikey')!.toString('latin1')).toBe('{"x":"\xff\xfe"}');
  });

  it('takes linear time for many members', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => `"k${index}":${index}`).join(',');
    expect(without(`{${many},"apikey":"k"}`, JSON_TYPE)).toBe(`{${many}}`);
  });

  const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
  /** A name as it may be written: any of its characters as an escape. */
  const written = (name: string) => fc.array(fc.boolean(), { minLength: name.length, maxLength: name.length }).map((escaped) =>
    JSON.stringify(name).replace(/[a-z]/g, (character, at: number) =>
      (escaped[at - 1] ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character)));
  const name = fc.oneof(
    written('apikey'), fc.string({ unit: 'grapheme' }).filter((text) => text !== 'apikey').map((text) => JSON.stringify(text)),
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json)),
    fc.constantFrom('1.0', '12345678901234567890', '-0', '1E+2', '{"apikey": "nested" }', '[ ]', '"a\\"}"'),
  );
  const member = fc.tuple(name, space, space, value).map(([key, before, after, text]) => `${key}${before}:${after}${text}`);

  it('is the object without the name, every other byte the same', () => {
    fc.assert(fc.property(fc.array(fc.tuple(space, member, space), { maxLength: 6 }), space, (members, around) => {
      const isKey = (raw: string) => Object.hasOwn(JSON.parse(`{${raw}}`) as object, 'apikey');
      const text = `${around}{${members.map(([before, raw, after]) => before + raw + after).join(',')}}${around}`;
      const kept = members.flatMap(
        ([before, raw], index) => (isKey(raw) ? [] : [{ before, raw, separator: `${members[index - 1]?.[2]},${before}` }]),
      );
      const result = without(text, JSON_TYPE);
      if (kept.length === members.length) return void expect(result).toBeUndefined();
      const inner = kept.map(({ raw, separator }, index) => (index === 0 ? '' : separator) + raw).join('');
      expect(result).toBe(`${around}{${members[0]![0]}${inner}${members.at(-1)![2]}}${around}`);
      const { apikey: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
      expect(JSON.parse(result!)).toEqual(rest);
    }));
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.constantFrom(FORM, JSON_TYPE, MULTIPART), (bytes, type) => {
      const some = bodyFieldsOf(Buffer.from(bytes), type)!;
      some.find('apikey');
      some.without('apikey');
    }));
    fc.assert(fc.property(fc.string({
      unit: fc.constantFrom('{', '}', '"', ':', ',', '[', ']', '\\', 'apikey', ' ', '1'), maxLength: 20,
    }), (text) => {
      const some = body(text, JSON_TYPE);
      some.find('apikey');
      some.without('apikey');
    }));
  });
});

describe('a form without its key', () => {
  it.each([
    ['apikey=k&x=1', 'x=1'],
    ['x=1&apikey=k', 'x=1'],
    ['x=%C3%BC+%20&apikey=k&y', 'x=%C3%BC+%20&y'],
    ['apikey=k', ''],
    ['%61pi%6Bey=k&x=1', 'x=1'],
    ['apikey=a&x=1&apikey=b', 'x=1'],
    ['apikey&x', 'x'],
    ['x=1&&apikey=k&', 'x=1&&'],
  ])('%s is %s', (text, expected) => {
    expect(without(text, FORM)).toBe(expected);
  });

  it('is the fields without the name, every other byte the same', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'apikey', '=', '%', '%61', '+', 'ü', '%ff', '1'), maxLength: 5 });
    fc.assert(fc.property(fc.array(field, { minLength: 1 }), (fields) => {
      const isKey = (text: string) => text !== '' && new URLSearchParams(text).has('apikey');
      const kept = fields.filter((text) => !isKey(text));
      expect(without(fields.join('&'), FORM)).toBe(kept.length === fields.length ? undefined : kept.join('&'));
    }));
  });
});

describe('a multipart body without its key', () => {
  const part = (
    name: string, value: string, more = '',
  ) => `--B\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;

  it.each([
    [`${part('apikey', 'k')}${part('x', '1')}--B--\r\n`, `${part('x', '1')}--B--\r\n`],
    [`${part('x', '1')}${part('apikey', 'k')}--B--`, `${part('x', '1')}--B--`],
    [`${part('apikey', 'k')}--B--\r\n`, '--B--\r\n'],
    [`preamble\r\n${part('apikey', 'k')}--B--\r\nepilogue`, 'preamble\r\n--B--\r\nepilogue'],
    [`${part('x', '--Bk\r\n--B-')}${part('apikey', 'k')}--B--`, `${part('x', '--Bk\r\n--B-')}--B--`],
    ['--B  \r\ncontent-disposition:form-data;name=apikey\r\n\r\nk\r\n--B--', '--B--'],
    [
      `${part('x', '1', '; filename="apikey"')}${part('apikey', 'a')}${part('apikey', 'b')}--B--`,
      `${part('x', '1', '; filename="apikey"')}--B--`,
    ],
  ])('%j is %j', (text, expected) => {
    expect(without(text, MULTIPART)).toBe(expected);
  });

  it.each([
    part('apikey', 'k'), `${part('x', 'apikey')}--B--`, '--B\r\n\r\nno head\r\n--B--', '--B\r\nno end of head--B--', '--B--', '',
  ])('%j has none', (text) => {
    expect(without(text, MULTIPART)).toBeUndefined();
  });

  it('is the parts without the name, every other byte the same', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map(
      (value) => Buffer.from(value).toString('latin1'),
    ).filter((text) => !text.includes('--B'));
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom('apikey', 'a', 'api'), bytes), { minLength: 1 }), (parts) => {
      const raw = parts.map(([name, value]) => [name, part(name, value)] as const);
      const some = bodyFieldsOf(Buffer.from(`${raw.map(([, text]) => text).join('')}--B--\r\n`, 'latin1'), MULTIPART)!;
      const kept = raw.filter(([name]) => name !== 'apikey');
      expect(some.without('apikey')?.toString('latin1')).toBe(
        kept.length === raw.length ? undefined : `${kept.map(([, text]) => text).join('')}--B--\r\n`,
      );
      expect(some.find('apikey')).toBe(parts.findLast(([name]) => name === 'apikey')?.[1]);
    }));
  });
});

describe('a key in a body', () => {
  it.each<[type: string, text: string, key: string | typeof SEVERAL | undefined]>([
    [FORM, 'x=1&apikey=a+b%C3%BC', 'a bü'],
    [FORM, 'apikey', undefined],
    [FORM, 'apikey=', ''],
    [FORM, 'apikey=a=b', 'a=b'],
    [FORM, 'apikey=a&apikey=b', SEVERAL],
    [`${FORM}; charset=utf-8`, 'apikey=k', 'k'],
    [FORM.toUpperCase(), 'apikey=k', 'k'],
    [JSON_TYPE, '{"apikey":"\\u006bü"}', 'kü'],
    [JSON_TYPE, '{"apikey":"a","apikey":"b"}', 'b'],
    [JSON_TYPE, '{"apikey":["a"]}', SEVERAL],
    [JSON_TYPE, '{"apikey":{}}', SEVERAL],
    [JSON_TYPE, '{"apikey":null}', undefined],
    [JSON_TYPE, '{"apikey":5}', undefined],
    [JSON_TYPE, '{"apikey":"duplicate"}', 'duplicate'],
    [JSON_TYPE, '{"x":{"apikey":"nested"}}', undefined],
    [MULTIPART, '--B\r\nContent-Disposition: form-data; name="apikey"\r\n\r\nk\r\n--B--', 'k'],
    ['multipart/form-data; boundary="B"', '--B\r\nContent-Disposition: form-data; name="apikey"\r\n\r\nk\r\n--B--', 'k'],
    [MULTIPART, '--B\r\nA: b\r\nContent-Disposition: form-data; name="apikey"; filename="f"\r\n\r\nk\r\n--B--', 'k'],
  ])('%s %j: %s', (type, text, key) => {
    expect(body(text, type).find('apikey')).toBe(key);
  });

  it.each([
    undefined, '', 'text/plain', 'multipart/form-data', `multipart/form-data; boundary=${'B'.repeat(71)}`, 'multipart/mixed; boundary=B',
    'application/jsonp',
  ])('%s holds none', (type) => {
    expect(bodyFieldsOf(Buffer.from('{"apikey":"k"}'), type)).toBeUndefined();
  });
});

it.each<[type: string, text: string, has: boolean]>([
  [FORM, 'out=1', true], [FORM, 'out', true], [FORM, 'other=1', false],
  [JSON_TYPE, '{"out":true}', true], [JSON_TYPE, '{"out":0}', true], [JSON_TYPE, '{"out":false}', false],
  [JSON_TYPE, '{"out":null}', false],
  [JSON_TYPE, '{}', false],
  [MULTIPART, '--B\r\nContent-Disposition: form-data; name="out"\r\n\r\n\r\n--B--', true], [MULTIPART, '--B--', false],
])('%s %j has the field: %s', (type, text, has) => {
  expect(body(text, type).has('out')).toBe(has);
});
