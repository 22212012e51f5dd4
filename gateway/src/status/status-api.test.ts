/** The status API over real sockets, for a plane that is only a source. */
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SILENT, createLog } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { ListenerServers } from '../listener/listener-servers.ts';
import type { KeyPair, Listener } from '../settings/settings.ts';
import { StatusApi } from './status-api.ts';
import type { Readiness } from './status-api.ts';

const LISTENER: Listener = { host: '127.0.0.1', port: 0, ssl: false, http2: false, proxyProtocol: false, reusePort: false };

const servers = (certificate?: KeyPair) => new ListenerServers({ name: 'status', certificate, tls: {}, log: SILENT });

describe('the status API', () => {
  const lines: string[] = [];
  let readiness: Readiness;
  let isBroken: boolean;
  let drained: number;
  let api: StatusApi;
  let port: number;
  beforeEach(async () => {
    lines.length = 0;
    readiness = { ready: true };
    isBroken = false;
    drained = 0;
    api = new StatusApi({
      status: () => {
        if (isBroken) throw new Error('defect');
        return { server: { total_requests: 7 } };
      },
      readiness: async () => readiness,
      beginDraining: () => { drained += 1; },
    }, createLog({ write: (line) => lines.push(line) }));
    port = (await api.open([LISTENER], servers()))[0]!.port;
  });
  afterEach(() => api.close());

  interface Answer {
    readonly status: number;
    readonly text: string;
    readonly allow: string | undefined;
    readonly type: string | undefined;
  }
  const call = (method: string, path: string, body?: string, type = 'application/json') => (
    new Promise<Answer>((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': type };
      request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => { text += String(chunk); });
        response.on('end', () => resolve({
          status: response.statusCode!, text, allow: response.headers.allow,
          type: response.headers['content-type'],
        }));
      }).on('error', reject).end(body);
    }));

  it.each(['/status', '/status/', '/status?x=1'])('shows what the plane says: %s', async (path) => {
    expect(await call('GET', path)).toEqual({
      status: 200, text: '{"server":{"total_requests":7}}', allow: undefined,
      type: 'application/json; charset=utf-8',
    });
  });

  it.each([
    ['GET', '/debug/node/log-level', 200, 'log level: notice'],
    ['PUT', '/debug/node/log-level/debug?timeout=5', 200, 'log level changed'],
    ['PUT', '/debug/node/log-level/notice', 200, 'log level is already notice'],
    ['PUT', '/debug/node/log-level/loud', 400, 'unknown log level: loud'],
    ['PUT', '/debug/node/log-level/debug?timeout=-1', 400, 'timeout must be greater than or equal to 0'],
    ['POST', '/debug/node/log-level/debug', 405, 'Method not allowed'],
    ['PUT', '/debug/node/log-level', 405, 'Method not allowed'],
  ])('shows and changes the log level: %s %s', async (method, path, status, message) => {
    expect(await call(method, path)).toMatchObject({ status, text: JSON.stringify({ message }) });
    if (status === 200 && method === 'PUT') {
      expect(await call('GET', '/debug/node/log-level')).toMatchObject({
        text: JSON.stringify({ message: `log level: ${path.includes('debug?') ? 'debug' : 'notice'}` }),
      });
    }
  });

  it('answers HEAD as GET without a body', async () => {
    expect(await call('HEAD', '/status')).toMatchObject({ status: 200, text: '' });
  });

  it('shows whether the node is ready, and why not', async () => {
    expect(await call('GET', '/status/ready')).toMatchObject({ status: 200, text: '{"message":"ready"}' });
    readiness = { ready: false, message: 'draining' };
    expect(await call('GET', '/status/ready')).toMatchObject({ status: 503, text: '{"message":"draining"}' });
  });

  it.each([['/'], ['/other'], ['/status/other'], ['/statusx'], ['/constructor'], ['/__proto__'], ['//status']])('knows no other path: %s',
    async (path) => {
      expect(await call('GET', path)).toMatchObject({ status: 404, text: '{"message":"Not found"}' });
    });

  it.each([['DELETE', '/status', 'GET'], ['PUT', '/status/ready', 'GET, POST'], ['POST', '/status',
    'GET']])('names the methods that it knows: %s %s', async (method, path, allow) => {
    expect(await call(method, path)).toMatchObject({ status: 405, text: '{"message":"Method not allowed"}', allow });
  });

  it.each([
    ['status=draining', 'application/x-www-form-urlencoded'], ['status=draining', ''], ['{"status":"draining"}', 'application/json'],
    ['{"status":"draining"}', 'application/json; charset=utf-8'],
  ])('begins to drain: %s as %s', async (body, type) => {
    expect(await call('POST', '/status/ready', body, type)).toMatchObject({ status: 204, text: '', type: undefined });
    expect(drained).toBe(1);
  });

  it.each([
    ['status=ready', 'application/x-www-form-urlencoded', '"ready"'], ['', 'application/x-www-form-urlencoded', 'null'], ['{',
      'application/json', 'null'],
    ['null', 'application/json', 'null'], ['{"status":1}', 'application/json', '1'], [`status=draining&x=${'y'.repeat(5_000)}`,
      'text/plain', 'null'],
  ])('accepts no other order: %s as %s', async (body, type, got) => {
    expect(await call('POST', '/status/ready', body, type)).toMatchObject({
      status: 400,
      text: JSON.stringify({ message: `status: got ${got}, expected "draining"` }),
    });
    expect(drained).toBe(0);
  });

  it('counts connections and requests', async () => {
    await call('GET', '/status');
    await call('GET', '/other');
    await expect.poll(() => api.counts).toEqual({ accepted: 2, active: 0, requests: 2 });
  });

  it('goes on after a client that leaves in the middle of a body, and after a defect', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1',
        () => socket.write('POST /status/ready HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nstatus', () => socket.destroy()));
      socket.on('close', () => resolve());
    });
    await expect.poll(() => lines.length).toBe(1);
    isBroken = true;
    await expect(call('GET', '/status')).rejects.toThrow();
    expect(lines.join('')).toMatch(/a request of the status API failed.*defect/s);
    expect(await call('GET', '/status/ready')).toMatchObject({ status: 200 });
  });

  it('serves TLS where the listener says so, and needs a certificate for it', async () => {
    const ssl = { ...LISTENER, ssl: true };
    await expect(api.open([ssl], servers())).rejects.toMatchObject({
      code: 'certificate-missing',
      message: expect.stringMatching(/KONG_STATUS_LISTEN: .*KONG_STATUS_SSL_CERT/),
    });
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'status.test' });
    const [address] = await api.open([ssl], servers({ certificate, key: new Secret(key) }));
    const status = await new Promise((resolve, reject) => {
      requestTls({ host: '127.0.0.1', port: address!.port, path: '/status', ca: certificate, servername: 'status.test', agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject).end();
    });
    expect(status).toBe(200);
  });
});
