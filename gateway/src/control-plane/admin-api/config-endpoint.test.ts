import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import { startDeclarativeAdmin } from '../../../test/fixtures/declarative-node.ts';
import type { DeclarativeAdmin } from '../../../test/fixtures/declarative-node.ts';
import { configEndpoint } from './config-endpoint.ts';

const YAML = '_format_version: "3.0"\nservices:\n- name: one\n  host: h.test\n  tags: [a]\n  routes: [{ name: r, paths: [/r] }]\n';
const TYPE = { yaml: { 'Content-Type': 'application/yaml' }, form: { 'Content-Type': 'application/x-www-form-urlencoded' } };

let node: DeclarativeAdmin;
let refusal: string | undefined;
beforeEach(async () => {
  refusal = undefined;
  node = await startDeclarativeAdmin(() => refusal);
});
afterEach(() => node.close());

async function read(path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await node.send('GET', path)).text) as Record<string, unknown>;
}

const namesOf = async (path: string) => ((await read(path)).data as readonly { readonly name: string }[]).map(({ name }) => name).sort();

describe('POST /config', () => {
  const boundary = '----x';
  it.each([
    ['YAML', YAML, TYPE.yaml],
    ['text/yaml with a charset', YAML, { 'Content-Type': 'text/yaml; charset=utf-8' }],
    ['an object', parse(YAML) as object, {}],
    ['a text in an object', { config: YAML }, {}],
    ['JSON as a text in an object', { config: JSON.stringify(parse(YAML)) }, {}],
    ['a form', `config=${encodeURIComponent(YAML)}`, TYPE.form],
    ['a form in parts',
      `--${boundary}\r\nContent-Disposition: form-data; name="config"; filename="kong.yaml"\r\n\r\n${YAML}\r\n--${boundary}--\r\n`,
      { 'Content-Type': `multipart/form-data; boundary=${boundary}` }],
  ])('takes %s', async (_, body, headers) => {
    const { status, text } = await node.send('POST', '/config', body, headers);
    expect([status, Object.keys(JSON.parse(text) as object).sort()]).toEqual([201, ['routes', 'services']]);
    expect(await namesOf('/services')).toEqual(['one']);
    expect(node.tables.at(-1)).toMatchObject({ services: [{ name: 'one' }], routes: [{ name: 'r' }] });
  });

  it.each([
    ['nothing', '', {}, 400, 'expected a declarative configuration'],
    ['nothing as YAML', '', TYPE.yaml, 400, 'expected a declarative configuration'],
    ['a form without it', 'a=b', TYPE.form, 400, 'failed parsing declarative configuration: expected an object'],
    ['a list', { config: '[1]' }, {}, 400, '"fields":{"1":"unknown field","_format_version":"required field missing"}'],
    ['an empty list', '[]', { 'Content-Type': 'application/json' }, 400, '"fields":{"_format_version":"required field missing"}'],
    ['text', { config: 'bobby tables' }, {}, 400, 'failed parsing declarative configuration: expected an object'],
    ['no YAML', 'a: [', TYPE.yaml, 400, 'failed parsing declarative configuration: '],
    ['no UTF-8', '_format_version: "3.0"\nservices: [{ name: "\xff" }]', TYPE.yaml, 400, 'the body is not encoded in UTF-8'],
    ['another type', YAML, { 'Content-Type': 'text/plain' }, 415, '415 Unsupported Media Type'],
  ])('refuses %s', async (_, body, headers, status, message) => {
    const answer = await node.send('POST', '/config', body, headers);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(message)]);
    expect(node.tables).toEqual([]);
  });

  it('takes arguments and fields of the body alike', async () => {
    const services = [{ name: 'one', port: -1 }];
    const flattened = await node.send('POST', '/config', { _format_version: '3.0', services, flatten_errors: true });
    expect(JSON.parse(flattened.text)).toMatchObject({ fields: {}, flattened_errors: [{ entity_name: 'one' }] });
    const unknown = await node.send('POST', '/config?colour=red&flatten_errors=YES', { _format_version: '3.0' });
    expect(JSON.parse(unknown.text)).toMatchObject({ fields: { colour: 'unknown field' }, flattened_errors: {} });
    const form = async () => (await node.send('POST', '/config', `check_hash=1&config=${encodeURIComponent(YAML)}`, TYPE.form)).status;
    expect([await form(), await form()]).toEqual([201, 304]);
  });

  it('takes the words and numbers of YAML 1.1', async () => {
    const service = '{ name: y, host: h.test, enabled: off, port: 0120, retries: 1_0 }';
    const text = `_format_version: "3.0"\n_transform: no\nservices: [${service}]`;
    const { status } = await node.send('POST', '/config', text, TYPE.yaml);
    expect([status, await read('/services/y')]).toMatchObject([201, { enabled: false, port: 80, retries: 10 }]);
  });

  const route = { name: 'r', paths: ['/r'] };
  const services = [{ name: 'one', host: 'h.test', id: '11111111-1111-4111-8111-111111111111' }];
  const reference = (service: unknown) => ({ services, routes: [{ ...route, service }] });
  const missingKey = { entity_type: 'service', errors: [{ type: 'field', field: 'id', message: 'missing primary key' }] };
  it.each([
    ['a reference by name', reference('one'), { routes: {} }],
    ['a reference by id', reference(services[0]!.id), { routes: {} }],
    ['a reference by an object with the id', reference({ id: services[0]!.id }), { routes: {} }],
    ['a reference by an object with the name', reference({ name: 'one' }), {
      fields: {}, flattened_errors: [{ ...missingKey, entity_name: 'one', entity: { name: 'one' } }],
    }],
    ['a reference by another unique field', {
      consumers: [{ username: 'c', custom_id: '7' }], acls: [{ group: 'g', consumer: '7' }],
    }, { fields: {}, flattened_errors: {} }],
    ['an object in place of a nested list', { services: [{ ...services[0], routes: route }] }, { fields: {}, flattened_errors: {} }],
    ['a text in place of a nested list', { services: [{ ...services[0], routes: 'r' }] }, {
      flattened_errors: [{ entity_type: 'service', errors: [{ type: 'field', field: 'routes', message: 'expected an array' }] }],
    }],
  ])('answers as Kong does to %s', async (_, content, expected) => {
    const { text } = await node.send('POST', '/config?flatten_errors=1', { _format_version: '3.0', ...content });
    expect(JSON.parse(text)).toMatchObject(expected);
  });

  it('replaces everything', async () => {
    await node.send('POST', '/config', YAML, TYPE.yaml);
    await node.send('POST', '/config', { _format_version: '3.0', consumers: [{ username: 'c' }] });
    expect(await namesOf('/services')).toEqual([]);
    expect(((await read('/consumers')).data as unknown[]).length).toBe(1);
  });

  it('changes nothing when the data plane cannot run it, and says why', async () => {
    await node.send('POST', '/config', YAML, TYPE.yaml);
    refusal = 'a regular expression is too large';
    const { status, text } = await node.send('POST', '/config?flatten_errors=1', YAML.replace('one', 'two'), TYPE.yaml);
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 14, fields: { error: refusal } }]);
    expect(await namesOf('/services')).toEqual(['one']);
  });

  it('answers 304 to the text that is loaded, when asked', async () => {
    const send = async (body: string | object, type = {}) => (await node.send('POST', '/config?check_hash=1', body, type)).status;
    expect([await send(YAML, TYPE.yaml), await send(YAML, TYPE.yaml), await send({ config: YAML })]).toEqual([201, 304, 304]);
    expect(await send(`${YAML}\n`, TYPE.yaml)).toBe(201);
    expect((await node.send('POST', '/config', YAML, TYPE.yaml)).status).toBe(201);
  });

  it('answers 429 while another one is being loaded', async () => {
    const { methods } = configEndpoint(node.configuration);
    const request = {
      method: 'POST' as const, params: {}, path: '/config', query: new URLSearchParams(),
      headers: {}, conditions: {}, origin: { author: undefined, comment: undefined, requestId: 'r' },
      contentType: 'text/yaml', bytes: Buffer.from(YAML),
      body: () => Promise.resolve({}),
    };
    const [first, second] = await Promise.all([methods.POST!(request), methods.POST!(request)]);
    expect([first.status, second]).toEqual([
      201, { status: 429, body: { message: 'Currently loading previous configuration' }, headers: { 'retry-after': '1' } },
    ]);
    expect((await methods.POST!(request)).status).toBe(201);
  });

  it('is for nodes without a database', async () => {
    const other = await startAdminNode();
    expect((await other.send('POST', '/config', YAML, TYPE.yaml)).status).toBe(415);
    const message = 'this endpoint is only available when Kong is configured to not use a database';
    expect(JSON.parse((await other.send('POST', '/config', { config: YAML })).text)).toEqual({ message });
    await other.close();
  });
});

