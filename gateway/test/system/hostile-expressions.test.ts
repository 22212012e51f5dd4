/** Regular expressions of routes that would make a backtracking engine run without end, sent to a built node. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const topology = new LocalTopology();
let node: LocalNode;

beforeAll(async () => {
  const upstream = await topology.upstream((_request, response) => void response.end());
  node = await topology.singleNode();
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
  await admin(node, 'PUT', '/services/any', { url: `http://127.0.0.1:${upstream}` });
  await admin(node, 'PUT', '/services/any/routes/hostile', { paths: ['~/(a+)+$'] });
  await admin(node, 'PUT', '/services/any/routes/plain', { paths: ['/plain'] });
  await eventually('the routes are served', async () => await statusOf(`${node.proxy}/plain`) === 200);
});
afterAll(() => topology.close());

it('answers other requests while a path is matched that takes exponential time with backtracking', async () => {
  expect(await statusOf(`${node.proxy}/aaa`)).toBe(200);
  const [hostile, plain, services] = await Promise.all([
    statusOf(`${node.proxy}/${'a'.repeat(60)}!`),
    statusOf(`${node.proxy}/plain`),
    admin(node, 'GET', '/services/any'),
  ]);
  expect({ hostile, plain }).toEqual({ hostile: 404, plain: 200 });
  expect(services).toMatchObject({ name: 'any' });
});

it.each([
  ['look-around', '~/(?=a)b', 'look-around'],
  ['a back-reference', '~/(a)\\1', 'back-reference'],
  ['a program that is too large', '~/(?:a{1000}){2}', 'too large'],
  ['a program that is too large in nested repetitions', '~/(?:(?:a{10}){10}){30}', 'too large'],
])('refuses %s with the reason', async (_, path, reason) => {
  const created = admin(node, 'POST', '/services/any/routes', { paths: [path] });
  await expect(created).rejects.toThrow(new RegExp(`: 400 .*invalid regex.*${reason}`));
});
