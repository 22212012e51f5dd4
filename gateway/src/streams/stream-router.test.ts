import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { snapshotOf } from '../../test/fixtures/snapshot.ts';
import type { Row } from '../model/config-table.ts';
import type { Route } from '../model/snapshot.ts';
import type { StreamInput } from './stream-input.ts';
import { StreamRouter } from './stream-router.ts';

const INPUT: StreamInput = {
  protocol: 'tcp', sourceIp: '10.1.2.3', sourcePort: 40_000, destinationIp: '192.0.2.1', destinationPort: 9000, serverName: undefined,
};
const TLS: StreamInput = { ...INPUT, protocol: 'tls', serverName: 'x.a.test' };

/** Names of routes, in the order in which they match when those before are gone. */
function order(rows: readonly Row[], input: StreamInput): string[] {
  let routes: readonly Route[] = snapshotOf({ routes: rows.map((row, index) => ({ id: String(index), ...row })) }).routes;
  const found: string[] = [];
  for (;;) {
    const route = new StreamRouter(routes).find(input);
    if (route === undefined) return found;
    found.push(route.name!);
    routes = routes.filter((other) => other !== route);
  }
}

const tcp = (name: string, fields: Row): Row => ({ name, protocols: ['tcp'], ...fields });
const tls = (name: string, fields: Row): Row => ({ name, protocols: ['tls'], ...fields });

describe('which routes match', () => {
  it.each<[string, Row, boolean]>([
    ['its source', { sources: [{ ip: '10.1.2.3' }] }, true],
    ['another source', { sources: [{ ip: '10.1.2.4' }] }, false],
    ['a range of sources', { sources: [{ ip: '10.0.0.0/8' }] }, true],
    ['a range with bits of the host', { sources: [{ ip: '10.9.9.9/8' }] }, true],
    ['another range', { sources: [{ ip: '172.16.0.0/12' }] }, false],
    ['the port of its source', { sources: [{ port: 40_000 }] }, true],
    ['address and port of another', { sources: [{ ip: '10.1.2.3', port: 1 }] }, false],
    ['one of several sources', { sources: [{ ip: '10.1.2.4' }, { port: 40_000 }] }, true],
    ['its destination', { destinations: [{ ip: '192.0.2.1', port: 9000 }] }, true],
    ['another destination', { destinations: [{ port: 9001 }] }, false],
    ['both', { sources: [{ ip: '10.0.0.0/8' }], destinations: [{ port: 9000 }] }, true],
    ['one of both', { sources: [{ ip: '10.0.0.0/8' }], destinations: [{ port: 9001 }] }, false],
    ['a range of IPv6', { sources: [{ ip: '::/0' }] }, false],
  ])('%s', (_, fields, matches) => expect(order([tcp('a', fields)], INPUT)).toEqual(matches ? ['a'] : []));

  it.each<[string, readonly string[], string | undefined, boolean]>([
    ['its name', ['x.a.test'], 'x.a.test', true],
    ['another case', ['x.a.test'], 'X.a.test', false],
    ['a dot at the end of the route', ['x.a.test.'], 'x.a.test', true],
    ['a wildcard', ['*.a.test'], 'x.a.test', true],
    ['several labels', ['*.a.test'], 'x.y.a.test', true],
    ['none in place of the wildcard', ['*.a.test'], 'a.test', false],
    ['a wildcard at the end', ['x.*'], 'x.a.test', true],
    ['no name', ['x.a.test'], undefined, false],
  ])('a server name: %s', (_, snis, serverName, matches) => {
    expect(order([tls('a', { snis })], { ...TLS, serverName })).toEqual(matches ? ['a'] : []);
  });

  it('a client of TLS finds routes for TLS only; a plain one those for TCP first, then others without regard to names', () => {
    const rows = [
      tcp('tcp', { destinations: [{ port: 9000 }] }), tls('tls', { snis: ['x.a.test'] }),
      { name: 'pass', protocols: ['tls_passthrough'], snis: ['*.test'] },
      { name: 'udp', protocols: ['udp'], destinations: [{ port: 9000 }] },
    ];
    expect(order(rows, TLS)).toEqual(['tls', 'pass']);
    expect(order(rows, INPUT)).toEqual(['tcp', 'tls', 'pass']);
    expect(order(rows, { ...INPUT, protocol: 'udp' })).toEqual(['udp']);
  });

  it('without a server name, a route for TLS by its ends', () => {
    expect(order([tls('a', { destinations: [{ port: 9000 }] })], { ...TLS, serverName: undefined })).toEqual(['a']);
  });
});

