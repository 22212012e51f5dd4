import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { correlationIdHandler } from './handler.ts';
import type { CorrelationIdConfig } from './schema.ts';

const CONFIG: CorrelationIdConfig = { header_name: 'X-Id', generator: 'uuid', echo_downstream: false };
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id that the upstream gets, and the one that the client gets. */
function idsOf(config: Partial<CorrelationIdConfig>, request: FakeRequest = {}) {
  const exchange = new FakeExchange(request);
  const phases = correlationIdHandler.prepare({ ...CONFIG, ...config }, fakeContext());
  void phases.access?.(exchange);
  exchange.response = new FakeResponse();
  void phases.responseHeaders?.(exchange);
  return { upstream: exchange.upstream.header('x-id'), client: exchange.response.header('x-id') };
}

describe('correlation-id', () => {
  it('is another UUID for each request', () => {
    const [one, other] = [idsOf({}).upstream, idsOf({}).upstream];
    expect(one).toMatch(UUID);
    expect(other).not.toBe(one);
  });

  it('counts on behind the UUID of the process', () => {
    const [one, other] = [1, 2].map(() => idsOf({ generator: 'uuid#counter' }).upstream!.split('#'));
    expect(one![0]).toMatch(UUID);
    expect(other![0]).toBe(one![0]);
    expect(Number(other![1])).toBe(Number(one![1]) + 1);
  });

  it('says where and when a request came in', () => {
    const connection = { localAddress: '192.0.2.9' };
    const [first, second] = [1, 2].map(() => idsOf({ generator: 'tracker' }, { connection, listenerPort: 8443 }).upstream!.split('-'));
    expect(first!.slice(0, 3)).toEqual(['192.0.2.9', '8443', String(process.pid)]);
    expect(first![5]).toMatch(/^\d{10}\.\d{3}$/);
    expect(second![3]).toBe(first![3]);
    expect([first![4], second![4]]).toEqual(['1', '2']);
    expect(idsOf({ generator: 'tracker' }, { connection: { localAddress: '192.0.2.9' } }).upstream!.split('-')[3]).not.toBe(first![3]);
  });

  it("keeps a client's own, and replaces an empty one", () => {
    expect(idsOf({ echo_downstream: true }, { headers: { 'x-id': 'mine' } })).toEqual({ upstream: 'mine', client: 'mine' });
    expect(idsOf({}, { headers: { 'x-id': '' } }).upstream).toMatch(UUID);
  });

  it('is shown to the client where it is asked for', () => {
    expect(idsOf({}).client).toBeUndefined();
    const { upstream, client } = idsOf({ echo_downstream: true });
    expect(client).toBe(upstream);
  });

  it('is there in the answer to a request that ended before', () => {
    const exchange = new FakeExchange();
    exchange.response = new FakeResponse(404, {}, 'gateway');
    void correlationIdHandler.prepare({ ...CONFIG, echo_downstream: true }, fakeContext()).responseHeaders?.(exchange);
    expect(exchange.response.header('x-id')).toMatch(UUID);
  });
});
