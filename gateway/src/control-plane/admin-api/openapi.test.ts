/** The OpenAPI document: whole, without loose ends, and true of what the API answers. */
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly responses: object;
}

type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: readonly { readonly name: string }[] };

interface Document {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const VERBS = ['delete', 'get', 'patch', 'post', 'put'];

describe('the OpenAPI document', () => {
  let node: AdminNode;
  let document: Document;
  /** Validates entities against components of the document. */
  let validator: FastifyInstance;
  const operations = () => Object.values(document.paths).flatMap((item) => VERBS.flatMap((verb) => item[verb] ?? []));

  beforeAll(async () => {
    node = await startAdminNode();
    document = JSON.parse((await node.send('GET', '/openapi.json')).text) as Document;
    validator = Fastify({
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allowUnionTypes: true, strict: false } },
    });
    validator.addSchema({ $id: 'document', components: document.components });
    for (const name of Object.keys(document.components.schemas)) {
      validator.post(`/${name}`, { schema: { body: { $ref: `document#/components/schemas/${name}` } } }, () => 'valid');
    }
    await validator.ready();
  });
  afterAll(async () => {
    await node.close();
    await validator.close();
  });

  it('is of version 3.1, and has each path and method of the API', async () => {
    expect(document.openapi).toBe('3.1.0');
    const { data } = JSON.parse((await node.send('GET', '/endpoints')).text) as { readonly data: readonly string[] };
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining([...data, '/openapi.json', '/clustering/revision']));
    for (const path of data) {
      const { headers, status } = await node.send('OPTIONS', path.replace(/\{\w+\}/g, '00000000-0000-4000-8000-000000000001'));
      if (status !== 204) continue;
      const allowed = String(headers.allow).toLowerCase().split(', ').filter((method) => VERBS.includes(method));
      expect(Object.keys(document.paths[path]!).filter((verb) => VERBS.includes(verb)).sort(), path).toEqual(allowed);
    }
  });

  it('declares the parameters of each path', () => {
    for (const [path, { parameters = [] }] of Object.entries(document.paths)) {
      expect(parameters.map(({ name }) => name), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]));
    }
  });

  it('has operations with ids of their own, words, tags and answers', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z][A-Za-z0-9_]*$/.test(id))).toEqual([]);
    expect(operations().filter(({ summary }) => /undefined|^\W/.test(summary))).toEqual([]);
    const tags = document.tags.map(({ name }) => name);
    expect(operations().flatMap((operation) => operation.tags).filter((tag) => !tags.includes(tag))).toEqual([]);
    expect(operations().filter(({ responses }) => Object.keys(responses).length < 2)).toEqual([]);
  });

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"(#\/[^"]+)"/g)].map((found) => found[1]!);
    expect(references.length).toBeGreaterThan(200);
    const names = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
    expect([...new Set(references)].filter((reference) => !names.has(reference))).toEqual([]);
  });

  it.each([
    ['services', 'PUT', '/services/svc', { url: 'https://h.test/x' }],
    ['routes', 'PUT', '/services/svc/routes/rt', { paths: ['/x'], headers: { 'x-a': ['1'] } }],
    ['consumers', 'PUT', '/consumers/bob', { custom_id: 'b' }],
    ['keyauth_credentials', 'POST', '/consumers/bob/key-auth', { ttl: 100 }],
    ['plugins', 'POST', '/plugins', { name: 'rate-limiting', config: { minute: 5 } }],
    ['upstreams', 'PUT', '/upstreams/up.test', {}],
    ['targets', 'POST', '/upstreams/up.test/targets', { target: '10.0.0.1' }],
    ['vaults', 'PUT', '/vaults/my-env', { name: 'env' }],
  ])('describes %s as they are answered and sent', async (type, method, path, body) => {
    const { status, text } = await node.send(method, path, body);
    expect([200, 201]).toContain(status);
    const judge = async (schema: string, payload: object) => (await validator.inject({ method: 'POST', url: `/${schema}`, payload })).body;
    expect(await judge(type, JSON.parse(text) as object)).toBe('valid');
    expect(await judge(`${type}.change`, {})).toBe('valid');
    expect(await judge(type, { ...JSON.parse(text) as object, nope: 1 })).toMatch(/nope|additional|oneOf/);
  });

  it('knows each plugin', async () => {
    const { enabled_plugins: names } = JSON.parse((await node.send('GET', '/plugins/enabled')).text) as { enabled_plugins: string[] };
    expect(names.filter((name) => !Object.hasOwn(document.components.schemas, `plugins.${name}`))).toEqual([]);
  });
});
