import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { requestTransformerHandler } from './handler.ts';
import type { RequestTransformerConfig } from './schema.ts';

type Part = 'headers' | 'querystring' | 'body';
type Step = 'remove' | 'rename' | 'replace' | 'add' | 'append';

interface Given extends Partial<Record<Step, Partial<Record<Part, readonly string[]>>>> {
  readonly http_method?: string;
  readonly uri?: string;
}

function configOf({ http_method: method = null as never, uri = null as never, ...steps }: Given): RequestTransformerConfig {
  const empty = { headers: [], querystring: [], body: [] };
  const names = ['remove', 'rename', 'replace', 'add', 'append'] as const;
  const made = Object.fromEntries(names.map((step) => [step, { ...empty, ...steps[step] }]));
  return { http_method: method, ...made, replace: { ...made.replace, uri } } as unknown as RequestTransformerConfig;
}

async function transformed(given: Given, request: FakeRequest = {}) {
  const exchange = new FakeExchange(request);
  await requestTransformerHandler.prepare(configOf(given), fakeContext()).access?.(exchange);
  return exchange.upstream;
}

const HEADERS = { 'x-have': 'old', 'x-a': 'a', 'x-b': 'b' };

describe('request-transformer, headers', () => {
  it.each<readonly [string, Given, Record<string, string[]>]>([
    ['adds what is not there', { add: { headers: ['x-new:1', 'x-have:2', 'host:h'] } }, { 'x-new': ['1'], 'x-have': ['old'] }],
    ['appends', { append: { headers: ['x-have:2', 'x-new:1'] } }, { 'x-have': ['old', '2'], 'x-new': ['1'] }],
    ['replaces what is there', { replace: { headers: ['x-have:2', 'x-new:1'] } }, { 'x-have': ['2'], 'x-new': [] }],
    ['renames what is there', { rename: { headers: ['x-have:x-ren', 'x-none:x-y'] } }, { 'x-have': [], 'x-ren': ['old'], 'x-y': [] }],
    ['removes', { remove: { headers: ['X-Have'] } }, { 'x-have': [] }],
    ['goes through the steps in order', {
      remove: { headers: ['x-a'] }, rename: { headers: ['x-b:x-c'] }, replace: { headers: ['x-c:r'] },
      add: { headers: ['x-a:n', 'x-c:n'] }, append: { headers: ['x-c:p'] },
    }, { 'x-a': ['n'], 'x-b': [], 'x-c': ['r', 'p'] }],
    ['keeps colons in values', { add: { headers: ['x-new:a:b'] } }, { 'x-new': ['a:b'] }],
  ])('%s', async (_what, given, expected) => {
    const upstream = await transformed(given, { headers: HEADERS });
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, upstream.headerValues(name)]))).toEqual(expected);
  });

  it('replaces the Host only', async () => {
    expect((await transformed({ replace: { headers: ['host:rep.test'] } })).hostHeader).toBe('rep.test');
    expect((await transformed({ add: { headers: ['host:add.test'] }, append: { headers: ['host:a.test'] } })).hostHeader).toBeUndefined();
  });
});

describe('request-transformer, query', () => {
  it.each<readonly [string, Given, string, string]>([
    ['adds', { add: { querystring: ['q:1', 'have:2'] } }, 'have=old&z=1', 'have=old&z=1&q=1'],
    ['appends', { append: { querystring: ['have:2', 'q:1'] } }, 'have=old', 'have=old&have=2&q=1'],
    ['replaces', { replace: { querystring: ['have:2', 'none:1'] } }, 'have=old&z=1', 'have=2&z=1'],
    ['renames', { rename: { querystring: ['have:ren', 'none:z'] } }, 'have=old&z=1', 'z=1&ren=old'],
    ['removes', { remove: { querystring: ['have'] } }, 'have=old&z=1&have=2', 'z=1'],
    ['keeps names without values', { add: { querystring: ['q:1'] } }, 'flag&e=', 'flag&e=&q=1'],
    ['escapes', { add: { querystring: ['q:a b&c=d'] } }, '', 'q=a%20b%26c%3Dd'],
    ['leaves others as they are', { add: { headers: ['x:1'] } }, 'a=%2f&b', 'a=%2f&b'],
    ['takes __proto__ for a name', { replace: { querystring: ['toString:1'] }, add: { querystring: ['__proto__:1'] } }, 'a=1',
      'a=1&__proto__=1'],
  ])('%s', async (_what, given, query, expected) => expect((await transformed(given, { query })).query).toBe(expected));
});

