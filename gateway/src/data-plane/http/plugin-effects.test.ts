/** What plugins do to requests and answers, as clients and upstreams see it. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { BodyFilter, Exchange, PluginAnswer } from '../../plugin-kit/exchange.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Given {
  /** One for each plugin, in the order in which they run. */
  readonly plugins: readonly PluginPhases[];
  readonly request?: string;
  readonly answer?: string;
  readonly route?: Row;
}

interface Seen {
  readonly answer: string;
  readonly received: string;
  readonly proxy: LocalProxy;
}

async function run({ plugins, request = requestOf('GET /'), answer = answerOf('ok'), route }: Given): Promise<Seen> {
  const upstream = await new RawUpstream((peer) => peer.send(answer)).start();
  closing.push(() => upstream.close());
  const names = plugins.map((_, index) => `p${index}`);
  const handlers = Object.fromEntries(plugins.map((phases, index) => [names[index]!, {
    name: names[index]!, priority: 100 - index, prepare: () => phases,
  }]));
  const rows = names.map((name) => ({ id: name, name, config: {} }));
  const proxy = await new LocalProxy({ handlers, tables: { ...rowsFor(upstream.port, {}, route), plugins: rows } }).start();
  closing.push(() => proxy.close());
  const seen = await ask(proxy.port, request);
  await eventually('the request is over', () => proxy.pipeline.active === 0);
  return { answer: seen, received: upstream.connections.map(({ received }) => received).join(''), proxy };
}

const bodyOf = (message: string): string => message.split('\r\n\r\n').slice(1).join('\r\n\r\n');

/** Replaces bytes as they pass, and adds some at the end. */
const shouting = (end: string): BodyFilter => ({
  changes: true, part: (bytes) => Buffer.from(bytes.toString().toUpperCase()), end: () => Buffer.from(end),
});

describe('the request to the upstream', () => {
  it('has the method, path, query, Host and headers that plugins set', async () => {
    const access = ({ upstream }: Exchange): void => {
      upstream.method = 'PUT';
      upstream.path = '/other%20path';
      upstream.query = 'a=1';
      upstream.hostHeader = 'elsewhere.test';
      upstream.setHeader('X-List', ['1', '2']);
      upstream.addHeader('x-given', 'more');
      upstream.removeHeader('X-Gone');
    };
    const { received } = await run({
      plugins: [{ access }], request: requestOf('GET /', ['X-Given: one', 'X-Gone: 1', 'Connection: close']),
    });
    const lines = received.split('\r\n');
    expect(lines[0]).toBe('PUT /other%20path?a=1 HTTP/1.1');
    expect(lines).toEqual(expect.arrayContaining(['Host: elsewhere.test', 'X-List: 1', 'X-List: 2', 'x-given: one', 'x-given: more']));
    expect(received).not.toMatch(/x-gone/i);
  });

  it('goes where a plugin sends it', async () => {
    const other = await new RawUpstream((peer) => peer.send(answerOf('from the other'))).start();
    closing.push(() => other.close());
    const { answer, received } = await run({
      plugins: [{ access: ({ upstream }) => { upstream.target = { host: '127.0.0.1', port: other.port }; } }],
    });
    expect([bodyOf(answer), received]).toEqual(['from the other', '']);
  });

  it('keeps its framing, whatever plugins set, and no value adds a line', async () => {
    const access = ({ upstream }: Exchange): void => {
      upstream.setHeader('Content-Length', '999');
      upstream.setHeader('Transfer-Encoding', 'chunked');
      upstream.setHeader('X-Text', 'a\r\nX-Injected: 1');
    };
    const request = requestOf('POST /', ['Content-Length: 2', 'Connection: close'], 'hi');
    const { received } = await run({ plugins: [{ access }], request });
    expect(received).not.toMatch(/transfer-encoding|^x-injected/im);
    expect(received.match(/content-length/gi)).toHaveLength(1);
    expect(received).toContain('Content-Length: 2\r\n');
  });

  it('shows a plugin what the one before it changed', async () => {
    const seen: unknown[] = [];
    await run({
      plugins: [
        { access: ({ upstream }) => upstream.setHeader('X-A', 'changed') },
        { access: ({ upstream, request }) => void seen.push(upstream.header('x-a'), request.header('x-a'), upstream.headerValues('x-b')) },
      ],
      request: requestOf('GET /', ['X-A: sent', 'X-B: 1', 'X-B: 2', 'Connection: close']),
    });
    expect(seen).toEqual(['changed', 'sent', ['1', '2']]);
  });
});

