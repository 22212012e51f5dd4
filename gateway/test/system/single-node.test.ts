/** A gateway on a laptop: one process, no settings but ports. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const topology = new LocalTopology();
let node: LocalNode;
let upstream: number;

beforeAll(async () => {
  upstream = await topology.upstream((request, response) => void response.end(`${request.method} ${request.url}`));
  node = await topology.singleNode();
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
});
afterAll(() => topology.close());

function form(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${node.admin}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
}

describe('a single node with the embedded store', () => {
  it('serves what curl creates with forms', async () => {
    expect((await form('/services', { name: 'example', url: `http://127.0.0.1:${upstream}/base` })).status).toBe(201);
    expect((await form('/services/example/routes', { 'paths[]': '/example' })).status).toBe(201);
    await eventually('the route is served', async () => await statusOf(`${node.proxy}/example`) === 200);
    expect(await (await fetch(`${node.proxy}/example/x?y=1`)).text()).toBe('GET /base/x?y=1');
  });

  it('serves TLS with a certificate of its own', async () => {
    const tls = await topology.singleNode('tls', { KONG_PROXY_LISTEN: '127.0.0.1:0 ssl' });
    await eventually('it says where it listens', () => /"proxy":\["127\.0\.0\.1:\d+"\]/.test(readFileSync(tls.process.log, 'utf8')));
    const port = /"proxy":\["127\.0\.0\.1:(\d+)"\]/.exec(readFileSync(tls.process.log, 'utf8'))![1]!;
    const { request } = await import('node:https');
    const ca = readFileSync(join(tls.environment.KONG_PREFIX!, 'ssl', 'self-signed.crt'));
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/', ca }, (response) => resolve(response.resume().statusCode)).on('error', reject).end();
    });
    expect(status).toBe(404);
  });

  it('has its configuration again after a restart', async () => {
    await node.process.stop();
    node = await topology.restart(node);
    await eventually('the route is served', async () => await statusOf(`${node.proxy}/example`) === 200);
    expect(await admin(node, 'GET', '/services/example')).toMatchObject({ name: 'example', path: '/base' });
  });

  it('finishes a request that is under way when it gets SIGTERM, and accepts no new one', async () => {
    let answer: (() => void) | undefined;
    const slow = await topology.upstream((request, response) => {
      if (request.url === '/ready') response.end();
      else answer = () => void response.end('late');
    });
    await admin(node, 'PUT', '/services/slow', { url: `http://127.0.0.1:${slow}` });
    await admin(node, 'PUT', '/services/slow/routes/slow', { paths: ['/slow'] });
    await eventually('the route is served', async () => await statusOf(`${node.proxy}/slow/ready`) === 200);
    const underWay = fetch(`${node.proxy}/slow`).then((response) => response.text());
    await eventually('the upstream has the request', () => answer !== undefined);
    const stopped = node.process.stop('SIGTERM');
    await eventually('no new connection is taken', async () => await statusOf(`${node.proxy}/example`) === 0);
    answer!();
    expect(await underWay).toBe('late');
    await stopped;
    node = await topology.restart(node);
  });
});

describe('a single node without a store', () => {
  const FILE = () => `_format_version: "3.0"
services:
- name: example
  url: http://127.0.0.1:${upstream}/base
  routes:
  - paths: [/file]
  - paths: [/locked]
    plugins: [{ name: key-auth }]
consumers:
- username: partner
  keyauth_credentials: [{ key: opensesame }]
`;

  async function expectServed(served: LocalNode): Promise<void> {
    await eventually('the node is ready', async () => await statusOf(`${served.status}/status/ready`) === 200);
    expect(await (await fetch(`${served.proxy}/file/x`)).text()).toBe('GET /base/x');
    expect(await statusOf(`${served.proxy}/locked`)).toBe(401);
    expect(await statusOf(`${served.proxy}/locked`, { apikey: 'opensesame' })).toBe(200);
  }

  it('serves what a nested file says', async () => {
    const file = join(topology.folder, 'kong.yaml');
    writeFileSync(file, FILE());
    await expectServed(await topology.singleNode('file', { KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG: file }));
  });

  it('serves what a setting says', async () => {
    await expectServed(await topology.singleNode('string', { KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG_STRING: FILE() }));
  });

  it('serves what POST /config loads, and goes on with it when the next one is refused', async () => {
    const served = await topology.singleNode('config', { KONG_DATABASE: 'off' });
    const post = (config: string) => fetch(`${served.admin}/config`, { method: 'POST', body: new URLSearchParams({ config }) });
    await eventually('the Admin API answers', async () => await statusOf(`${served.admin}/status`) === 200);
    expect(await statusOf(`${served.proxy}/file`)).toBe(404);
    expect((await post(FILE())).status).toBe(201);
    await expectServed(served);
    expect(await admin(served, 'GET', '/services/example')).toMatchObject({ name: 'example', path: '/base' });
    const refused = await post(FILE().replace('/file', 'file'));
    const paths = [expect.stringContaining('should start with: /') as string];
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 14, fields: { services: [{ routes: [{ paths }] }] } }]);
    await expectServed(served);
    const { config } = await admin(served, 'GET', '/config') as { readonly config: string };
    expect((await post(config.replaceAll('/file', '/other'))).status).toBe(201);
    expect([await statusOf(`${served.proxy}/file`), await statusOf(`${served.proxy}/other`)]).toEqual([404, 200]);
  });

  it('does not start with a file that is wrong, and says where', async () => {
    const file = join(topology.folder, 'wrong.yaml');
    writeFileSync(file, `${FILE()}routes:\n- paths: [/other]\n  service: nowhere\n`);
    const wrong = await topology.singleNode('wrong', { KONG_DATABASE: 'off', KONG_DECLARATIVE_CONFIG: file });
    await eventually('it ends', () => readFileSync(wrong.process.log, 'utf8').includes('hybridge: KONG_DECLARATIVE_CONFIG: '));
    expect(readFileSync(wrong.process.log, 'utf8')).toMatch(/wrong\.yaml:14: routes\[0\]\.service: got "nowhere"/);
  });
});
