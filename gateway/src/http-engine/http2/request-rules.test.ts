/** Which requests of HTTP/2 are none: each is refused, and no handler sees it, or not as a whole. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { block, frame, http2Client } from '../../../test/fixtures/http2-frames.ts';
import type { Fields } from '../../../test/fixtures/http2-frames.ts';
import { bodyOf, http2Listener } from '../../../test/fixtures/http2-listener.ts';
import type { Http2Listener } from '../../../test/fixtures/http2-listener.ts';
import { droppedHeaders } from '../http1/known-headers.ts';
import type { IncomingRequest } from '../messages.ts';

const PROTOCOL_ERROR = 1;
const GET: Fields = [[':method', 'GET'], [':scheme', 'https'], [':path', '/r'], [':authority', 'bb.test']];
const POST: Fields = [[':method', 'POST'], ...GET.slice(1)];
const END = 0x5;
const MORE = 0x4;

function changed(name: string, value: string): Fields {
  return GET.map(([key, before]) => [key, key === name ? value : before]);
}

const MALFORMED: readonly (readonly [what: string, fields: Fields])[] = [
  ['a field value with CRLF', [...GET, ['x-a', 'a\r\nx-evil: 1']]],
  ['a field value with NUL', [...GET, ['x-a', 'a\0b']]],
  ['a field value with a bare LF', [...GET, ['x-a', 'a\nb']]],
  ['a field value with another control', [...GET, ['x-a', 'a\x01b']]],
  ['a field value with DEL', [...GET, ['x-a', 'a\x7fb']]],
  ['a field value with a space in front', [...GET, ['x-a', ' a']]],
  ['a field value with a tab behind', [...GET, ['x-a', 'a\t']]],
  ['a field name with a colon', [...GET, ['x-a:b', 'a']]],
  ['a field name with NUL', [...GET, ['x\0a', 'a']]],
  ['a field name with a space', [...GET, ['x a', 'a']]],
  ['a field name in upper case', [...GET, ['X-A', 'a']]],
  ['an empty field name', [...GET, ['', 'a']]],
  ['a field name beyond ASCII', [...GET, ['x-\x80', 'a']]],
  ['connection', [...GET, ['connection', 'close']]],
  ['keep-alive', [...GET, ['keep-alive', 'timeout=5']]],
  ['proxy-connection', [...GET, ['proxy-connection', 'x']]],
  ['upgrade', [...GET, ['upgrade', 'websocket']]],
  ['transfer-encoding', [...GET, ['transfer-encoding', 'chunked']]],
  ['te with another value', [...GET, ['te', 'gzip']]],
  ['te with more than trailers', [...GET, ['te', 'trailers, gzip']]],
  ['a path with a space', changed(':path', '/a b')],
  ['a path with a tab', changed(':path', '/a\tb')],
  ['a path with NUL', changed(':path', '/r\0')],
  ['a path with CRLF', changed(':path', '/r HTTP/1.1\r\nx: y')],
  ['a path beyond ASCII', changed(':path', '/\xe9')],
  ['an empty path', changed(':path', '')],
  ['a path without a slash', changed(':path', 'r')],
  ['a path in absolute form', changed(':path', 'http://evil.test/r')],
  ['an asterisk without OPTIONS', changed(':path', '*')],
  ['a method with a space', changed(':method', 'GET /smuggled HTTP/1.1')],
  ['a method with CRLF', changed(':method', 'GET\r\nx-evil: 1')],
  ['an empty method', changed(':method', '')],
  ['a method beyond ASCII', changed(':method', 'G\x80')],
  ['another scheme', changed(':scheme', 'ftp')],
  ['an authority with CRLF', changed(':authority', 'bb.test\r\nx-evil: 1')],
  ['an authority with a path', changed(':authority', 'bb.test/smuggled')],
  ['an authority with user information', changed(':authority', 'user@bb.test')],
  ['an empty authority', changed(':authority', '')],
  ['no path', GET.filter(([name]) => name !== ':path')],
  ['no method', GET.filter(([name]) => name !== ':method')],
  ['no scheme', GET.filter(([name]) => name !== ':scheme')],
  ['two methods', [[':method', 'GET'], ...GET]],
  ['two paths', [[':path', '/r'], ...GET]],
  ['two schemes', [[':scheme', 'https'], ...GET]],
  ['two authorities', [[':authority', 'bb.test'], ...GET]],
  ['a pseudo-header behind a field', [['x-a', 'b'], ...GET]],
  ['an unknown pseudo-header', [...GET, [':foo', 'bar']]],
  ['a pseudo-header of answers', [...GET, [':status', '200']]],
  ['the pseudo-header of extended CONNECT', [...GET, [':protocol', 'websocket']]],
  ['another host than the authority', [...GET, ['host', 'evil.test']]],
  ['two hosts', [...GET, ['host', 'bb.test'], ['host', 'bb.test']]],
  ['two content-lengths', [...GET, ['content-length', '0'], ['content-length', '0']]],
  ['a content-length that is no number', [...GET, ['content-length', '+0']]],
  ['an empty content-length', [...GET, ['content-length', '']]],
  ['CONNECT with a path', [[':method', 'CONNECT'], ...GET.slice(1)]],
  ['content-length without a body', [...POST, ['content-length', '5']]],
];

/** Frames behind the head of a POST. */
const BROKEN_BODIES: readonly (readonly [what: string, fields: Fields, frames: readonly Buffer[]])[] = [
  ['less than content-length', [...POST, ['content-length', '9']], [frame(0, 1, 1, 'hello')]],
  ['more than content-length', [...POST, ['content-length', '5']], [frame(0, 0, 1, 'hello'), frame(0, 1, 1, '!')]],
  ['more than content-length, in one frame', [...POST, ['content-length', '5']], [frame(0, 1, 1, 'hello!')]],
  ['a request behind content-length 0', [...POST, ['content-length', '0']], [frame(0, 1, 1, 'GET /smuggled HTTP/1.1\r\n\r\n')]],
  ['less than content-length, then trailers',
    [...POST, ['content-length', '9']], [frame(0, 0, 1, 'hello'), frame(1, END, 1, block([['x-t', '1']]))]],
  ['a pseudo-header in trailers', POST, [frame(0, 0, 1, 'hello'), frame(1, END, 1, block([[':path', '/smuggled']]))]],
  ['trailers that do not end the stream', POST, [frame(0, 0, 1, 'hello'), frame(1, MORE, 1, block([['x-t', '1']]))]],
  ['CRLF in trailers', POST, [frame(1, END, 1, block([['x-t', 'a\r\nb: c']]))]],
  ['a field of the connection in trailers', POST, [frame(1, END, 1, block([['connection', 'close']]))]],
];

