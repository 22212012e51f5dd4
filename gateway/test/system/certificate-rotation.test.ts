/** The shared certificate of a tunnel is replaced under traffic, in files, on nodes that keep running. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import type { SelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';
import { withTraffic } from './traffic.ts';

const topology = new LocalTopology();
let controlPlane: LocalNode;
let dataPlane: LocalNode;
let previous: SelfSignedCertificate;
let current: SelfSignedCertificate;
let next: SelfSignedCertificate;

const PATHS = {
  KONG_CLUSTER_CERT: join(topology.folder, 'tls.crt'),
  KONG_CLUSTER_CERT_KEY: join(topology.folder, 'tls.key'),
  HYBRIDGE_CLUSTER_ACCEPTED_CERTS: join(topology.folder, 'accepted.crt'),
};

/** As a mounted secret changes: each file at once, and one after the other. */
function hand(identity: SelfSignedCertificate, accepted: readonly SelfSignedCertificate[]): void {
  const texts = {
    KONG_CLUSTER_CERT: identity.certificate,
    KONG_CLUSTER_CERT_KEY: identity.key,
    HYBRIDGE_CLUSTER_ACCEPTED_CERTS: accepted.map(({ certificate }) => certificate).join(''),
  };
  for (const [name, path] of Object.entries(PATHS)) {
    writeFileSync(`${path}.new`, texts[name as keyof typeof texts], { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
}

/** When the certificate ends that the data plane shows, in days from now. */
async function shownDays(): Promise<number | undefined> {
  const {
    data: [row],
  } = await admin<{ data: { cert_details: { expiry_timestamp: number } }[] }>(controlPlane, 'GET', '/clustering/data-planes');
  return row === undefined ? undefined : Math.round((row.cert_details.expiry_timestamp * 1000 - Date.now()) / 86_400_000);
}

beforeAll(async () => {
  [previous, current, next] = await Promise.all(
    [100, 200, 300].map((days) => createSelfSignedCertificate({ commonName: 'kong_clustering', days })),
  );
  hand(previous, [previous, current]);
  const port = await topology.upstream((_, response) => void response.end('served'));
  controlPlane = await topology.controlPlane('control-plane', PATHS);
  await eventually('the Admin API answers', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  dataPlane = await topology.dataPlane('one', PATHS);
  await admin(controlPlane, 'PUT', '/services/echo', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/echo/routes/echo', { paths: ['/echo'] });
  await eventually('the data plane serves the route', async () => await statusOf(`${dataPlane.proxy}/echo`) === 200);
});
afterAll(() => topology.close());

it('loses no request, and configurations keep arriving', () => withTraffic([() => statusOf(`${dataPlane.proxy}/echo`)], async (traffic) => {
  expect(await shownDays()).toBe(100);
  await traffic.flows(10);
  hand(current, [previous, current, next]);
  await eventually('the data plane shows the current certificate', async () => await shownDays() === 200);
  await admin(controlPlane, 'PUT', '/services/echo/routes/after', { paths: ['/after'] });
  await eventually('a configuration arrives', async () => await statusOf(`${dataPlane.proxy}/after`) === 200);
  await traffic.flows(10);
}));
