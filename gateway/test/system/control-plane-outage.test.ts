/** A control plane that crashes and comes back, while its data planes serve. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';
import { withTraffic } from './traffic.ts';

const topology = new LocalTopology();
let controlPlane: LocalNode;
let planes: LocalNode[];
let key: string;

interface DataPlanes {
  readonly data: {
    readonly id: string;
    readonly hostname: string;
    readonly config_hash: string;
    readonly last_seen: number;
    readonly labels: unknown;
  }[];
}

beforeAll(async () => {
  const port = await topology.upstream((_, response) => void response.end('served'));
  controlPlane = await topology.controlPlane();
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  planes = await Promise.all([topology.dataPlane('one', { KONG_CLUSTER_DP_LABELS: 'site:factory' }), topology.dataPlane('two')]);

  await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/echo/routes/echo', { paths: ['/echo'] });
  await admin(controlPlane, 'POST', '/services/echo/plugins', { name: 'key-auth' });
  await admin(controlPlane, 'PUT', '/consumers/alice', {});
  key = (await admin<{ key: string }>(controlPlane, 'POST', '/consumers/alice/key-auth', {})).key;
  await Promise.all(planes.map((plane) => eventually('a data plane serves the route', async () => await call(plane) === 200)));
});
afterAll(() => topology.close());

function call(plane: LocalNode): Promise<number> {
  return statusOf(`${plane.proxy}/echo`, { apikey: key });
}

/** Two flows of requests through each data plane. */
const flows = () => planes.flatMap((plane) => [() => call(plane), () => call(plane)]);

/** @returns how often a text occurs in the log of a node */
function countOf(plane: LocalNode, text: string): number {
  return readFileSync(plane.process.log, 'utf8').split(text).length - 1;
}

describe('an outage of the control plane', () => {
  it('loses no request while traffic flows', () => withTraffic(flows(), async (traffic) => {
    await traffic.flows(10);
    await controlPlane.process.kill();
    // Once for the tunnel that broke, once for an attempt that was refused.
    await Promise.all(planes.map((plane) => eventually(`${plane.process.name} reports a failed attempt`, () => {
      return countOf(plane, 'retrying after') >= 2;
    })));
    await traffic.flows(10);
  }));

  it('lets a data plane restart, ready and serving from its cache', async () => {
    await planes[1]!.process.stop();
    planes[1] = await topology.restart(planes[1]!);
    await eventually('the restarted data plane is ready', async () => await statusOf(`${planes[1]!.status}/status/ready`) === 200);
    expect(await call(planes[1]!)).toBe(200);
    expect(await statusOf(`${planes[1]!.proxy}/echo`)).toBe(401);
  });

  it('ends with both data planes connected and following again, and loses no request then either', () =>
    withTraffic(flows(), async (traffic) => {
      controlPlane = await topology.restart(controlPlane);
      await eventually('the Admin API answers', async () => (await statusOf(`${controlPlane.admin}/status`)) === 200);
      const returned = Math.floor(Date.now() / 1000);
      await admin(controlPlane, 'PUT', '/services/echo/routes/second', { paths: ['/second'] });
      await Promise.all(
        planes.map((plane) =>
          eventually(`${plane.process.name} follows`, async () => {
            return (await statusOf(`${plane.proxy}/second`, { apikey: key })) === 200;
          }),
        ),
      );
      await eventually('both show in /clustering/data-planes with the same configuration', async () => {
        const { data } = await admin<DataPlanes>(controlPlane, 'GET', '/clustering/data-planes');
        const seen = data.filter((plane) => plane.last_seen >= returned);
        return data.length === 2 && seen.length === 2 && new Set(seen.map((plane) => plane.config_hash)).size === 1;
      });
      const { data } = await admin<DataPlanes>(controlPlane, 'GET', '/clustering/data-planes');
      expect(data.map((plane) => plane.labels)).toContainEqual({ site: 'factory' });
      await traffic.flows(10);
    }));
});

it('a data plane without cache and control plane answers 404 and is not ready', async () => {
  const lonely = await topology.dataPlane('lonely', { KONG_CLUSTER_CONTROL_PLANE: '127.0.0.1:1' });
  await eventually('its status API answers', async () => await statusOf(`${lonely.status}/status`) === 200);
  expect(await statusOf(`${lonely.status}/status/ready`)).toBe(503);
  await eventually('its proxy answers', async () => await statusOf(`${lonely.proxy}/echo`) === 404);
});
