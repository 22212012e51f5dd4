import { describe, expect, it, vi } from 'vitest';

import { pluginInstances } from '../../test/fixtures/plugin-instances.ts';
import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import type { Row } from '../model/config-table.ts';
import type { StreamExchange } from '../plugin-kit/stream-exchange.ts';
import { FakeExchange } from '../plugin-kit/testing.ts';
import { compileConfiguration } from './compiled-configuration.testing.ts';
import type { Handlers, Scheme } from './compiled-configuration.ts';
import { phasesFor } from './plans.ts';

/** A plugin that writes down which of its configurations ran. */
const marker = (name: string, priority: number): Handlers[string] => ({
  name,
  priority,
  prepare: (config) => ({ access: (exchange) => exchange.upstream.setHeader(name, String((config as Row).mark)) }),
});

const HANDLERS: Handlers = {
  'first': marker('first', 20), 'last': marker('last', 10), 'a-tie': marker('a-tie', 15), 'z-tie': marker('z-tie', 15),
};

/** `r`oute, `s`ervice, `c`onsumer. */
function plugin(scope: string, name = 'first'): Row {
  return {
    id: `${name}-${scope}`,
    name,
    config: { mark: scope === '' ? 'global' : scope },
    ...(scope.includes('r') ? { route: 'route' } : {}),
    ...(scope.includes('s') ? { service: 'service' } : {}),
    ...(scope.includes('c') ? { consumer: 'consumer' } : {}),
  };
}

function marksOf(plugins: readonly Row[], consumer: string | undefined, scheme: Scheme = 'http'): string[] {
  const snapshot = snapshotOf({
    services: [{ id: 'service' }, { id: 'other' }],
    routes: [{ id: 'route', service: 'service' }, { id: 'other-route', service: 'other' }],
    consumers: [{ id: 'consumer', username: 'c' }, { id: 'stranger', username: 's' }],
    plugins,
  });
  const compiled = compileConfiguration(snapshot, HANDLERS, pluginInstances());
  const exchange = new FakeExchange();
  for (const planned of compiled.planOf(snapshot.routes[0]!, scheme)) {
    void phasesFor(planned, consumer === undefined ? undefined : snapshot.consumers.byId.get(consumer))?.access?.(exchange);
  }
  return exchange.changes;
}

/** From the strongest to the weakest, as Kong documents it. */
const SCOPES = ['rsc', 'rc', 'sc', 'rs', 'c', 'r', 's', ''];

describe('which configuration of a plugin runs', () => {
  it.each(
    SCOPES.map((scope, index) => [scope || 'global', SCOPES.slice(index)] as const),
  )('for a consumer, %s wins over all that follow it', (winner, scopes) => {
    expect(marksOf(scopes.map((scope) => plugin(scope)).reverse(), 'consumer')).toEqual([`set header first: ${winner}`]);
  });

  it('without a consumer, and for other consumers, none that is for a consumer', () => {
    const all = SCOPES.map((scope) => plugin(scope));
    expect(marksOf(all, undefined)).toEqual(['set header first: rs']);
    expect(marksOf(all, 'stranger')).toEqual(['set header first: rs']);
    expect(marksOf([plugin('c')], 'stranger')).toEqual([]);
  });

  it('none of other routes and services, none that is disabled', () => {
    const elsewhere = [{ ...plugin('r'), route: 'other-route' }, { ...plugin('s'), service: 'other' }, { ...plugin(''), enabled: false }];
    expect(marksOf(elsewhere, 'consumer')).toEqual([]);
  });

  it('in the order of priority, and of equals the last name first', () => {
    const names = ['last', 'a-tie', 'first', 'z-tie'];
    expect(
      marksOf(names.map((name) => plugin('', name)), undefined).map((change) => change.split(' ')[2]),
    ).toEqual(['first:', 'z-tie:', 'a-tie:', 'last:']);
  });
});

describe('the protocols of a plugin', () => {
  const only = (protocols: readonly string[], scope = '') => ({ ...plugin(scope), protocols });

  it.each<[protocols: readonly string[], http: boolean, https: boolean]>([
    [['http', 'https'], true, true], [['https'], false, true], [['http'], true, false], [['grpc', 'grpcs'], true, true],
    [['grpcs'], false, true], [[], true, true],
  ])('%j: runs on http %s, on https %s', (protocols, http, https) => {
    expect(marksOf([only(protocols)], undefined, 'http')).toHaveLength(http ? 1 : 0);
    expect(marksOf([only(protocols)], undefined, 'https')).toHaveLength(https ? 1 : 0);
  });

  it('count before the scope: a weaker configuration runs where the stronger one does not', () => {
    const both = [only(['https'], 'r'), only(['http'], 's')];
    expect(marksOf(both, undefined, 'http')).toEqual(['set header first: s']);
    expect(marksOf(both, undefined, 'https')).toEqual(['set header first: r']);
  });

  it('count in the global plan, too', () => {
    const snapshot = snapshotOf({ plugins: [only(['https'])] });
    const compiled = compileConfiguration(snapshot, HANDLERS, pluginInstances());
    expect([compiled.globalPlan('http').length, compiled.globalPlan('https').length]).toEqual([0, 1]);
  });
});