describe('request-transformer, body', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const all: Given = { add: { body: ['b:1', 'have:2'] } };

  it.each<readonly [string, Given, Record<string, string>, string | undefined, string | undefined]>([
    ['adds to JSON', all, json, '{"have":"old","n":5,"l":[],"o":{}}', '{"have":"old","n":5,"l":[],"o":{},"b":"1"}'],
    ['adds to no JSON', all, json, undefined, '{"b":"1","have":"2"}'],
    ['takes false for nothing', all, json, '{"have":false}', '{"have":"2","b":"1"}'],
    ['appends to texts, lists, objects and numbers', { append: { body: ['t:2', 'l:2', 'o:2', 'n:2', 'x:2'] } }, json,
      '{"t":"1","l":["1"],"o":{"a":1},"n":5}', '{"t":["1","2"],"l":["1","2"],"o":{"1":"2","a":1},"n":["2"],"x":["2"]}'],
    ['replaces', { replace: { body: ['have:2', 'b:1'] } }, json, '{"have":"old"}', '{"have":"2"}'],
    ['renames', { rename: { body: ['have:ren'] } }, json, '{"have":"old","n":5}', '{"n":5,"ren":"old"}'],
    ['leaves a body without the name to rename', { rename: { body: ['none:ren'] } }, json, '{ "n": 12345678901234567890 }', undefined],
    ['leaves a field that keeps its name', { rename: { body: ['have:have'] } }, json, '{ "have": "old" }', undefined],
    ['removes', { remove: { body: ['have'] } }, json, '{"have":"old"}', '{}'],
    ['takes __proto__ for a name', { add: { body: ['__proto__:1'] } }, json, '{"a":1}', '{"a":1,"__proto__":"1"}'],
    ['leaves what is no JSON', all, json, '{', undefined],
    ['leaves lists', all, json, '[1]', undefined],
    ['leaves other types', all, { 'content-type': 'text/plain' }, 'have=old', undefined],
    ['changes forms', { add: { body: ['b:1'] }, replace: { body: ['have:2'] } }, form, 'have=old&z=1', 'have=2&z=1&b=1'],
    ['leaves forms without the name to rename', { rename: { body: ['none:ren'] } }, form, 'have=%6fld', undefined],
    ['removes from forms', { remove: { body: ['have'] } }, form, 'have=old&z=1', 'z=1'],
  ])('%s', async (_what, given, headers, body, expected) => {
    const upstream = await transformed(given, { method: 'POST', headers, ...body !== undefined && { body } });
    expect(upstream.body?.toString()).toBe(expected);
  });

  const multipart = { 'content-type': 'multipart/form-data; boundary=B' };
  const part = (name: string, value: string) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

  it.each<readonly [string, Given, string, string | undefined]>([
    ['replaces a part', { replace: { body: ['have:2'] } }, `${part('have', 'old')}--B--\r\n`, `${part('have', '2')}--B--\r\n`],
    ['adds a part', { add: { body: ['b:ä'] } }, `${part('have', 'old')}--B--\r\n`, `${part('have', 'old')}${part('b', 'ä')}--B--\r\n`],
    ['renames a part', { rename: { body: ['have:ren'] } }, `${part('have', 'ä')}--B--\r\n`, `${part('ren', 'ä')}--B--\r\n`],
    ['leaves a part that keeps its name', { rename: { body: ['have:have', 'none:x'] } }, `${part('have', 'old')}--B--\r\n`, undefined],
    ['removes all parts', { remove: { body: ['have'] } }, `${part('have', 'old')}--B--\r\n`, ''],
    ['leaves a form without an end', { add: { body: ['b:1'] } }, part('have', 'old'), undefined],
    ['leaves what it does not change', { replace: { body: ['x:1'] } }, `${part('have', 'old')}--B--\r\n`, undefined],
  ])('in a form in parts, %s', async (_what, given, body, expected) => {
    expect((await transformed(given, { method: 'POST', headers: multipart, body })).body?.toString()).toBe(expected);
  });

  it('moves a form to the query for methods without a body', async () => {
    const upstream = await transformed({ http_method: 'get' }, { method: 'POST', headers: form, body: 'have=2&z=1', query: 'have=1' });
    expect([upstream.method, upstream.query]).toEqual(['GET', 'have=1&have=2&z=1']);
  });
});

describe('request-transformer, path and templates', () => {
  const request: FakeRequest = {
    headers: { 'x-have': 'old', 'host': 'h.test', 'x-two': ['1', '2'] }, query: 'have=q&flag',
    captures: { positions: ['first'], names: { id: '7', name: 'a b?c#d/ä' } },
  };

  it.each([
    ['$(headers.x_have)', 'old'],
    ["$(headers['X-Have'])", 'old'],
    ['$(headers.none)', ''],
    ["$(headers.none or 'default')", 'default'],
    ['$(headers.host)', 'h.test'],
    ['$(query_params.have)', 'q'],
    ['$(uri_captures.id)', '7'],
    ['$(uri_captures[1])', 'first'],
    ['$(shared.x)', ''],
    ['pre-$(headers.x_have)-$(query_params.have)', 'pre-old-q'],
    ["$(headers.x_have:upper() .. '!')", 'OLD!'],
    ['$(unclosed', '$(unclosed'],
    ['$(string)', ''],
  ])('%s gives %s', async (template, value) => {
    expect((await transformed({ add: { headers: [`x-new:${template}`] } }, request)).header('x-new')).toBe(value);
  });

  it.each([
    '$(headers.x_two)', '$(headers)', "$(os.getenv('SECRET'))", '$(headers.none:upper())', "$(headers.host:gsub('a', 'b'))",
    '$((function() end)())',
  ])('%s fails its request', async (template) => {
    const { access } = requestTransformerHandler.prepare(configOf({ add: { headers: [`x-new:${template}`] } }), fakeContext());
    await expect((async () => access?.(new FakeExchange(request)))()).rejects.toThrow();
  });

  it('sees headers that it removes itself', async () => {
    const upstream = await transformed({ remove: { headers: ['x-have'] }, add: { headers: ['x-new:$(headers.x_have)'] } }, request);
    expect([upstream.header('x-have'), upstream.header('x-new')]).toEqual([undefined, 'old']);
  });

  it.each([
    ['/new/path', '/new/path'],
    ['/u/$(uri_captures.id)?x=1', '/u/7?x=1'],
    ['/u/$(uri_captures.name)', '/u/a%20b%3Fc%23d/%C3%A4'],
  ])('the path %s becomes %s', async (uri, path) => expect((await transformed({ uri }, request)).path).toBe(path));

  it('refuses a path that is none', async () => {
    await expect(transformed({ uri: '$(headers.x_have)' }, request).then()).rejects.toThrow('does not begin with /');
  });
});
