import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { responseTransformerHandler } from './handler.ts';
import type { ResponseTransformerConfig } from './schema.ts';

type Given = Partial<Record<'remove' | 'rename' | 'replace' | 'add' | 'append', Readonly<Record<string, readonly string[]>>>>;

function phasesOf(given: Given) {
  const empty = { json: [], headers: [], json_types: [] };
  const steps = ['remove', 'rename', 'replace', 'add', 'append'] as const;
  const config = Object.fromEntries(steps.map((step) => [step, { ...empty, ...given[step] }]));
  return responseTransformerHandler.prepare(config as unknown as ResponseTransformerConfig, fakeContext());
}

function headersOf(given: Given, upstream: Readonly<Record<string, string | readonly string[]>>) {
  const exchange = new FakeExchange();
  exchange.response = new FakeResponse(200, upstream);
  void phasesOf(given).responseHeaders?.(exchange);
  return exchange.response;
}

function bodyOf(given: Given, parts: readonly string[], type = 'application/json'): string | undefined {
  const exchange = new FakeExchange();
  exchange.response = new FakeResponse(200, { 'content-type': type });
  const filter = phasesOf(given).body?.(exchange);
  if (filter === undefined) return undefined;
  const sent = [...parts.map((part) => filter.part(Buffer.from(part))), filter.end()];
  return Buffer.concat(sent.filter((part) => part !== undefined)).toString();
}

describe('response-transformer, headers', () => {
  it.each<readonly [string, Given, Record<string, string[]>]>([
    ['adds what is not there', { add: { headers: ['x-new:1', 'x-have:2'] } }, { 'x-new': ['1'], 'x-have': ['old'] }],
    ['appends', { append: { headers: ['x-have:2'] } }, { 'x-have': ['old', '2'] }],
    ['replaces what is there', { replace: { headers: ['x-have:2', 'x-new:1'] } }, { 'x-have': ['2'], 'x-new': [] }],
    ['removes', { remove: { headers: ['X-Have', 'set-cookie'] } }, { 'x-have': [], 'set-cookie': [] }],
    ['renames all values', { rename: { headers: ['set-cookie:x-ren'] } }, { 'set-cookie': [], 'x-ren': ['a=1', 'b=2'] }],
    ['judges by the headers as they came', { remove: { headers: ['x-have'] }, add: { headers: ['x-have:2'] } }, { 'x-have': [] }],
  ])('%s', (_what, given, expected) => {
    const response = headersOf(given, { 'x-have': 'old', 'set-cookie': ['a=1', 'b=2'] });
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, response.headerValues(name)]))).toEqual(expected);
  });

  it('drops the length of a body that changes, and of no other', () => {
    const change: Given = { add: { json: ['b:1'] } };
    expect(headersOf(change, { 'content-type': 'application/json', 'content-length': '2' }).header('content-length')).toBeUndefined();
    expect(headersOf(change, { 'content-type': 'text/plain', 'content-length': '2' }).header('content-length')).toBe('2');
    expect(headersOf({}, { 'content-type': 'application/json', 'content-length': '2' }).header('content-length')).toBe('2');
  });
});

describe('response-transformer, body', () => {
  it.each<readonly [string, Given, string, string]>([
    ['adds', { add: { json: ['b:1', 'have:2'] } }, '{"have":"old","n":5,"l":[]}', '{"have":"old","n":5,"l":[],"b":"1"}'],
    ['adds of a type',
      { add: { json: ['a:1.5', 'b:true', 'c:x', 'd:none', 'e:yes'], json_types: ['number', 'boolean', 'string', 'number', 'boolean'] } },
      '{}', '{"a":1.5,"b":true,"c":"x","e":false}'],
    ['appends', { append: { json: ['have:2', 'b:1'] } }, '{"have":"old"}', '{"have":["old","2"],"b":["1"]}'],
    ['replaces', { replace: { json: ['have:2', 'b:1'] } }, '{"have":"old"}', '{"have":"2"}'],
    ['renames', { rename: { json: ['have:ren'] } }, '{"have":"o"}', '{"ren":"o"}'],
    ['removes', { remove: { json: ['have'] } }, '{"have":"old","n":5}', '{"n":5}'],
    ['leaves inner objects', { replace: { json: ['have:2'] } }, '{"o":{"have":"old"}}', '{"o":{"have":"old"}}'],
    ['takes __proto__ for a name', { add: { json: ['__proto__:1'] } }, '{}', '{"__proto__":"1"}'],
    ['leaves lists', { remove: { json: ['have'] } }, '[{"have":1}]', '[{"have":1}]'],
    ['leaves what is no JSON', { add: { json: ['b:1'] } }, '{', '{'],
  ])('%s', (_what, given, body, expected) => {
    expect(bodyOf(given, [body])).toBe(expected);
    expect(bodyOf(given, [...body])).toBe(expected);
  });

  it.each([
    ['application/json; charset=utf-8', true], ['text/html, application/json', true], ['APPLICATION/JSON', true],
    ['application/jsonp', false], ['application/problem+json', false], ['text/plain', false],
  ])('of type %s is looked at: %s', (type, expected) => {
    expect(bodyOf({ add: { json: ['b:1'] } }, ['{}'], type) !== undefined).toBe(expected);
  });

  it('passes a body on that is too long to be held', () => {
    const long = 'x'.repeat(9_000_000);
    expect(bodyOf({ add: { json: ['b:1'] } }, [long, long, 'y'])).toBe(`${long}${long}y`);
  });
});
