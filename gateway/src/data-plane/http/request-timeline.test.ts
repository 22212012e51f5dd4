/** What the timeline of a request has, and what of it a client may see. */
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { answerOf, ask, LocalProxy, RawUpstream, requestOf, rowsFor } from '../../../test/fixtures/local-proxy.ts';
import type { LocalProxyOptions } from '../../../test/fixtures/local-proxy.ts';
import type { Row } from '../../model/config-table.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { Timeline } from '../../plugin-kit/timeline.ts';
import type { Handlers } from '../compiled-configuration.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Plugins by name, in the order of their priorities. */
function handlersOf(plugins: Readonly<Record<string, PluginPhases>>): Handlers {
  return Object.fromEntries(Object.entries(plugins).map(([name, phases], index) => [
    name, { name, priority: 100 - index, prepare: () => phases },
  ]));
}

async function start(plugins: Readonly<Record<string, PluginPhases>>, options: LocalProxyOptions = {}) {
  const upstream = await new RawUpstream((peer) => peer.send(answerOf('ok'))).start();
  const rows: readonly Row[] = Object.keys(plugins).map((name) => ({ id: `id of ${name}`, name, config: {} }));
  const proxy = await new LocalProxy({
    handlers: handlersOf(plugins), ...options,
    tables: { ...rowsFor(upstream.port, {}, { paths: ['/found'] }), plugins: rows, workspaces: [{ id: 'w', name: 'default' }] },
  }).start();
  closing.push(() => proxy.close(), () => upstream.close());
  return { proxy, upstream };
}

/** The timeline of one request, as a plugin finds it at the end. */
async function timelineOf(
  path: string, plugins: Readonly<Record<string, PluginPhases>>, wantsTimeline = true,
): Promise<Timeline | undefined> {
  const seen: (Timeline | undefined)[] = [];
  const observer: PluginPhases = { wantsTimeline, log: ({ timeline }) => void seen.push(timeline) };
  const { proxy } = await start({ ...plugins, observer });
  await ask(proxy.port, requestOf(`GET ${path}`));
  await eventually('the end of the request', () => seen.length > 0);
  return seen[0];
}

function named({ steps }: Timeline): string[] {
  return steps.map((step) => {
    if (step.kind === 'plugin') return `${step.phase} ${step.name}`;
    return step.kind === 'router' && step.failed ? 'router failed' : step.kind;
  });
}

describe('a timeline', () => {
  const all: PluginPhases = { rewrite: () => undefined, access: () => undefined, responseHeaders: () => undefined };

  it('has a step for each phase of each plugin, and the search for a route', async () => {
    const timeline = await timelineOf('/found', { a: all, b: { access: () => undefined } });
    expect(named(timeline!)).toEqual(['rewrite a', 'router', 'access a', 'access b', 'responseHeaders a']);
    for (const { start: from, end } of timeline!.steps) expect(end).toBeGreaterThanOrEqual(from);
  });

  it('has the phases one behind the other', async () => {
    const timeline = await timelineOf('/found', { a: all });
    const periods = (['rewrite', 'access', 'responseHeaders', 'body'] as const).map((name) => timeline!.phase(name)!);
    const times = periods.flatMap(({ start: from, end }) => [from, end!]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.abs(Date.now() - times[0]!)).toBeLessThan(60_000);
  });

  it('of a request without a route ends with the search, and the later phases', async () => {
    expect(named((await timelineOf('/nothing', { a: all }))!)).toEqual(['rewrite a', 'router failed', 'responseHeaders a']);
  });

  it('has a step of the plugin that ends the request, and none of those behind it', async () => {
    const refusing: PluginPhases = { access: (exchange) => exchange.refuse({ status: 403, message: 'no' }) };
    expect(named((await timelineOf('/found', { a: refusing, b: all }))!)).toEqual(['rewrite b', 'router', 'access a', 'responseHeaders b']);
  });

  it('has an end for a step that failed', async () => {
    const failing: PluginPhases = { access: () => Promise.reject(new Error('defect')) };
    const timeline = await timelineOf('/found', { a: failing });
    expect(timeline!.steps.at(-1)).toMatchObject({ kind: 'plugin', name: 'a', id: 'id of a', end: expect.any(Number) as number });
  });

  it('is not recorded when nothing asks for it', async () => {
    expect(await timelineOf('/found', { a: all }, false)).toBeUndefined();
  });
});