describe('the size of a compiled configuration', () => {
  it('grows with routes plus plugins of consumers, not with their product', () => {
    const COUNT = 300;
    const indexes = Array.from({ length: COUNT }, (_, index) => index);
    const snapshot = snapshotOf({
      services: [{ id: 'service' }],
      routes: indexes.map((index) => ({ id: `r${index}`, service: 'service' })),
      consumers: indexes.map((index) => ({ id: `c${index}`, username: `c${index}` })),
      plugins: indexes.flatMap((index): Row[] => [
        { id: `p${index}`, name: 'first', consumer: `c${index}` }, {
          id: `q${index}`, name: 'first', consumer: `c${index}`, service: 'service',
        },
      ]),
    });
    const compiled = compileConfiguration(snapshot, HANDLERS, pluginInstances());
    const plans = snapshot.routes.map((route) => compiled.planOf(route, 'http'));
    const planned = plans.flat();
    const maps = new Set(planned.flatMap(({ ofConsumers }) => ofConsumers.map(({ byId }) => byId)));
    expect(planned).toHaveLength(COUNT);
    expect([...maps].reduce((sum, map) => sum + map.size, 0)).toBe(2 * COUNT);
    expect(phasesFor(planned[7]!, snapshot.consumers.byId.get('c7'))).toBeDefined();
  });

  it('has no plan of its own for a route with nothing but global plugins', () => {
    const snapshot = snapshotOf({ routes: [{ id: 'a' }, { id: 'b' }], plugins: [plugin(''), { id: 'r', name: 'last', route: 'b' }] });
    const compiled = compileConfiguration(snapshot, HANDLERS, pluginInstances());
    expect(compiled.planOf(snapshot.routes[0]!, 'http')).toBe(compiled.globalPlan('https'));
    expect(compiled.planOf(snapshot.routes[1]!, 'http')).toHaveLength(2);
  });
});

describe('a configuration', () => {
  it('without a disabled service has none of its routes', () => {
    const { routes } = snapshotOf({ services: [{ id: 's', enabled: false }], routes: [{ id: 'r', service: 's' }, { id: 'q' }] });
    expect(routes.map(({ id }) => id)).toEqual(['q']);
  });

  it('holds back what begins like a path that is no regular expression, naming the route', () => {
    const routes = [{ id: 'r', name: 'broken', paths: ['~/a/('] }, { id: 's', paths: ['/'] }, { id: 't', paths: ['~/('] }];
    const { failed, router } = compileConfiguration(snapshotOf({ routes }), {}, pluginInstances());
    expect(failed).toMatchObject([
      { entity: 'routes', id: 'r', name: 'broken', reason: expect.stringMatching(/route broken, path ~/) }, { entity: 'routes', id: 't' },
    ]);
    const request = {
      method: 'GET', host: 'h', port: 80, scheme: 'http', search: '', ends: { sourceIp: '', sourcePort: 0, destinationIp: '' },
      headerValues: () => [],
    } as const;
    const find = (path: string) => router.find({ ...request, path });
    expect([find('/a/b')?.route, find('/b')?.route]).toMatchObject([{ id: 'r', heldBack: true }, { id: 's' }]);
  });
});

describe('plans of streams', () => {
  const named = (id: string, protocols?: readonly string[]): Row => ({
    id, name: id, config: { mark: id }, ...protocols !== undefined && { protocols },
  });
  const plansOf = (protocols: readonly string[]) => {
    const snapshot = snapshotOf({
      services: [{ id: 'service' }], routes: [{ id: 'route', service: 'service', protocols }],
      plugins: [named('first', ['http', 'tls']), named('last', ['http']), named('a-tie', [])],
    });
    const compiled = compileConfiguration(snapshot, HANDLERS, pluginInstances());
    const namesOf = (scheme: Scheme) => compiled.planOf(snapshot.routes[0]!, scheme).map(({ name }) => name);
    return { stream: namesOf('stream'), http: namesOf('http') };
  };

  it.each(['tcp', 'tls', 'tls_passthrough', 'udp'])('have the plugins for any protocol of streams: %s', (protocol) => {
    expect(plansOf([protocol])).toEqual({ stream: ['first', 'a-tie'], http: ['first', 'a-tie', 'last'] });
  });

  it('refuse streams in place of a plugin that cannot run', () => {
    const snapshot = snapshotOf({ routes: [{ id: 'route', protocols: ['tcp'] }], plugins: [named('unknown', ['tcp'])] });
    const [planned] = compileConfiguration(snapshot, HANDLERS, pluginInstances()).planOf(snapshot.routes[0]!, 'stream');
    const refuse = vi.fn();
    void planned!.general!.preread!({ refuse } as Partial<StreamExchange> as StreamExchange);
    expect(refuse).toHaveBeenCalledOnce();
  });
});