describe('which of several comes first', () => {
  it.each<[string, readonly Row[], StreamInput, readonly string[]]>([
    ['a server name, a source, a destination', [
      tls('destination', { destinations: [{ ip: '192.0.2.1', port: 9000 }] }), tls('source', { sources: [{ ip: '10.0.0.0/8' }] }),
      tls('name', { snis: ['*.a.test'] }),
    ], TLS, ['name', 'source', 'destination']],
    ['more fields', [
      tls('name', { snis: ['x.a.test'] }), tls('two', { sources: [{ port: 40_000 }], destinations: [{ port: 9000 }] }),
      tls('three', { snis: ['x.a.test'], sources: [{ port: 40_000 }], destinations: [{ port: 9000 }] }),
    ], TLS, ['three', 'two', 'name']],
    ['an exact name before a wildcard', [tls('wildcard', { snis: ['*.a.test'] }), tls('exact', { snis: ['x.a.test'] })], TLS,
      ['exact', 'wildcard']],
    ['address with port, address, port, range', [
      tcp('range', { destinations: [{ ip: '192.0.2.0/24' }] }), tcp('port', { destinations: [{ port: 9000 }] }),
      tcp('address', { destinations: [{ ip: '192.0.2.1' }] }), tcp('both', { destinations: [{ ip: '192.0.2.1', port: 9000 }] }),
    ], INPUT, ['both', 'address', 'port', 'range']],
    ['the older of equals', [
      tcp('younger', { destinations: [{ port: 9000 }], created_at: 2 }), tcp('older', { destinations: [{ port: 9000 }], created_at: 1 }),
    ], INPUT, ['older', 'younger']],
  ])('%s', (_, rows, input, expected) => expect(order(rows, input)).toEqual(expected));

  it('does not depend on the order of the rows', () => {
    const rows = [
      tcp('a', { destinations: [{ port: 9000 }] }), tcp('b', { destinations: [{ port: 9000 }] }), tcp('c', { sources: [{ port: 40_000 }] }),
      tcp('d', { sources: [{ ip: '10.0.0.0/8' }], destinations: [{ port: 9000 }] }),
    ].map((row, index) => ({ ...row, id: String(index) }));
    const expected = order(rows, INPUT);
    fc.assert(fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
      expect(order(shuffled, INPUT)).toEqual(expected);
    }), { numRuns: 30 });
  });
});

describe('expressions', () => {
  const base = snapshotOf({ routes: [{ id: '1', name: 'x', protocols: ['tcp'], destinations: [{ port: 1 }] }] }).routes[0]!;
  const routeOf = (name: string, expression: string, priority: number, protocols: readonly string[]): Route => (
    { ...base, id: name, name, expression, priority, protocols });

  it.each<[string, StreamInput, boolean]>([
    ['net.protocol == "tcp" && net.src.ip in 10.0.0.0/8 && net.dst.port == 9000', INPUT, true],
    ['net.src.port > 40000 || net.dst.ip == 192.0.2.2', INPUT, false],
    ['!(net.dst.port == 1)', INPUT, true],
    ['tls.sni =^ ".a.test"', TLS, true],
    ['tls.sni == "x.a.test"', { ...TLS, serverName: undefined }, false],
  ])('%s', (expression, input, matches) => {
    const router = new StreamRouter([routeOf('a', expression, 0, ['tcp', 'tls'])]);
    expect(router.find(input)?.name).toBe(matches ? 'a' : undefined);
  });

  it('come before conditions in fields, by their priority', () => {
    const fields = { ...base, id: 'fields', name: 'fields', row: { ...base.row, destinations: [{ port: 9000 }] } };
    const low = routeOf('low', 'net.dst.port == 9000', 1, ['tcp']);
    const high = routeOf('high', 'net.dst.port == 9000', 2, ['tcp']);
    expect(new StreamRouter([fields, low, high]).find(INPUT)?.name).toBe('high');
    expect(new StreamRouter([fields, low]).find(INPUT)?.name).toBe('low');
    expect(new StreamRouter([fields]).find(INPUT)?.name).toBe('fields');
  });

  it('that cannot be compiled leave their route out', () => {
    const failed: string[] = [];
    const router = new StreamRouter([routeOf('a', 'nonsense', 0, ['tcp'])], ({ name }) => failed.push(name!));
    expect([router.find(INPUT), failed]).toEqual([undefined, ['a']]);
  });
});
