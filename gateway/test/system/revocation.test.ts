/** One of two data planes is revoked in a file, on a control plane that keeps running: certificates of an authority, real processes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { Authority } from '../fixtures/tunnel-certificates.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const DOMAIN = 'control-plane.hybridge.internal';
const topology = new LocalTopology();
const revoked = join(topology.folder, 'revoked');
let controlPlane: LocalNode;
let factory: LocalNode;
let shop: LocalNode;

async function settingsOf(authority: Authority, name: string, use: 'server' | 'client'): Promise<Record<string, string>> {
  const { certificate, key } = await authority.issue(`${name}.${DOMAIN}`, [use]);
  return { KONG_CLUSTER_CERT: certificate, KONG_CLUSTER_CERT_KEY: key.reveal(), KONG_CLUSTER_CA_CERT: authority.certificate };
}

beforeAll(async () => {
  const authority = await Authority.create('tunnel authority');
  writeFileSync(revoked, '# No entries yet.\n');
  controlPlane = await topology.controlPlane('control-plane', {
    ...await settingsOf(authority, 'control-plane', 'server'), KONG_CLUSTER_MTLS: 'pki_check_cn', HYBRIDGE_CLUSTER_REVOKED_FILE: revoked,
  });
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  const serverName = `control-plane.${DOMAIN}`;
  const names = { KONG_CLUSTER_MTLS: 'pki', KONG_CLUSTER_SERVER_NAME: serverName, KONG_CLUSTER_TELEMETRY_SERVER_NAME: serverName };
  [factory, shop] = (await Promise.all(
    ['factory', 'shop'].map(async (name) => topology.dataPlane(name, { ...(await settingsOf(authority, name, 'client')), ...names })),
  )) as [LocalNode, LocalNode];
  const port = await topology.upstream((_, response) => void response.end('served'));
  await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/echo/routes/before', { paths: ['/before'] });
  for (const plane of [factory, shop]) {
    await eventually('a data plane serves the route', async () => (await statusOf(`${plane.proxy}/before`)) === 200);
  }
});
afterAll(() => topology.close());

it('the revoked data plane gets no further configuration and keeps serving; the other one is unaffected', async () => {
  writeFileSync(revoked, `cn:factory.${DOMAIN}\n`);
  let number = 0;
  await eventually('a configuration that the revoked one does not get', async () => {
    number += 1;
    await admin(controlPlane, 'PUT', `/services/echo/routes/after-${number}`, { paths: [`/${number}/after`] });
    await eventually('it arrives at the other one', async () => await statusOf(`${shop.proxy}/${number}/after`) === 200);
    return await statusOf(`${factory.proxy}/${number}/after`) === 404;
  });
  expect(await statusOf(`${factory.proxy}/before`)).toBe(200);
  writeFileSync(revoked, '');
  await eventually('it is accepted again', async () => await statusOf(`${factory.proxy}/${number}/after`) === 200);
});
