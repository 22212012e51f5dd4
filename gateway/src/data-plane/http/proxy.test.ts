/** How a request reaches its upstream, and the answer its client. */
import { afterEach, describe, expect, it } from 'vitest';

import { dial, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions, RawPeer } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Setup extends Omit<LocalProxyOptions, 'tables'> {
  readonly service?: Row;
  readonly plugins?: readonly Row[];
}

async function start(answer: (peer: RawPeer, request: string) => void, { service, plugins, ...options }: Setup = {}): Promise<{ proxy: LocalProxy; upstream: RawUpstream }> {
  const upstream = await new RawUpstream(answer).start();
  closing.push(() => upstream.close());
  const tables = { ...rowsFor(upstream.port, service), ...plugins !== undefined && { plugins } };
  const proxy = await new LocalProxy({ ...options, tables }).start();
  closing.push(() => proxy.close());
  return { proxy, upstream };
}

describe('bytes above 127 in the head of an answer', () => {
  it.each([['with its body', ''], ['long before its body', 'later']])('go to the client as they came, %s', async (_when, later) => {
    const head = 'HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\nX-Name: j\xc3\xbcrgen\r\nContent-Length: 5\r\n\r\n';
    const { proxy } = await start((peer) => {
      peer.send(head + (later === '' ? 'whole' : ''));
    });
    const client = await dial(proxy.port);
    client.send(requestOf('GET /'));
    const seen = await client.sees(later === '' ? 'whole' : '\r\n\r\n');
    expect(seen).toContain('HTTP/1.1 200 \xc3\xa9t\xc3\xa9\r\n');
    expect(seen).toContain('X-Name: j\xc3\xbcrgen\r\n');
    client.socket.destroy();
  });
});
