/** What clients and upstreams send cannot add lines to heads, whatever transformers make of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RecordingUpstream } from '../conformance/traffic/counterparts/recording-upstream.ts';
import type { Received } from '../conformance/traffic/counterparts/recording-upstream.ts';
import { exchange } from '../conformance/traffic/raw-client.ts';
import { startReplayNode } from '../conformance/traffic/replay-node.ts';
import type { ReplayNode } from '../conformance/traffic/replay-node.ts';

const received: Received[] = [];
const upstream = new RecordingUpstream('u0', (request) => received.push(request));
let node: ReplayNode;

beforeAll(async () => {
  await upstream.start();
  node = await startReplayNode();
  const send = (path: string, body: object) => node.admin.send('POST', path, body);
  await send('/services', { name: 's', url: `http://127.0.0.1:${upstream.port}` });
  await send('/services/s/routes', { name: 'r', paths: ['~/r/(?<part>[^|]+)$'], strip_path: false });
  const add = { headers: ['x-q:$(query_params.q)', 'x-part:$(uri_captures.part)'], querystring: ['copy:$(query_params.q)'] };
  await send('/routes/r/plugins', {
    name: 'request-transformer', config: { add, replace: { uri: '/new/$(uri_captures.part)', headers: ['host:$(query_params.q)'] } },
  });
  await send('/routes/r/plugins', { name: 'response-transformer', config: { rename: { headers: ['x-evil-source:x-renamed'] } } });
  await send('/routes/r/plugins', { name: 'correlation-id', config: { header_name: 'X-Id', echo_downstream: true } });
  await send('/routes/r/plugins', { name: 'cors', config: { credentials: true } });
  await node.runsEverything();
}, 60_000);

afterAll(async () => {
  await node.close();
  await upstream.stop();
});

const BREAKS = [
  '\r\nX-Evil: 1', '\nX-Evil: 1', '\rX-Evil: 1', '\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
  '\x7f', '\t', '\u2028X-Evil: 1', '\u{10ffff}',
];

describe('a client', () => {
  it.each(BREAKS.map((text) => [JSON.stringify(text), text]))('cannot break the head to the upstream with %s', async (_, text) => {
    received.splice(0);
    const hostile = encodeURIComponent(`v${text}`);
    const { answers } = await exchange(
      { requests: [{ p: `/r/${hostile}?q=${hostile}`, host: 'h.test' }] }, { ports: node.ports, expected: 'open' },
    );
    expect(answers[0]?.startLine).toBe('HTTP/1.1 200 OK');
    expect(received).toHaveLength(1);
    const [{ startLine, headers }] = received as [Received];
    expect(startLine).toMatch(/^GET \/new\/v[\x21-\x7e]* HTTP\/1\.1$/);
    expect(headers.map(([name]) => name.toLowerCase())).not.toContain('x-evil');
    for (const [, value] of headers) expect(value).not.toMatch(/[\0-\x08\x0a-\x1f\x7f]/);
  });
});
