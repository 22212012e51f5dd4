/** A data plane with an empty disk, without a control plane: real processes, and a store of objects over TLS. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { ObjectStore } from '../fixtures/object-store.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const PLACE = { KONG_CLUSTER_FALLBACK_CONFIG_STORAGE: 's3://fallback/fleet' };
const IMPORT = { ...PLACE, KONG_CLUSTER_FALLBACK_CONFIG_IMPORT: 'on' };

const topology = new LocalTopology();
const store = new ObjectStore();
let controlPlane: LocalNode;
let path: string;
/** The plane of the first test, and the object that it started with. */
let plane: LocalNode;
let older: Buffer;

beforeAll(async () => {
  await store.start();
  const port = await topology.upstream((_, response) => void response.end('served'));
  controlPlane = await topology.controlPlane('control-plane', {
    ...store.environment, ...PLACE, KONG_CLUSTER_FALLBACK_CONFIG_EXPORT: 'on', KONG_CLUSTER_FALLBACK_CONFIG_EXPORT_DELAY: '1',
    KONG_LOG_LEVEL: 'info',
  });
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/echo/routes/first', { paths: ['/first'] });
  await written();
  [path] = [...store.objects.keys()] as [string];
});
afterAll(async () => {
  await topology.close();
  store.close();
});

/** The newest configuration is in the store. */
async function written(): Promise<void> {
  const { hash } = await eventually('the export', async () => {
    const { revision } = await admin<{ revision: number }>(controlPlane, 'GET', '/clustering/revision');
    const [head] = [...store.objects.values()]
      .map((bytes) => JSON.parse(bytes.toString('utf8').split('\n', 1)[0]!) as { revision: number; hash: string });
    return head !== undefined && head.revision >= revision ? head : undefined;
  });
  expect(hash).toMatch(/^[0-9a-f]{32}$/);
}

const configuration = async (node: LocalNode) => (
  await (await fetch(`${node.status}/status/configuration`)).json() as { readonly origin: string | null });
const logOf = (node: LocalNode) => readFileSync(node.process.log, 'utf8');
const readyOf = (node: LocalNode) => statusOf(`${node.status}/status/ready`);

it('serves what its control plane left outside, and says so; then what comes through the tunnel', async () => {
  expect(path).toBe('/fallback/fleet/3.9.1/config');
  await controlPlane.process.stop();
  older = store.objects.get(path)!;
  plane = await topology.dataPlane('fresh', { ...store.environment, ...IMPORT });
  await eventually('it is ready', async () => await readyOf(plane) === 200);
  expect([await statusOf(`${plane.proxy}/first`), (await configuration(plane)).origin]).toEqual([200, 'fallback']);
  expect(logOf(plane)).toContain('serving the fallback configuration');

  controlPlane = await topology.restart(controlPlane);
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  await admin(controlPlane, 'PUT', '/services/echo/routes/second', { paths: ['/second'] });
  await eventually('it follows', async () => await statusOf(`${plane.proxy}/second`) === 200);
  expect((await configuration(plane)).origin).toBe('control_plane');
  await written();
});

it('does not serve an object that was changed, or that another control plane signed', async () => {
  const good = store.objects.get(path)!;
  const tampered = Buffer.from(good);
  tampered[tampered.length - 9]! += 1;
  store.objects.set(path, tampered);
  const outside = { ...store.environment, ...IMPORT, KONG_CLUSTER_CONTROL_PLANE: '127.0.0.1:1' };
  const fresh = await topology.dataPlane('tampered', outside);
  const stranger = new LocalTopology();
  try {
    const other = await stranger.dataPlane('stranger', outside);
    const refused = (node: LocalNode) => logOf(node).includes('the fallback configuration is not used');
    await eventually('both refuse it', () => [fresh, other].every(refused));
    expect(logOf(fresh)).toContain('its checksum is wrong');
    expect(logOf(other)).toContain('its signer is not the control plane of this tunnel');
    expect([await readyOf(fresh), await readyOf(other), await statusOf(`${fresh.proxy}/first`)]).toEqual([503, 503, 404]);
  } finally {
    await stranger.close();
    store.objects.set(path, good);
  }
});

it('does not go back to an older object than the configuration that it has had, even without its cache', async () => {
  await controlPlane.process.stop();
  await plane.process.stop();
  const cache = join(plane.environment.KONG_PREFIX!, 'configuration');
  for (const generation of [0, 1]) rmSync(join(cache, `configuration.${generation}`), { force: true });
  store.objects.set(path, older);
  plane = await topology.restart(plane);
  await eventually('it refuses the object', () => logOf(plane).includes('older than a configuration that this node has had'));
  expect([await readyOf(plane), await statusOf(`${plane.proxy}/first`)]).toEqual([503, 404]);
});
