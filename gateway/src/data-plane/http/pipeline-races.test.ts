/** What happens to a request when its ends do not keep step: with engines in memory, so that each order of events can be had. */
import { describe, expect, it } from 'vitest';

import { LOCAL_NAMES } from '../../../test/fixtures/local-names.ts';
import { rowsFor } from '../../../test/fixtures/local-proxy.ts';
import { pluginInstances } from '../../../test/fixtures/plugin-instances.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { createLog } from '../../base/log.ts';
import type { Row } from '../../model/config-table.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { UpstreamBalancers } from '../balancer/upstream-balancers.ts';
import { compileConfiguration } from '../compiled-configuration.testing.ts';
import { FakeAnswer, FakeRequest, FakeUpstreams } from './fake-messages.testing.ts';
import type { FakeCall, FakeRequestOptions } from './fake-messages.testing.ts';
import { Pipeline } from './pipeline.ts';
import { UpstreamTls } from './upstream-tls.ts';

class Setup {
  readonly upstreams = new FakeUpstreams();
  readonly pipeline: Pipeline;
  readonly logged: string[] = [];
  /** Log phases that ran. */
  logs = 0;

  constructor(phases: PluginPhases = {}, service: Row = {}, route: Row = {}) {
    const log = createLog({ level: 'error', write: (line) => void this.logged.push((JSON.parse(line) as { message: string }).message) });
    const snapshot = snapshotOf({ ...rowsFor(1, service, route), plugins: [{ id: 'p', name: 'x', config: {} }] });
    const prepare = (): PluginPhases => ({ ...phases, log: () => void (this.logs += 1) });
    const compiled = compileConfiguration(snapshot, { x: { name: 'x', priority: 1, prepare } }, pluginInstances(log));
    const balancers = new UpstreamBalancers({ resolver: LOCAL_NAMES, log, clock: SYSTEM_CLOCK, probeContext: undefined });
    this.pipeline = new Pipeline({
      upstreams: this.upstreams, tls: new UpstreamTls({}), balancers, resolver: LOCAL_NAMES, log, configuration: () => compiled,
      closing: () => false, isTrusted: () => false, onEnd: () => undefined,
    });
  }

  ask(options: FakeRequestOptions = {}): { request: FakeRequest; answer: FakeAnswer } {
    const request = new FakeRequest(options);
    const answer = new FakeAnswer();
    this.pipeline.request(request, answer);
    return { request, answer };
  }

  /** The newest request to the upstream. */
  get call(): FakeCall {
    return this.upstreams.calls.at(-1)!;
  }

  /** Nothing is left of the request. */
  expectOver(): void {
    expect([this.pipeline.active, this.logs, this.logged]).toEqual([0, 1, []]);
  }
}