describe('what is logged about a request', () => {
  async function linesOf(wantsLogLines: boolean): Promise<unknown> {
    const seen: unknown[] = [];
    const observer: PluginPhases = {
      wantsLogLines,
      access: () => Promise.reject(new Error('defect')),
      log: ({ logLines }) => void seen.push(logLines?.map(({ level, message }) => [level, message])),
    };
    const { proxy } = await start({ observer });
    await ask(proxy.port, requestOf('GET /found'));
    await eventually('the end of the request', () => seen.length > 0);
    return seen[0];
  }

  it('is kept where a plugin asks for it', async () => {
    expect(await linesOf(true)).toEqual([['error', 'defect in a request: defect']]);
  });

  it('is not kept otherwise', async () => {
    expect(await linesOf(false)).toBeUndefined();
  });
});

describe('X-Kong-Request-Debug', () => {
  const plugins = { a: { access: () => undefined } };
  const TOKEN = 'token of the node';

  function outputOf(answer: string): object | undefined {
    const [, text] = /^X-Kong-Request-Debug-Output: (.*)\r$/m.exec(answer) ?? [];
    return text === undefined ? undefined : JSON.parse(text) as object;
  }

  it('shows the durations of the phases to a client on this machine', async () => {
    const { proxy, upstream } = await start(plugins, { debugToken: TOKEN });
    const answer = await ask(proxy.port, requestOf('GET /found', ['X-Kong-Request-Debug: *', 'Connection: close']));
    const ms = expect.any(Number) as number;
    expect(outputOf(answer)).toEqual({
      request_id: /X-Kong-Request-Id: (.*)\r/.exec(answer)![1],
      workspace_id: 'w',
      total_time_without_upstream: ms,
      child: {
        rewrite: { total_time: ms },
        access: {
          total_time: ms,
          child: {
            router: { total_time: ms },
            plugins: { total_time: ms, child: { a: { total_time: ms, child: { 'id of a': { total_time: ms } } } } },
          },
        },
        balancer: { total_time: ms },
        header_filter: { total_time: ms },
        upstream: { total_time: ms, child: { time_to_first_byte: { total_time: ms } } },
      },
    });
    expect(upstream.received).not.toMatch(/debug/i);
  });

  it.each([
    ['another value', ['X-Kong-Request-Debug: 1']],
    ['a token alone', [`X-Kong-Request-Debug-Token: ${TOKEN}`]],
    ['nothing', []],
  ])('shows nothing for %s', async (_what, headers) => {
    const { proxy, upstream } = await start(plugins, { debugToken: TOKEN });
    const answer = await ask(proxy.port, requestOf('GET /found', [...headers, 'Connection: close']));
    expect(outputOf(answer)).toBeUndefined();
    expect(upstream.received).not.toMatch(/debug/i);
  });

  it('is logged, too, when the client asks for that', async () => {
    const { proxy } = await start(plugins, { debugToken: TOKEN });
    await ask(proxy.port, requestOf('GET /nothing', ['X-Kong-Request-Debug: *', 'X-Kong-Request-Debug-Log: true', 'Connection: close']));
    await eventually('the line', () => proxy.messages('notice').includes('[request-debug] output'));
  });

  it('means nothing on a node that does not offer it', async () => {
    const { proxy, upstream } = await start(plugins);
    expect(outputOf(await ask(proxy.port, requestOf('GET /found', ['X-Kong-Request-Debug: *', 'Connection: close'])))).toBeUndefined();
    expect(upstream.received).toContain('X-Kong-Request-Debug: *');
  });
});
