/**
 * A load balancer ends the consumers' TLS and opens TLS to the node, as a TLS listener of a Network Load Balancer does:
 * it adds no headers. The node knows by its own connection that consumers use HTTPS.
 */
import { once } from 'node:events';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, admin, statusOf } from './local-topology.ts';

const topology = new LocalTopology();
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  await topology.close();
});

let plainPort: number;
let balancerPort: number;

/** Ends TLS with the certificate of the name, and does not ask who signed that of the node. */
async function startLoadBalancer(nodePort: number): Promise<number> {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'apis.acme.example', days: 2 });
  const server = createServer({ cert: certificate, key }, (consumer) => {
    const node = connect({ host: '127.0.0.1', port: nodePort, rejectUnauthorized: false });
    consumer.pipe(node).pipe(consumer);
    for (const socket of [consumer, node]) socket.on('error', () => void (consumer.destroy(), node.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number | undefined;
  readonly shownName: unknown;
  readonly headers: Record<string, string>;
}

/** What a consumer gets through the load balancer, and what the upstream received. */
function ask(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: balancerPort, path, rejectUnauthorized: false, agent: false }, (response) => {
      const shownName = (response.socket as ReturnType<typeof connect>).getPeerCertificate().subject.CN;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk)).on('end', () => {
        resolve({ status: response.statusCode, shownName, headers: text.startsWith('{') ? JSON.parse(text).headers ?? {} : {} });
      });
    });
    call.on('error', reject).end();
  });
}

beforeAll(async () => {
  const [http, https] = await freePorts(2) as [number, number];
  plainPort = http;
  // Without a certificate of its own the node makes one, which only the load balancer sees.
  const node = await topology.singleNode('behind', { KONG_PROXY_LISTEN: `127.0.0.1:${http}, 127.0.0.1:${https} ssl` });
  const upstream = await topology.upstream((incoming, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ headers: incoming.headers }));
  });
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
  await admin(node, 'POST', '/services', { name: 'echo', url: `http://127.0.0.1:${upstream}` });
  await admin(node, 'POST', '/services/echo/routes', { name: 'secure', paths: ['/secure'], protocols: ['https'] });
  balancerPort = await startLoadBalancer(https);
  await eventually('the route is served', async () => (await ask('/secure')).status === 200);
});

describe('behind a load balancer that ends TLS and opens TLS to the node', () => {
  it('consumers see its certificate, routes for HTTPS match, and the upstream learns so', async () => {
    const answer = await ask('/secure');
    expect(answer).toMatchObject({ status: 200, shownName: 'apis.acme.example' });
    expect(answer.headers['x-forwarded-proto']).toBe('https');
  });

  it('a plain connection to the node would not do: the same route asks for HTTPS', async () => {
    expect((await fetch(`http://127.0.0.1:${plainPort}/secure`)).status).toBe(426);
  });
});