describe('the same Admin API as with a database', () => {
  beforeEach(async () => {
    const services = ['a', 'b', 'c'].map((name) => ({ name, host: 'h.test', tags: name === 'b' ? ['x'] : [] }));
    expect((await node.send('POST', '/config', { _format_version: '3.0', services })).status).toBe(201);
  });

  it('has pages, tags, lookups and the state of the node', async () => {
    const first = await read('/services?size=2');
    const second = await read(first.next as string);
    const names = [first, second].map(({ data }) => (data as readonly { readonly name: string }[]).map(({ name }) => name));
    expect(names.map(({ length }) => length)).toEqual([2, 1]);
    expect(names.flat().sort()).toEqual(['a', 'b', 'c']);
    expect(await namesOf('/services?tags=x')).toEqual(['b']);
    expect(await read('/services/a')).toMatchObject({ name: 'a', port: 80, updated_at: expect.any(Number) as number });
    expect(await read('/schemas/services')).toHaveProperty('fields');
    expect((await read('/status')).configuration_hash).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses valid writes', async () => {
    const { status, text } = await node.send('POST', '/services', { name: 'd', host: 'h.test' });
    expect([status, JSON.parse(text)]).toMatchObject([405, { code: 12 }]);
    expect((await node.send('DELETE', '/services/a')).status).toBe(405);
    expect(await namesOf('/services')).toEqual(['a', 'b', 'c']);
  });

  it('tells the digest of the text that it runs', async () => {
    await node.send('POST', '/config', YAML, TYPE.yaml);
    expect((await read('/status')).configuration_hash).toBe(createHash('md5').update(YAML).digest('hex'));
  });
});

