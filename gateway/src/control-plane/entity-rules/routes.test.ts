/** Routes by flavor of the router, as the Admin API takes them, and what it tells operators about them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { SILENT } from '../../base/log.ts';

const warned: string[] = [];
const log = { ...SILENT, warn: (message: string) => void warned.push(message) };

async function post(node: AdminNode, body: object): Promise<{ readonly status: number; readonly message: string }> {
  const { status, text } = await node.send('POST', '/routes', body);
  return { status, message: (JSON.parse(text) as { readonly message?: string }).message ?? '' };
}

describe('a route with regex_priority and headers', () => {
  let node: AdminNode;
  beforeAll(async () => {
    node = await startAdminNode({ log });
  });
  afterAll(() => node.close());
  afterEach(() => void warned.splice(0));

  const SURPRISING = { name: 'surprising', paths: ['~/a'], headers: { x: ['1'] }, regex_priority: 3 };

  it('is stored, and the log says how it is ordered', async () => {
    expect(await post(node, SURPRISING)).toMatchObject({ status: 201 });
    expect(warned).toEqual([expect.stringMatching(/^routes [-0-9a-f]{36}: regex_priority 3 is added to the number of headers/)]);
    await node.send('PATCH', '/routes/surprising', { regex_priority: 4 });
    expect(warned).toHaveLength(2);
  });

  it.each([
    ['no headers', { headers: null }], ['no regular expression', { paths: ['/a'] }], ['no regex_priority', { regex_priority: 0 }],
  ])('is ordered as its fields say when it has %s', async (_, change) => {
    expect(await post(node, { ...SURPRISING, name: null, ...change })).toMatchObject({ status: 201 });
    expect(warned).toEqual([]);
  });
});

describe('the flavor expressions', () => {
  let node: AdminNode;
  beforeAll(async () => {
    node = await startAdminNode({ routerFlavor: 'expressions' });
  });
  afterAll(() => node.close());

  it.each([
    [{ expression: 'http.path == "/"' }], [{ expression: 'http.path == "/"', priority: 2 ** 46 - 1 }], [{ paths: ['/'] }],
    [{ expression: 'net.src.ip in 10.0.0.0/8', protocols: ['tcp'] }], [{ expression: 'tls.sni == "a"', protocols: ['tls_passthrough'] }],
    [{ expression: 'http.path == "/"', protocols: ['grpc'] }], [{ paths: ['/'], sources: [{ ip: '10.0.0.1' }] }],
  ])('accepts %j', async (body) => {
    expect(await post(node, body)).toMatchObject({ status: 201 });
  });

  it('shows both fields', async () => {
    const { text } = await node.send('PUT', '/routes/shown', { expression: 'http.path == "/"' });
    expect(JSON.parse(text)).toMatchObject({ expression: 'http.path == "/"', priority: 0, paths: null });
  });

  const FAILED = 'schema violation (Router Expression failed validation: ';
  const SIMULTANEOUSLY = "'methods', 'hosts', 'paths', 'headers', 'snis', 'sources' or 'destinations' simultaneously)";
  it.each([
    [{ expression: 'http.path = "/"' }, `${FAILED}  --> 1:11\n  |\n1 | http.path = "/"\n  |           ^---\n  |\n  = expected a field`],
    [{ expression: 'http.path == "/"', protocols: ['tcp'] }, `${FAILED}  --> 1:1\n`],
    [{ expression: 'http.path == "/"', hosts: ['a'] }, `${FAILED}cannot set 'expression' with ${SIMULTANEOUSLY}`],
    [{ expression: 'http.path == "/"', regex_priority: 1 }, `${FAILED}cannot set 'regex_priority' with 'expression' simultaneously)`],
    [{ paths: ['/'], priority: 1 }, `${FAILED}cannot set 'priority' with ${SIMULTANEOUSLY}`],
    [{ expression: 'http.path == "/"', priority: -1 }, 'schema violation (priority: value should be between 0 and 70368744177663)'],
    [{}, "schema violation (must set one of 'methods', 'hosts', 'headers', 'paths', 'expression', 'snis' when 'protocols' is 'https')"],
  ])('refuses %j', async (body, message) => {
    const answer = await post(node, body);
    expect(answer).toEqual({ status: 400, message: expect.stringContaining(message) as string });
  });
});

it('other flavors do not know the fields', async () => {
  const node = await startAdminNode();
  expect(await post(node, { expression: 'http.path == "/"', paths: ['/'] })).toEqual({
    status: 400, message: 'schema violation (expression: unknown field)',
  });
  await node.close();
});
