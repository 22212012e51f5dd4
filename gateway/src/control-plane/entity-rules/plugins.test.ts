/** Protocols of plugins against those of their routes, and what makes two plugins the same. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { SILENT } from '../../base/log.ts';

const warned: string[] = [];
const log = { ...SILENT, warn: (message: string) => void warned.push(message) };

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode({ log });
  const hosts = { host: 'h.test' };
  for (const name of ['http', 'grpc', 'empty', 'mixed']) await node.send('PUT', `/services/${name}`, hosts);
  const route = (name: string, service: string, protocols: readonly string[]) => (
    node.send('PUT', `/routes/${name}`, { service: { name: service }, protocols, paths: ['/'] }));
  await route('http', 'http', ['http']);
  await route('grpc', 'grpc', ['grpc', 'grpcs']);
  await route('mixed-http', 'mixed', ['https']);
  await route('mixed-grpc', 'mixed', ['grpc']);
});
afterAll(() => node.close());

beforeEach(async () => {
  const { data } = JSON.parse((await node.send('GET', '/plugins')).text) as { readonly data: readonly { readonly id: string }[] };
  for (const { id } of data) await node.send('DELETE', `/plugins/${id}`);
});

async function send(method: string, path: string, body: object) {
  const { status, text } = await node.send(method, path, body);
  const { id, fields, name } = JSON.parse(text) as { readonly id: string; readonly fields?: object; readonly name: string };
  return { status, id, fields, name };
}

const post = (body: object) => send('POST', '/plugins', { name: 'key-auth', ...body });
const ROUTE = { protocols: "must match the associated route's protocols" };
const SERVICE = { protocols: "must match the protocols of at least one route pointing to this Plugin's service" };
const at = (field: 'route' | 'service', name: string) => ({ [field]: { name } });

describe('protocols of a plugin', () => {
  it.each([
    ['of its route', { ...at('route', 'http'), protocols: ['http'] }, undefined],
    ['of its route among others', { ...at('route', 'http'), protocols: ['http', 'https'] }, undefined],
    ['of no route', { protocols: ['https'] }, undefined],
    ['that its route does not have', { ...at('route', 'http'), protocols: ['https'] }, ROUTE],
    ['of one of the routes of its service', { ...at('service', 'mixed'), protocols: ['grpc'] }, undefined],
    ['of no route of its service', { ...at('service', 'grpc'), protocols: ['http', 'https'] }, SERVICE],
    ['of a service without routes', { ...at('service', 'empty'), protocols: ['http'] }, undefined],
    ['of its route, which its service need not have', { ...at('route', 'http'), ...at('service', 'grpc'), protocols: ['http'] }, undefined],
    ['that are the defaults', at('route', 'http'), undefined],
  ])('%s', async (_, body, fields) => {
    expect(await post(body)).toMatchObject(fields === undefined ? { status: 201 } : { status: 400, fields });
  });

  it.each([
    ['the protocols', { protocols: ['https'] }, ROUTE],
    ['the route', at('route', 'grpc'), ROUTE],
    ['the route away, and a service on', { route: null, ...at('service', 'grpc') }, SERVICE],
    ['the route away', { route: null }, undefined],
    ['something else', { enabled: false }, undefined],
  ])('are checked when a change takes %s', async (_, change, fields) => {
    const { id } = await post({ ...at('route', 'http'), protocols: ['http'] });
    expect(await send('PATCH', `/plugins/${id}`, change)).toMatchObject(fields === undefined ? { status: 200 } : { status: 400, fields });
  });
});

describe('a plugin', () => {
  it.each([['everywhere', {}], ['on a route', at('route', 'http')], ['on both', { ...at('route', 'http'), ...at('service', 'http') }]])(
    'is one of its name, %s', async (_, scope) => {
      expect((await post(scope)).status).toBe(201);
      expect(await post(scope)).toMatchObject({ status: 409, name: 'unique constraint violation' });
      expect((await post({ ...scope, ...at('service', 'empty') })).status).toBe(201);
    });

  it('is another one with another name', async () => {
    expect((await post({})).status).toBe(201);
    expect((await post({ name: 'ip-restriction', config: { allow: ['1.1.1.1'] } })).status).toBe(201);
  });

  it('has an instance name of its own', async () => {
    expect((await post({ instance_name: 'mine' })).status).toBe(201);
    expect((await post({ instance_name: 'mine', ...at('route', 'http') })).status).toBe(409);
  });
});

describe('a plugin that sees requests only', () => {
  beforeEach(() => void warned.splice(0));

  it.each(['statsd', 'datadog', 'zipkin'])('is stored with streams, and the log says that it sends nothing: %s', async (name) => {
    expect(await post({ name, protocols: ['http', 'tcp', 'udp'] })).toMatchObject({ status: 201 });
    const text = new RegExp(`^plugins [-0-9a-f]{36}: ${name} sends nothing about streams \\(tcp, udp\\)`);
    expect(warned).toEqual([expect.stringMatching(text)]);
  });

  it.each([
    { name: 'statsd' }, { name: 'datadog' }, { name: 'zipkin' }, { name: 'statsd', protocols: ['http', 'grpcs'] },
    { name: 'prometheus', protocols: ['tcp'] }, { name: 'ip-restriction', config: { deny: ['10.0.0.1'] }, protocols: ['tcp'] },
  ])('is no reason to warn without streams, and others are none with them: %j', async (body) => {
    expect(await post(body)).toMatchObject({ status: 201 });
    expect(warned).toEqual([]);
  });
});
