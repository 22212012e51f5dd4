import { describe, expect, it } from 'vitest';

import { createLog, SILENT } from '../base/log.ts';
import { FakeExchange, FakeResponse } from '../plugin-kit/testing.ts';
import type { FakeRequest } from '../plugin-kit/testing.ts';
import { entryMaker, entryText } from './custom-fields.ts';

function entryWith(codes: Readonly<Record<string, string>>, request: FakeRequest = {}, status: number | 'gone' = 200) {
  const exchange = new FakeExchange(request);
  if (status !== 'gone') exchange.response = new FakeResponse(status);
  return JSON.parse(entryText(entryMaker(codes, SILENT)(exchange))) as Record<string, any>;
}

describe('custom fields of the log entry', () => {
  it('are numbers, texts, truth values and tables', () => {
    expect(entryWith({ n: 'return 1', s: 'return "x"', b: 'return false', t: 'return { a = 1 }', l: 'return { 1, 2 }' }))
      .toMatchObject({ n: 1, s: 'x', b: false, t: { a: 1 }, l: [1, 2] });
  });

  it('remove a member with nil, replace objects, and lead into them with dots', () => {
    const entry = entryWith({
      'client_ip': 'return nil', 'request.added': 'return 1', 'new.deep.path': 'return 2', 'response': 'return "gone"',
    });
    expect(entry).not.toHaveProperty('client_ip');
    expect(entry).toMatchObject({ request: { added: 1, method: 'GET' }, new: { deep: { path: 2 } }, response: 'gone' });
  });

  it('look up the request of each call', () => {
    const codes = {
      tenant: 'return kong.request.get_header("X-Tenant") or "none"', status: 'return kong.response.get_status()',
      host: 'return ngx.var.host', page: 'return kong.request.get_query_arg("page")',
      all: 'return kong.request.get_method():lower() .. "!"',
    };
    expect(entryWith(codes, { headers: { 'x-tenant': 'a', 'host': 'h.test' }, query: 'page=2', method: 'POST' }))
      .toMatchObject({ tenant: 'a', status: 200, host: 'h.test', page: '2', all: 'post!' });
    expect(entryWith(codes, {}, 'gone')).toMatchObject({ tenant: 'none', status: 499 });
  });

  it('are refused with their name when the gateway does not run their code', () => {
    const refusal = /^custom_fields_by_lua.bad: 'os' in line 1 cannot be run here/;
    expect(() => entryMaker({ bad: 'os.execute("x")' }, SILENT)).toThrow(refusal);
    const unknown = 'custom_fields_by_lua.bad: io is not available here';
    expect(() => entryMaker({ bad: 'return io.open("/etc/passwd")' }, SILENT)).toThrow(unknown);
  });

  it('are left out where their code fails, which is logged once', () => {
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push(JSON.parse(line).message) });
    const codes = { 'broken': 'return kong.client.get_consumer().username', 'request.method.x': 'return 1' };
    const make = entryMaker(codes, log);
    for (let at = 0; at < 3; at += 1) expect(make(new FakeExchange())).not.toHaveProperty('broken');
    expect(lines).toEqual([
      expect.stringMatching(/^custom_fields_by_lua.broken is left out where its code fails: attempt to index a nil value/),
      expect.stringMatching(/^custom_fields_by_lua.request.method.x is left out .*method is no object$/),
    ]);
  });

  it('harm no other request, and no prototype', () => {
    const entry = entryWith({ '__proto__.polluted': 'return 1', 'constructor.x': 'return 2' });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(entry)).toContain('__proto__');
    expect(entryWith({})).not.toHaveProperty('constructor.x', 2);
  });
});

describe('the log entry', () => {
  it('redacts credentials in headers, and shows the client that went away', () => {
    const entry = entryWith({}, { headers: { 'Authorization': 'Bearer s', 'x-multi': ['1', '2'], '__proto__': 'x' } }, 'gone');
    expect(entry.request.headers).toMatchObject({ 'authorization': 'REDACTED', 'x-multi': ['1', '2'] });
    expect(entry).toMatchObject({ response: { status: 499, headers: { connection: 'keep-alive' } } });
    expect(JSON.stringify(entry)).not.toContain('Bearer');
  });
});
