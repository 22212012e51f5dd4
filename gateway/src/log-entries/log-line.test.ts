import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { setLogField } from '../plugin-kit/log-fields.ts';
import { markPersonal } from '../plugin-kit/personal-headers.ts';
import { FakeExchange, FakeResponse } from '../plugin-kit/testing.ts';
import { logEntry } from './log-entry.ts';
import { logLine } from './log-line.ts';

const row = { id: 'r"1', name: 'ü', paths: ['/'], tags: null };
const route = { id: 'r"1', name: 'ü', row } as unknown as NonNullable<FakeExchange['route']>;

function expectSame(exchange: FakeExchange): void {
  expect(logLine(exchange)).toBe(JSON.stringify(logEntry(exchange)));
}

/** Names that objects treat in their own way are among them. */
const name = fc.oneof(
  fc.constantFrom('x-a', 'X-A', 'host', 'authorization', 'set-cookie', '__proto__', 'constructor', '7', '007', 'date', 'connection', 'via'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
);
const headers = fc.dictionary(name, fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 1, maxLength: 3 })), { maxKeys: 8 });

describe('the line of a request', () => {
  it('is the JSON of its log entry, whatever its headers, path and query are', () => {
    const status = fc.constantFrom(200, 101, 204, 499);
    fc.assert(fc.property(headers, headers, fc.string(), fc.string(), status, (sent, got, path, query, code) => {
      const exchange = new FakeExchange({ headers: sent, path: `/${path}`, query }, { route });
      exchange.response = new FakeResponse(code, got);
      expectSame(exchange);
    }), { numRuns: 300 });
  });

  it.each<[what: string, make: () => FakeExchange]>([
    ['of a client that went away', () => new FakeExchange()],
    ['without a route', () => {
      const exchange = new FakeExchange({ query: 'a=1&b&a=2' });
      exchange.response = new FakeResponse(404, { Date: 'x' }, 'gateway');
      return exchange;
    }],
    ['of TLS', () => new FakeExchange({ tls: { version: 'TLSv1.3', cipher: 'C', serverName: 'a' } })],
    ['with tries that failed', () => new FakeExchange({}, {
      tries: [
        { ip: '10.0.0.1', port: 80, startedAt: 1_700_000_000_000.125, balancerMs: 0.4, failed: 502 },
        { ip: '::1', port: 81, startedAt: 1_700_000_000_001, balancerMs: 2.6 },
      ],
      upstreamStatus: '502, 200',
    })],
    ['of a consumer', () => {
      const exchange = new FakeExchange({}, { route });
      const consumer = { id: 'c', username: 'bob', customId: null, row: { id: 'c', username: 'bob', custom_id: null } };
      exchange.authenticate({ consumer, credential: { id: 'k' } });
      return exchange;
    }],
    ['with what is one client\'s alone', () => {
      const exchange = new FakeExchange();
      exchange.response = new FakeResponse(200, { 'Set-Cookie': ['theme=dark', 'session=sealed'] });
      markPersonal(exchange, 'Set-Cookie', 'session=sealed');
      return exchange;
    }],
    ['with a member that a plugin puts in place of another', () => {
      const exchange = new FakeExchange();
      setLogField(exchange, 'client_ip', { hidden: true });
      return exchange;
    }],
  ])('%s is the JSON of its log entry', (_what, make) => {
    expectSame(make());
  });
});