describe('requests of HTTP/2', () => {
  let listener: Http2Listener;
  const requests: IncomingRequest[] = [];
  const bodies: Promise<{ readonly bytes: Buffer; readonly trailers: readonly string[] } | undefined>[] = [];

  beforeAll(async () => {
    listener = await http2Listener((request, answer) => {
      requests.push(request);
      const body = bodyOf(request);
      bodies.push(body);
      void body.then((whole) => whole && answer.sendWhole({ status: 200, lines: '', length: 2 }, Buffer.from('ok')));
    });
  });

  beforeEach(() => {
    requests.length = 0;
    bodies.length = 0;
  });

  afterAll(() => listener.close());

  it.each(MALFORMED)('refuses %s', async (_, fields) => {
    const client = http2Client(listener.port);
    client.send(frame(1, END, 1, block(fields)));
    expect(await client.untilClosed()).toBe(true);
    expect(client.errorOf(1)).toBe(PROTOCOL_ERROR);
    expect(requests).toEqual([]);
    expect(listener.refused.at(-1)).toMatchObject({ status: 400, connection: { remoteAddress: '127.0.0.1' } });
  });

  it.each(BROKEN_BODIES)('lets no body pass as a whole: %s', async (_, fields, frames) => {
    const client = http2Client(listener.port);
    client.send(frame(1, MORE, 1, block(fields)), ...frames);
    expect(await client.untilClosed()).toBe(true);
    expect(client.errorOf(1)).toBe(PROTOCOL_ERROR);
    expect(await Promise.all(bodies)).toEqual(requests.map(() => undefined));
  });

  it('hands over what is well formed, as HTTP/1 has it', async () => {
    const client = http2Client(listener.port);
    const more: Fields = [['host', 'BB.test'], ['te', 'trailers'], ['cookie', 'a=1'], ['x-a', 'b\tc'], ['cookie', 'b=2']];
    client.send(frame(1, END, 1, block([...GET, ...more])));
    await client.until(({ type, id }) => type === 0 && id === 1);
    expect(client.dataOf(1)).toBe('ok');
    const [{ method, target, version, headers, contentLength, isChunked }] = requests as [IncomingRequest];
    expect({ method, target, version, contentLength, isChunked })
      .toEqual({ method: 'GET', target: '/r', version: '2.0', contentLength: undefined, isChunked: false });
    expect(headers.flat()).toEqual(['host', 'bb.test', 'te', 'trailers', 'x-a', 'b\tc', 'cookie', 'a=1; b=2']);
    expect(headers.copyWithout(droppedHeaders(['te', 'x-a']))).toBe('host: bb.test\r\ncookie: a=1; b=2\r\n');
    client.socket.destroy();
  });

  it('takes a host field in place of an authority', async () => {
    const client = http2Client(listener.port);
    client.send(frame(1, END, 1, block([...GET.slice(0, 3), ['host', 'h.test']])));
    await client.until(({ type }) => type === 0);
    expect(requests[0]!.headers.first('host')).toBe('h.test');
    client.socket.destroy();
  });

  it('hands over trailers, without those that change what was sent', async () => {
    const client = http2Client(listener.port);
    client.send(frame(1, MORE, 1, block(POST)), frame(0, 0, 1, 'hello'), frame(1, END, 1, block([['x-t', '1'], ['content-length', '99']])));
    await client.until(({ type }) => type === 0);
    expect(await bodies[0]).toEqual({ bytes: Buffer.from('hello'), trailers: ['x-t', '1'] });
    client.socket.destroy();
  });

  it('answers 431 to more fields than it keeps, and goes on', async () => {
    const client = http2Client(listener.port);
    const many: Fields = Array.from({ length: 300 }, (_, at) => [`x-${at}`, 'v']);
    client.send(frame(1, END, 1, block([...GET, ...many])), frame(1, END, 3, block(GET)));
    await client.until(({ type, id }) => type === 0 && id === 3);
    const head = client.frames.find(({ type, id }) => type === 1 && id === 1);
    expect(head?.payload.toString('latin1')).toContain('431');
    expect(client.dataOf(3)).toBe('ok');
    expect(listener.refused.at(-1)).toMatchObject({ status: 431, reason: 'header-list' });
    client.socket.destroy();
  });

  it('ignores frames of unknown types', async () => {
    const client = http2Client(listener.port);
    client.send(frame(99, 0, 0, 'x'), frame(99, 255, 1, 'y'), frame(1, END, 1, block(GET)));
    await client.until(({ type }) => type === 0);
    expect(client.dataOf(1)).toBe('ok');
    client.socket.destroy();
  });
});
