/** The setting KONG_ROUTER_FLAVOR, from a table to what an upstream gets. */
import { afterEach, describe, expect, it } from 'vitest';

import { answerOf, ask, RawUpstream, requestOf } from '../../test/fixtures/local-proxy.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { SILENT } from '../base/log.ts';
import type { Row } from '../model/config-table.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The first line that the upstream gets for a request, or the status that the client gets when it gets none. */
async function lineFor(flavor: string, route: Row, path: string): Promise<string> {
  const upstream = await new RawUpstream((peer) => peer.send(answerOf('ok'))).start();
  closing.push(() => upstream.close());
  const { settings } = readSettings({
    KONG_PREFIX: temporaryFolder('flavor'), KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: 'off', KONG_ROUTER_FLAVOR: flavor,
  });
  const dataPlane = new DataPlane({ settings, log: SILENT, keepsConfiguration: false });
  closing.push(() => dataPlane.close(0));
  const { proxy: [listener] } = await dataPlane.start();
  const service = { id: '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa', host: '127.0.0.1', port: upstream.port, path: '/base' };
  const table = {
    _format_version: '3.0', services: [service], routes: [{ id: '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa', service: service.id, ...route }],
  };
  const result = await dataPlane.apply(table, 'a'.repeat(32));
  if (!result.applied) return result.message;
  const answer = await ask(listener!.port, requestOf(`GET ${path}`));
  return upstream.received === '' ? answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 404'.length) : upstream.received.split('\r\n')[0]!;
}

describe('a data plane', () => {
  it.each([
    ['expressions', { expression: 'http.path ^= "/a"' }, '/a/b?c', 'GET /base/b?c HTTP/1.1'],
    ['expressions', { expression: 'http.path ~ r#"^/a/\\d+"# && http.method == "GET"' }, '/a/12/x', 'GET /base/x HTTP/1.1'],
    ['expressions', { expression: 'http.path == "/a"' }, '/a/b', '404'],
    ['expressions', { expression: 'http.queries.x == "1"', strip_path: false }, '/a?x=1', 'GET /base/a?x=1 HTTP/1.1'],
    ['expressions', { paths: ['/a'] }, '/a/b', 'GET /base/b HTTP/1.1'],
    ['traditional', { paths: ['/a'], path_handling: 'v1' }, '/abc', 'GET /basebc HTTP/1.1'],
    ['traditional_compatible', { paths: ['/a'], path_handling: 'v1' }, '/abc', 'GET /base/bc HTTP/1.1'],
    ['traditional', { methods: ['GET'] }, '/x', 'GET /base/x HTTP/1.1'],
  ])('with the flavor %s and %j answers %s by %s', async (flavor, route, path, expected) => {
    expect(await lineFor(flavor, route, path)).toBe(expected);
  });

  it('of another flavor refuses expressions', async () => {
    expect(await lineFor('traditional_compatible', { expression: 'http.path ^= "/a"' }, '/a')).toContain('expression: unknown field');
  });
});
