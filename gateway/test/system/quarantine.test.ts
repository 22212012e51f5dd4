/** An entity that one data plane cannot use, from the Admin API to what its control plane shows of it: real processes. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const SECRET = 'hunter2-of-alice';

interface Row {
  readonly hostname: string;
  readonly config_hash: string;
  readonly sync_status: string;
  readonly labels: { readonly name: string };
  readonly quarantined?: { readonly total: number; readonly entities: readonly { readonly entity: string; readonly reason: string }[] };
}

const topology = new LocalTopology();
let controlPlane: LocalNode;
/** The first has the secret, the second has not. */
let planes: [LocalNode, LocalNode];

beforeAll(async () => {
  const port = await topology.upstream((_, response) => void response.end('served'));
  controlPlane = await topology.controlPlane();
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  planes = [
    await topology.dataPlane('has', { ALICE_KEY: SECRET, KONG_CLUSTER_DP_LABELS: 'name:has' }),
    await topology.dataPlane('lacks', { KONG_CLUSTER_DP_LABELS: 'name:lacks' }),
  ];
  await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/echo/routes/open', { paths: ['/open'] });
  await admin(controlPlane, 'PUT', '/services/echo/routes/shut', { paths: ['/shut'] });
  await admin(controlPlane, 'POST', '/routes/shut/plugins', { name: 'key-auth' });
  for (const name of ['alice', 'bob']) await admin(controlPlane, 'PUT', `/consumers/${name}`, {});
  await admin(controlPlane, 'POST', '/consumers/bob/key-auth', { key: 'bob-key' });
  await admin(controlPlane, 'POST', '/consumers/alice/key-auth', { key: '{vault://env/alice-key}' });
});
afterAll(() => topology.close());

const rows = async () => (await admin<{ data: Row[] }>(controlPlane, 'GET', '/clustering/data-planes')).data;
const rowOf = async (name: string) => (await rows()).find(({ labels }) => labels.name === name);
const call = (plane: LocalNode, path: string, apikey?: string) => statusOf(`${plane.proxy}${path}`, apikey === undefined ? {} : { apikey });

it('is not served there, while everything else is, and is listed with its data plane', async () => {
  await Promise.all(planes.map((plane) => eventually('bob is let in', async () => await call(plane, '/shut', 'bob-key') === 200)));
  await eventually('alice is let in where her key is', async () => await call(planes[0], '/shut', SECRET) === 200);
  expect([await call(planes[1], '/open'), await call(planes[1], '/shut', SECRET), await call(planes[1], '/shut', '{vault://env/alice-key}')])
    .toEqual([200, 401, 401]);
  const lacking = await eventually('its row', async () => {
    const row = await rowOf('lacks');
    return row?.quarantined === undefined ? undefined : row;
  });
  const having = (await rowOf('has'))!;
  expect(lacking).toMatchObject({
    sync_status: 'normal',
    quarantined: { total: 1, entities: [{ entity: 'keyauth_credentials', reason: expect.stringMatching(/alice-key.*ALICE_KEY/) }] },
  });
  expect(having).not.toHaveProperty('quarantined');
  const ready = await (await fetch(`${planes[1].status}/status/ready`)).json();
  expect(ready).toEqual({ message: 'ready', quarantined: 1 });
  expect(await (await fetch(`${controlPlane.status}/metrics`)).text()).toMatch(/hybridge_data_plane_quarantined_entities\{[^}]*\} 1\n/);
});

it('does not keep its data plane from later configurations', async () => {
  await admin(controlPlane, 'PUT', '/services/echo/routes/later', { paths: ['/later'] });
  await Promise.all(planes.map((plane) => eventually('the later route', async () => await call(plane, '/later') === 200)));
  const { in_sync: inSync, data_planes: all } = await admin<{ in_sync: boolean; data_planes: { quarantined: number }[] }>(
    controlPlane, 'GET', '/clustering/revision?wait=20&data_planes=2',
  );
  expect([inSync, all.map(({ quarantined }) => quarantined).sort()]).toEqual([true, [0, 1]]);
});

it('is in quarantine after a restart without control plane, and leaves it with the secret after another', async () => {
  await controlPlane.process.stop();
  await planes[1].process.stop();
  planes[1] = await topology.restart(planes[1]);
  await eventually('it serves from its cache', async () => await call(planes[1], '/later') === 200);
  expect([await call(planes[1], '/shut', 'bob-key'), await call(planes[1], '/shut', SECRET)]).toEqual([200, 401]);
  await planes[1].process.stop();
  planes[1] = await topology.restart({ ...planes[1], environment: { ...planes[1].environment, ALICE_KEY: SECRET } });
  await eventually('alice is let in', async () => await call(planes[1], '/shut', SECRET) === 200);
  controlPlane = await topology.restart(controlPlane);
  await eventually('the row has no quarantine any more', async () => {
    const row = await rowOf('lacks').catch(() => undefined);
    return row !== undefined && row.quarantined === undefined;
  });
  const logs = [...planes, controlPlane].map(({ process }) => readFileSync(process.log, 'utf8')).join('');
  expect(logs).not.toContain(SECRET);
});
