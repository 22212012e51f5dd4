/** Plugins that say that they start nothing run outside of what ties stray work to a request: no timer or promise may come from them. */
import { createHook } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';

import { nodeServices } from '../../test/fixtures/node-services.ts';
import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import type { PluginHandler } from '../plugin-kit/plugin.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../plugin-kit/testing.ts';
import { HANDLERS } from './handlers.ts';

const ALLOW = { allow: ['a'] };
const HEADERS = { add: { headers: ['x-a:1'] }, remove: { headers: ['accept'] } };

describe('a plugin that starts nothing', () => {
  it.each<[name: keyof typeof HANDLERS, config: object]>([
    ['acl', ALLOW], ['basic-auth', {}], ['bot-detection', {}], ['correlation-id', { echo_downstream: true }], ['cors', {}],
    ['hmac-auth', {}], ['ip-restriction', { allow: ['192.0.2.0/24'] }], ['jwt', {}], ['key-auth', {}],
    ['prometheus', { status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true }],
    ['rate-limiting', { minute: 5, policy: 'local' }], ['redirect', { location: 'https://a.test' }], ['request-termination', {}],
    ['request-transformer', HEADERS], ['response-transformer', HEADERS],
  ])('%s', (name, config) => {
    const { plugins: [plugin] } = snapshotOf({ plugins: [{ id: name, name, config }] });
    const phases = (HANDLERS[name] as PluginHandler<unknown>).prepare(plugin!.config, fakeContext({ services: nodeServices() }));
    expect(phases.startsNothing).toBe(true);

    const made: string[] = [];
    const hook = createHook({ init: (_id, type) => void made.push(type) });
    const exchange = new FakeExchange({ headers: { apikey: 'k', authorization: 'Bearer a.b.c', origin: 'https://a.test' } });
    const response = new FakeResponse(200, { 'content-type': 'text/plain' });
    hook.enable();
    const answers = [phases.rewrite?.(exchange), phases.access?.(exchange)];
    exchange.response = response;
    answers.push(phases.responseHeaders?.(exchange), phases.log?.(exchange));
    hook.disable();
    expect(answers.filter((answer) => answer !== undefined)).toEqual([]);
    expect(made).toEqual([]);
  });

  it('is no plugin whose configuration makes it wait', () => {
    const isQuiet = (name: keyof typeof HANDLERS, config: object) => {
      const { plugins: [plugin] } = snapshotOf({ plugins: [{ id: name, name, config }] });
      return (HANDLERS[name] as PluginHandler<unknown>).prepare(plugin!.config, fakeContext({ services: nodeServices() })).startsNothing;
    };
    expect(isQuiet('key-auth', { key_in_body: true })).toBe(false);
    expect(isQuiet('hmac-auth', { validate_request_body: true })).toBe(false);
    expect(isQuiet('request-termination', { echo: true })).toBe(false);
    expect(isQuiet('request-transformer', { http_method: 'GET' })).toBe(false);
    expect(isQuiet('request-transformer', { add: { body: ['a:1'] } })).toBe(false);
  });
});
