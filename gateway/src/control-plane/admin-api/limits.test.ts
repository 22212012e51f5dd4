/** Large and repetitive input: refused with 400 or 413 in JSON, in bounded time, and the node keeps serving. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

const MEBIBYTE = 2 ** 20;
const FORM = 'application/x-www-form-urlencoded';
const repeated = (text: string, count: number) => Array.from({ length: count }, () => text).join('');
const listOf = (count: number, item: (n: number) => unknown) => Array.from({ length: count }, (_, n) => item(n));

describe('the limits of the Admin API', () => {
  let node: AdminNode;
  beforeAll(async () => {
    node = await startAdminNode();
    await node.send('PUT', '/services/svc', { host: 'h.test', name: 'svc' });
  });
  afterAll(async () => {
    expect((await node.send('GET', '/services/svc')).status).toBe(200);
    await node.close();
  });
  const send = async (method: string, path: string, body: unknown, type?: string) => {
    const { status, text, headers } = await node.send(method, path, body, type === undefined ? {} : { 'Content-Type': type });
    expect(headers['content-type'], text.slice(0, 100)).toBe('application/json; charset=utf-8');
    return { status, body: JSON.parse(text) as { readonly message: string; readonly fields?: object } };
  };

  it.each(['application/json', FORM, 'multipart/form-data; boundary=x'])('are 10 MiB for a body of type %s', async (type) => {
    expect(await send('POST', '/services', 'x'.repeat(10 * MEBIBYTE + 1), type)).toEqual({
      status: 413, body: { message: 'Request body too large' },
    });
    expect((await send('POST', '/services', 'x'.repeat(10 * MEBIBYTE), type)).status).toBe(400);
  });

  it('are 1,000 arguments for a form', async () => {
    const form = (count: number) => listOf(count, (n) => `a${n}=1`).join('&');
    expect(await send('POST', '/services', form(1_001), FORM)).toEqual({ status: 400, body: { message: 'Too many arguments' } });
    expect((await send('POST', '/services', `${form(999)}&host=a.test`, FORM)).body.message).toMatch(/^999 schema violations/);
  });

  it.each([
    ['a.'.repeat(20_000), ''], [`a${'[b]'.repeat(20_000)}`, ''], ['tags', '[]'.repeat(20_000)],
  ])('are 1,000 levels for the names of a form', async (name, more) => {
    expect((await send('POST', '/services', `host=a.test&${name}${more}x=1`, FORM)).status).toBe(400);
  });

  it.each<[string, unknown]>([
    ['tags', { host: 'h.test', tags: listOf(10_000, (n) => `t${n}`) }],
    ['tags', { host: 'h.test', tags: listOf(10_000, () => 5) }],
    ['ca_certificates', { host: 'h.test', protocol: 'https', ca_certificates: listOf(10_000, (n) => `no uuid ${n}`) }],
  ])('hold for 10,000 values of %s', async (field, body) => {
    const answer = await send('POST', '/services', body);
    expect([answer.status, Object.keys(answer.body.fields!)]).toEqual([400, [field]]);
  });

  it('hold for 10,000 paths, elements of a body, and fields', async () => {
    expect((await send('POST', '/routes', { paths: listOf(10_000, () => 'no path') })).status).toBe(400);
    expect((await send('POST', '/routes', JSON.stringify(listOf(10_000, () => ({}))), 'application/json')).status).toBe(400);
    const fields = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, n]));
    expect((await send('POST', '/services', fields)).status).toBe(400);
  });

  it.each([
    '{"host":"\\ud800"}', '{"\\udfff":1}', '{"host":"h.test","__proto__":{}}', '{"constructor":{"prototype":{}}}', 'null', '5', '"x"',
  ])(
    'leave out what no entity contains: %s', async (body) => {
      expect((await send('POST', '/services', body, 'application/json')).status).toBe(400);
    },
  );

  it('hold for bytes that are no UTF-8, in a body and in a URL', async () => {
    for (const type of ['application/json', FORM, 'multipart/form-data; boundary=x']) {
      expect((await send('POST', '/services', '{"host":"\xff"}', type)).body.message).toBe('the body is not encoded in UTF-8');
    }
    expect((await send('GET', '/services/%ff', undefined)).status).toBe(404);
    expect((await send('GET', '/services?tags=%ff', undefined)).status).toBe(200);
  });

  it.each([
    ['size=1&size=2', 400, 'size must be a number'], ['size=x&size=1', 400, 'size must be a number'], ['tags=a&tags=b', 200, undefined],
    ['offset=x&offset=y', 400, "'x' is not a valid offset: bad base64 encoding"], [repeated('a=1&', 20_000), undefined, undefined],
  ])('hold for repeated arguments of a URL', async (query, status, message) => {
    if (status === undefined) {
      // Node refuses such a long head before the API sees it.
      expect((await node.send('GET', `/services?${query}`)).status).toBe(431);
      return;
    }
    const answer = await send('GET', `/services?${query}`, undefined);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });
});
