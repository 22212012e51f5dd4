/** The certificates of a node's addresses are replaced in their files while it runs. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, expect, it } from 'vitest';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology } from './local-topology.ts';

const topology = new LocalTopology();
afterAll(() => topology.close());

const PATHS = { certificate: join(topology.folder, 'tls.crt'), key: join(topology.folder, 'tls.key') };

async function writePair(commonName: string): Promise<void> {
  const pair = await createSelfSignedCertificate({ commonName, days: 2 });
  for (const part of ['certificate', 'key'] as const) {
    writeFileSync(`${PATHS[part]}.new`, pair[part], { mode: 0o600 });
    renameSync(`${PATHS[part]}.new`, PATHS[part]);
  }
}

/** The common name of the certificate at a port; undefined when nothing answers. */
function nameAt(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    }).on('error', () => resolve(undefined));
  });
}

it('proxy, Admin API and status API serve the new certificate without a restart', async () => {
  const ports = await freePorts(3) as [number, number, number];
  await writePair('first.example');
  const pair = (name: string) => ({ [name]: PATHS.certificate, [`${name}_KEY`]: PATHS.key });
  const node = await topology.singleNode('tls', {
    KONG_PROXY_LISTEN: `127.0.0.1:${ports[0]} ssl`, KONG_ADMIN_LISTEN: `127.0.0.1:${ports[1]} ssl`,
    KONG_STATUS_LISTEN: `127.0.0.1:${ports[2]} ssl`,
    ...pair('KONG_SSL_CERT'), ...pair('KONG_ADMIN_SSL_CERT'), ...pair('KONG_STATUS_SSL_CERT'),
  });
  const names = () => Promise.all(ports.map(nameAt));
  await eventually('all three serve the first', async () => (await names()).every((name) => name === 'first.example'));
  await writePair('second.example');
  await eventually('all three serve the second', async () => (await names()).every((name) => name === 'second.example'));
  expect(readFileSync(node.process.log, 'utf8').match(/changed and is in use/g)).toHaveLength(3);
});