/** Promises that are due have been served. */
const settled = async (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const POST: FakeRequestOptions = { method: 'POST', contentLength: 9 };

/** A route whose upstreams get bodies as they come. */
const STREAMS = { request_buffering: false };

describe('a request without plugins that wait', () => {
  it('is answered within the calls of the engines: nothing is left for later', () => {
    const setup = new Setup();
    const { answer } = setup.ask();
    setup.call.answer(200, ['X-A: 1'], 2);
    expect(setup.call.part('ok')).toBe(true);
    setup.call.reader.end();
    expect(answer.calls).toEqual(['head 200', 'part ok', 'end']);
    expect(answer.sent).toMatchObject({ status: 200, reason: 'Fine', length: 2, lines: expect.stringMatching(/^X-A: 1\r\n/) as string });
    setup.expectOver();
  });
});

describe('an answer before the body of its request is whole', () => {
  it('goes to the client; what still comes of the body is taken no further', () => {
    const setup = new Setup({}, {}, STREAMS);
    const { request, answer } = setup.ask(POST);
    request.body.send('abc');
    setup.call.answer(413, [], 0);
    setup.call.reader.end();
    expect(answer.calls).toEqual(['head 413', 'end']);
    setup.expectOver();
    request.body.send('def');
    expect(answer.calls).toHaveLength(2);
  });

  it('to a client that waits for 100 comes without one', () => {
    const setup = new Setup({ access: (exchange) => exchange.refuse({ status: 401, message: 'no' }) });
    const { answer } = setup.ask({ ...POST, expectsContinue: true });
    expect(answer.calls.map((call) => call.split(' ', 2).join(' '))).toEqual(['head 401', 'part {\n', 'end']);
    expect(setup.upstreams.calls).toEqual([]);
    setup.expectOver();
  });
});

describe('a short body', () => {
  const problem = { kind: 'broken' as const, sent: true, isStale: false, message: 'reset' };

  it('is waited for before an upstream is asked, and sent at once', () => {
    const setup = new Setup();
    const { request, answer } = setup.ask(POST);
    request.body.send('abc');
    request.body.send('defghi');
    expect(setup.upstreams.calls).toEqual([]);
    request.body.end();
    expect(setup.call.calls).toEqual(['part abcdefghi', 'end']);
    setup.call.answer();
    setup.call.reader.end();
    expect(answer.isEnded).toBe(true);
    setup.expectOver();
  });

  it.each([4_096, 4_097, 65_536, 65_537])('of %i bytes arrives as it was sent', (length) => {
    const setup = new Setup();
    const { request } = setup.ask({ method: 'PUT', contentLength: length });
    const sent = Array.from({ length }, (_, at) => String.fromCharCode(97 + at % 26)).join('');
    request.body.send(sent.slice(0, 1_000));
    request.body.send(sent.slice(1_000));
    request.body.end();
    expect(setup.call.calls.map((call) => call.replace(/^part /, '')).join('')).toBe(`${sent}end`);
    // What has to wait for more than that goes on as it comes.
    expect(setup.call.calls).toHaveLength(length > 65_536 ? 3 : 2);
  });

  it('goes to another peer as a whole, whatever the first one did', () => {
    const setup = new Setup({}, { retries: 1 });
    const { request } = setup.ask({ method: 'PUT', contentLength: 9_000 });
    request.body.send('a'.repeat(9_000));
    request.body.end();
    setup.call.reader.fail(problem);
    expect(setup.upstreams.calls).toHaveLength(2);
    expect(setup.call.calls).toEqual([`part ${'a'.repeat(9_000)}`, 'end']);
    // Its buffer belongs to another request once this one has its answer.
    setup.call.answer();
    const { request: next } = setup.ask({ method: 'POST', contentLength: 9_000 });
    next.body.send('b'.repeat(9_000));
    next.body.end();
    expect(setup.call.calls).toEqual([`part ${'b'.repeat(9_000)}`, 'end']);
  });

  it('that breaks off reaches nothing', () => {
    const setup = new Setup();
    const { request, answer } = setup.ask(POST);
    request.body.send('abc');
    answer.close();
    request.body.abort();
    expect(setup.upstreams.calls).toEqual([]);
    setup.expectOver();
  });

  it('of a client that waits for 100 is asked for when an upstream is there', () => {
    const setup = new Setup();
    const { answer } = setup.ask({ ...POST, expectsContinue: true });
    expect(setup.upstreams.calls).toHaveLength(1);
    expect(answer.calls).toEqual(['continue']);
  });
});

describe('a slow end', () => {
  it('of the client holds the upstream, until the client takes more', () => {
    const setup = new Setup();
    const { answer } = setup.ask();
    setup.call.answer();
    answer.isSlow = true;
    expect(setup.call.part('a')).toBe(false);
    expect(setup.call.calls).toEqual(['end']);
    answer.onDrain!();
    expect(setup.call.calls).toEqual(['end', 'resume']);
  });

  it('of the upstream holds the client, until the upstream takes more', () => {
    const setup = new Setup({}, {}, STREAMS);
    setup.upstreams.onSend = (call) => {
      call.isSlow = true;
      call.reader.ready();
    };
    const { request } = setup.ask(POST);
    request.body.send('abc');
    expect(request.body.isPaused).toBe(true);
    setup.call.reader.drain();
    expect(request.body.isPaused).toBe(false);
  });
});

describe('a client that goes away', () => {
  it('while a plugin decides leaves nothing to send', async () => {
    let decide = (): void => undefined;
    const setup = new Setup({ access: async () => new Promise<void>((resolve) => (decide = resolve)) });
    const { answer } = setup.ask();
    answer.close();
    expect(setup.logs).toBe(0);
    decide();
    await settled();
    expect(setup.upstreams.calls).toEqual([]);
    setup.expectOver();
  });

  it('while the upstream thinks takes the request back', () => {
    const setup = new Setup();
    const { answer } = setup.ask();
    answer.close();
    expect(setup.call.calls).toEqual(['end', 'abort']);
    setup.expectOver();
  });

  it('while a plugin decides about the head takes it back at once, and ends when the plugin does', async () => {
    let decide = (): void => undefined;
    const setup = new Setup({ responseHeaders: async () => new Promise<void>((resolve) => (decide = resolve)) });
    const { answer } = setup.ask();
    setup.call.answer();
    answer.close();
    expect(setup.call.calls).toContain('abort');
    decide();
    await settled();
    expect(answer.calls).toEqual([]);
    setup.expectOver();
  });

  it('in the middle of the answer takes the rest back', () => {
    const setup = new Setup();
    const { answer } = setup.ask();
    setup.call.answer();
    setup.call.part('a');
    answer.close();
    expect(setup.call.calls).toEqual(['end', 'abort']);
    setup.expectOver();
  });

  it('in the middle of its body takes the request back', () => {
    const setup = new Setup({}, {}, STREAMS);
    const { request, answer } = setup.ask(POST);
    request.body.send('abc');
    request.body.abort();
    answer.close();
    expect(setup.call.calls).toContain('abort');
    setup.expectOver();
  });
});

describe('an upstream that fails', () => {
  const problem = { kind: 'broken' as const, sent: true, isStale: false, message: 'reset' };

  it('behind the head cuts the answer', () => {
    const setup = new Setup();
    const { answer } = setup.ask();
    setup.call.answer(200, [], 9);
    setup.call.part('abc');
    setup.call.reader.fail(problem);
    expect(answer.calls).toEqual(['head 200', 'part abc', 'cut']);
    setup.expectOver();
  });

  it('within the very call that sends is asked again, as often as it may', () => {
    const setup = new Setup({}, { retries: 3 });
    setup.upstreams.onSend = ({ reader }) => reader.fail({ ...problem, kind: 'connect', sent: false });
    const { answer } = setup.ask();
    expect(setup.upstreams.calls).toHaveLength(4);
    expect(answer.calls[0]).toBe('head 502');
    setup.expectOver();
  });

  it('in the middle of a short body gets the body again, once', () => {
    const setup = new Setup({}, { retries: 1 }, STREAMS);
    const { request } = setup.ask({ ...POST, method: 'PUT' });
    request.body.send('abc');
    setup.call.reader.fail(problem);
    request.body.send('def');
    request.body.send('ghi');
    request.body.end();
    expect(setup.upstreams.calls).toHaveLength(2);
    expect(setup.call.calls).toEqual(['part abc', 'part def', 'part ghi', 'end']);
  });

  it('while a plugin decides about the head becomes 502', async () => {
    let decide: (() => void) | undefined;
    const setup = new Setup({
      responseHeaders: async ({ response }) => (
        response!.source === 'upstream' ? new Promise<void>((resolve) => (decide = resolve)) : undefined),
    });
    const { answer } = setup.ask();
    setup.call.answer(200, [], 9);
    setup.call.part('abc');
    setup.call.reader.fail(problem);
    decide!();
    await settled();
    expect(answer.calls[0]).toBe('head 502');
    setup.expectOver();
  });
});

describe('what comes of an answer while a plugin decides about its head', () => {
  it('is kept, within a bound, and sent in order behind it', async () => {
    let decide = (): void => undefined;
    const setup = new Setup({ responseHeaders: async () => new Promise<void>((resolve) => (decide = resolve)) });
    const { answer } = setup.ask();
    setup.call.answer(200, [], 65_540);
    expect(setup.call.part('a')).toBe(true);
    expect(setup.call.part('b'.repeat(65_535))).toBe(false);
    decide();
    await settled();
    setup.call.part('rest');
    setup.call.reader.end();
    expect(answer.calls).toEqual(['head 200', 'part a', `part ${'b'.repeat(65_535)}`, 'part rest', 'end']);
    expect(setup.call.calls).toContain('resume');
    setup.expectOver();
  });
});

describe('a filter of a plugin', () => {
  it('that throws cuts the answer, and is logged', () => {
    const part = (): never => {
      throw new Error('boom');
    };
    const setup = new Setup({ body: () => ({ part, end: () => undefined }) });
    const { answer } = setup.ask();
    setup.call.answer(200, [], 3);
    setup.call.part('abc');
    expect(answer.calls).toEqual(['head 200', 'cut']);
    expect(setup.logged).toEqual(['defect in phase body of a plugin: boom']);
  });

  it('may keep what it gets: buffers of engines are used again', () => {
    const parts: Buffer[] = [];
    const setup = new Setup({
      body: () => ({
        changes: true,
        part: (bytes) => {
          parts.push(bytes);
          return undefined;
        },
        end: () => Buffer.concat(parts),
      }),
    });
    const { answer } = setup.ask();
    setup.call.answer(200, [], 6);
    setup.call.part('abc');
    setup.call.part('def');
    setup.call.reader.end();
    expect(answer.sent!.length).toBeUndefined();
    expect(answer.calls).toEqual(['head 200', 'part abcdef', 'end']);
  });
});

it('a request keeps what it has read of a body that is too long for a plugin, and sends all of it', async () => {
  const read: unknown[] = [];
  const setup = new Setup({ access: async ({ request }) => void read.push(await request.body(4)) });
  const { request } = setup.ask({ method: 'POST', contentLength: 9 });
  request.body.send('abc');
  request.body.send('def');
  request.body.send('ghi');
  request.body.end();
  await settled();
  await settled();
  expect(read).toEqual([undefined]);
  expect(setup.call.calls).toEqual(['part abc', 'part def', 'part ghi', 'end']);
});