describe("a plugin's own answer", () => {
  const answered = async (answer: PluginAnswer, later: PluginPhases = {}) => (
    await run({ plugins: [{ access: (exchange) => exchange.respond(answer), ...later }] })).answer;

  it.each<readonly [string, PluginAnswer, RegExp]>([
    ['an object as JSON', { status: 200, body: { a: 1 } }, /Content-Type: application\/json; charset=utf-8\r\n[^]*\r\n\r\n\{"a":1\}$/],
    ['text without a type', { status: 503, body: 'plain' }, /^HTTP\/1\.1 503 (?![^]*Content-Type)[^]*\r\n\r\nplain$/],
    ['its own headers, in place of the gateway\'s', { status: 200, body: '', headers: { 'server': 'mine', 'Set-Cookie': ['a', 'b'] } },
      /(?!.*hybridge)[^]*server: mine\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n/],
    ['the page of a status without a body', { status: 410 }, /^HTTP\/1\.1 410 Gone[^]*text\/html[^]*<title>410 Gone<\/title>/],
    ['nothing for a status without a page', { status: 200 }, /^HTTP\/1\.1 200 OK[^]*Content-Length: 0\r\n[^]*\r\n\r\n$/],
  ])('sends %s', async (_what, answer, expected) => {
    expect(await answered(answer)).toMatch(expected);
  });

  it('goes through the filters of plugins, and gets its length afterwards', async () => {
    const answer = await answered({ status: 200, body: 'hello' }, { body: () => shouting('!') });
    expect(answer).toMatch(/Content-Length: 6\r\n[^]*\r\n\r\nHELLO!$/);
  });

  it('cannot break its framing', async () => {
    const answer = await answered({ status: 200, body: 'x', headers: { 'Content-Length': '50', 'Transfer-Encoding': 'chunked' } });
    expect(answer).toMatch(/Content-Length: 1\r\n/);
    expect(answer).not.toMatch(/Content-Length: 50|Transfer-Encoding/);
  });
});

describe('the body of an answer', () => {
  it('passes all filters in order, in chunks where its length is not known any more', async () => {
    const wrapped: BodyFilter = { changes: true, part: (bytes) => Buffer.from(`<${bytes}>`), end: () => Buffer.from('.') };
    const { answer } = await run({ plugins: [{ body: () => shouting('?') }, { body: () => wrapped }], answer: answerOf('body') });
    expect(answer).not.toMatch(/content-length/i);
    const text = [...bodyOf(answer).matchAll(/[0-9a-f]+\r\n([^\r]*)\r\n/g)].map(([, part]) => part).join('');
    expect(text).toBe('<BODY><?>.');
  });

  it('keeps its length where filters only look', async () => {
    const parts: string[] = [];
    const looking: BodyFilter = { part: (bytes) => (parts.push(bytes.toString()), bytes), end: () => void parts.push('end') };
    const { answer } = await run({ plugins: [{ body: () => looking }, { body: () => undefined }], answer: answerOf('body') });
    expect(answer).toMatch(/Content-Length: 4\r\n[^]*\r\n\r\nbody$/);
    expect(parts).toEqual(['body', 'end']);
  });

  it('is cut when a filter throws, with one line in the log, and the node serves on', async () => {
    let calls = 0;
    const failing: BodyFilter = {
      part: (bytes) => {
        calls += 1;
        if (calls === 1) throw new Error('broken filter');
        return bytes;
      },
      end: () => undefined,
    };
    const { answer, proxy } = await run({ plugins: [{ body: () => failing }], answer: answerOf('body') });
    expect(bodyOf(answer)).toBe('');
    expect(proxy.messages('error')).toEqual(['defect in phase body of a plugin: broken filter']);
    expect(await ask(proxy.port, requestOf('GET /'))).toMatch(/^HTTP\/1\.1 200 [^]*body$/);
  });

  it('of a HEAD request keeps its length', async () => {
    const { answer } = await run({
      plugins: [{ body: () => shouting('!') }], request: requestOf('HEAD /'),
      answer: answerOf('', ['Content-Length: 7']).replace('Content-Length: 0\r\n', ''),
    });
    expect(answer).toMatch(/Content-Length: 7\r\n/);
  });
});

describe('what the phase log knows', () => {
  it('are sizes as they travelled, durations and tries', async () => {
    let facts: Record<string, unknown> = {};
    const log = (exchange: Exchange): void => {
      const { sizes, timings, tries, upstreamUri, upstreamStatus, isAborted, response } = exchange;
      facts = {
        request: sizes.request, response: sizes.response, tries: tries?.length, upstreamUri, upstreamStatus,
        isAborted, status: response?.status, source: response?.source, order: [timings.proxyMs, timings.upstreamMs].every((ms) => ms >= 0)
          && timings.requestMs >= timings.proxyMs + timings.upstreamMs,
      };
    };
    const request = requestOf('POST /p?q=1', ['Content-Length: 3', 'Connection: close'], 'abc');
    const { answer } = await run({ plugins: [{ log }], request });
    await eventually('the log phase', () => facts.status !== undefined);
    expect(facts).toEqual({
      request: request.length, response: answer.length, tries: 1, upstreamUri: '/p?q=1', upstreamStatus: '200', isAborted: false,
      status: 200, source: 'upstream', order: true,
    });
  });
});