describe('GET /config', () => {
  it('is what can be loaded again', async () => {
    await node.send('POST', '/config', YAML, TYPE.yaml);
    const { config } = await read('/config') as { readonly config: string };
    expect(config).toMatch(/^_format_version: '3\.0'\n_transform: false\n/);
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    expect(parse(config)).toMatchObject({ services: [{ name: 'one', id }], routes: [{ service: id }] });
    expect((await node.send('POST', '/config', { config })).status).toBe(201);
    expect(await read('/config')).toEqual({ config });
  });
});

describe('hostile configurations', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', ...[...'bcdefghi'].map((name, at) => (
    `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]!}`).join(', ')}]`))].join('\n');
  it.each([
    ['aliases that multiply', `_format_version: "3.0"\n${bomb}\n`, 400],
    ['an alias of itself', '_format_version: "3.0"\nservices: &a\n- *a\n', 400],
    ['lists 200,000 deep', `_format_version: "3.0"\nservices: ${'['.repeat(200_000)}`, 400],
    ['lists 100,000 deep in JSON', `{"_format_version":"3.0","services":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
    ['maps 2,000 deep', `_format_version: "3.0"\n${Array.from({ length: 2_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')}`, 400],
    ['a key twice', '_format_version: "3.0"\nservices: []\nservices: []\n', 400],
    ['__proto__', '_format_version: "3.0"\n__proto__: { services: [{ name: x, host: h }] }\n', 400],
    ['__proto__ in an entity', '_format_version: "3.0"\nservices: [{ name: x, host: h, __proto__: { port: 1 } }]\n', 400],
    ['constructor', '_format_version: "3.0"\nconstructor: [{ name: x }]\n', 400],
    ['infinity', '_format_version: "3.0"\nservices: [{ name: x, host: h, port: .inf }]\n', 400],
    ['several documents', '_format_version: "3.0"\n---\n_format_version: "3.0"\n', 400],
    ['5 MB of YAML', `_format_version: "3.0"\n# ${'x'.repeat(5_000_000)}\n`, 413],
    ['11 MB', 'x'.repeat(11_000_000), 413],
  ])('%s', async (_, body, status) => {
    const answer = await node.send('POST', '/config', body, TYPE.yaml);
    expect([answer.status, answer.text.length < 2_000]).toEqual([status, true]);
    expect(node.tables).toEqual([]);
  });

  it('thousands of errors', async () => {
    const services = Array.from({ length: 10_000 }, (_, at) => ({ name: `s${at}`, port: -1 }));
    const { status, text } = await node.send('POST', '/config?flatten_errors=1', { _format_version: '3.0', services });
    expect([status, (JSON.parse(text) as { readonly flattened_errors: unknown[] }).flattened_errors.length]).toEqual([400, 10_000]);
  });

  it('20,000 keys in one map', async () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `  k${at}: 1`).join('\n');
    expect((await node.send('POST', '/config', `_format_version: "3.0"\nx:\n${keys}\n`, TYPE.yaml)).status).toBe(400);
  });
});
