/** What the Job of `addDeclarativeConfig` does, with a control plane and a data plane of real processes. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDeclarative } from '../../src/declarative/read.ts';
import { eventually } from '../fixtures/eventually.ts';
import { IMAGE, LocalTopology, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const topology = new LocalTopology();
let controlPlane: LocalNode;
let dataPlane: LocalNode;
let upstream: number;
beforeAll(async () => {
  upstream = await topology.upstream((_, response) => response.end('hello'));
  controlPlane = await topology.controlPlane();
  dataPlane = await topology.dataPlane('data-plane');
  await eventually('the data plane has a configuration', async () => await statusOf(`${dataPlane.status}/status/ready`) === 200);
});
afterAll(() => topology.close());

function run(args: readonly string[]) {
  return spawnSync(process.execPath, [join(IMAGE, 'apply-configuration.mjs'), ...args], { encoding: 'utf8' });
}

function apply(text: string) {
  const { errors, entities, types } = readDeclarative(text);
  expect(errors).toEqual([]);
  const file = join(topology.folder, 'configuration.json');
  writeFileSync(file, JSON.stringify({ entities, types }));
  return run(['--file', file, '--admin', controlPlane.admin, '--tag', 'config:apis', '--wait', '20']);
}

const service = (path: string) => `_format_version: "3.0"
services:
- name: hello
  url: http://127.0.0.1:${upstream}
  routes: [{ name: hello, paths: [${path}] }]
`;

it('ends when the data plane serves what the file says, and a second file takes the place of the first', async () => {
  expect(apply(service('/hello'))).toMatchObject({
    status: 0,
    stdout: '2 written, 0 deleted; 1 data planes are connected and run it\n',
    stderr: '',
  });
  expect(await statusOf(`${dataPlane.proxy}/hello`)).toBe(200);
  expect(apply(service('/bonjour'))).toMatchObject({ status: 0 });
  expect([await statusOf(`${dataPlane.proxy}/hello`), await statusOf(`${dataPlane.proxy}/bonjour`)]).toEqual([404, 200]);
  expect(apply('_format_version: "3.0"')).toMatchObject({
    status: 0,
    stdout: '0 written, 2 deleted; 1 data planes are connected and run it\n',
  });
  expect(await statusOf(`${dataPlane.proxy}/bonjour`)).toBe(404);
});

it('says in one line what is wrong with its arguments', () => {
  const { status, stderr } = run(['--file', '/nowhere', '--admin', controlPlane.admin, '--tag', 'a', '--wait', '1']);
  expect([status, stderr]).toEqual([74, expect.stringMatching(/^hybridge: --file \/nowhere: ENOENT.*\n$/)]);
});
