import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { TraceFormat } from '../model/plugin-fields/propagation.ts';
import { logFieldsOf } from '../plugin-kit/log-fields.ts';
import { FakeExchange } from '../plugin-kit/testing.ts';
import { propagationOf, READERS, WRITERS } from './propagation.ts';
import type { PropagationConfig } from './propagation.ts';
import type { CallerTrace, OutgoingTrace } from './trace-context.ts';

type Headers = Readonly<Record<string, string | readonly string[]>>;

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SHORT = 'a3ce929d0e0e4736';
const PADDED = `0000000000000000${SHORT}`;
const SPAN = 'b7ad6b7169203331';
const PARENT = '00f067aa0ba902b7';
const OWN: OutgoingTrace = { traceId: TRACE, spanId: '1111111111111111', parentId: '2222222222222222', sampled: true };

function read(format: keyof typeof READERS, headers: Headers): CallerTrace | undefined {
  return READERS[format].read(new FakeExchange({ headers }).upstream);
}

describe('reading', () => {
  const shared = { sharesSpan: true, isSingleHeader: false };

  it.each<readonly [string, keyof typeof READERS, Headers, CallerTrace | undefined]>([
    ['b3', 'b3', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-parentspanid': PARENT, 'x-b3-sampled': '1' },
      { ...shared, traceId: TRACE, traceIdBytes: 16, spanId: SPAN, parentId: PARENT, sampled: true }],
    ['a short id of b3', 'b3', { 'x-b3-traceid': SHORT, 'x-b3-spanid': SPAN, 'x-b3-sampled': 'false' },
      { ...shared, traceId: PADDED, traceIdBytes: 8, spanId: SPAN, sampled: false }],
    ['a decision of b3 beside a wrong id', 'b3', { 'x-b3-traceid': 'xyz', 'x-b3-spanid': SPAN, 'x-b3-sampled': '0' },
      { ...shared, sampled: false }],
    ['ids of b3 beside a decision that is none', 'b3', { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': 'maybe' },
      { ...shared, traceId: TRACE, traceIdBytes: 16, spanId: SPAN }],
    ['b3 twice', 'b3', { 'x-b3-traceid': [TRACE, TRACE], 'x-b3-spanid': SPAN }, shared],
    ['debug of b3', 'b3', { 'x-b3-flags': '1' }, { ...shared, sampled: true, flags: '1' }],
    ['b3 in one header', 'b3', { b3: `${TRACE}-${SPAN}-d-${PARENT}` },
      {
        sharesSpan: true, isSingleHeader: true, traceId: TRACE, traceIdBytes: 16, spanId: SPAN, parentId: PARENT, sampled: true,
        flags: '1',
      }],
    ['a decision of b3 alone in one header', 'b3', { b3: '0' }, { sharesSpan: true, isSingleHeader: true, sampled: false }],
    ['b3 in tracestate', 'b3', { tracestate: `b3=${TRACE}-${SPAN}` },
      { sharesSpan: true, isSingleHeader: true, traceId: TRACE, traceIdBytes: 16, spanId: SPAN }],
    ['a tracestate of others', 'b3', { tracestate: 'congo=t61rcWkgMzE' }, undefined],
    ['w3c', 'w3c', { traceparent: `00-${TRACE}-${SPAN}-01` }, { traceId: TRACE, traceIdBytes: 16, spanId: SPAN, sampled: true }],
    ['other flags of w3c', 'w3c', { traceparent: `00-${TRACE}-${SPAN}-02` },
      { traceId: TRACE, traceIdBytes: 16, spanId: SPAN, sampled: false }],
    ['version ff of w3c', 'w3c', { traceparent: `ff-${TRACE}-${SPAN}-01` }, undefined],
    ['the zero trace of w3c', 'w3c', { traceparent: `00-${'0'.repeat(32)}-${SPAN}-01` }, undefined],
    ['the zero span of w3c', 'w3c', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }, undefined],
    ['short ids of w3c', 'w3c', { traceparent: `00-${SHORT}-${SPAN}-01` }, undefined],
    ['w3c twice', 'w3c', { traceparent: [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`] }, undefined],
    ['jaeger', 'jaeger', { 'uber-trace-id': `${SHORT}:${SPAN}:0:3`, 'uberctx-a': 'b%20c' },
      {
        traceId: PADDED, traceIdBytes: 8, spanId: SPAN, parentId: '0'.repeat(16), sharesSpan: true, sampled: true, baggage: new Map([['a',
          'b c']]),
      }],
    ['jaeger without a span', 'jaeger', { 'uber-trace-id': `${TRACE}:0:0:1` }, undefined],
    ['ot', 'ot', { 'ot-tracer-traceid': SHORT, 'ot-tracer-spanid': SPAN, 'ot-tracer-sampled': 'true', 'ot-baggage-a': 'b' },
      { traceId: PADDED, traceIdBytes: 8, spanId: SPAN, sampled: true, baggage: new Map([['a', 'b']]) }],
    ['a wrong id of ot', 'ot', { 'ot-tracer-traceid': 'x', 'ot-tracer-sampled': '0' }, { sampled: false }],
    ['datadog', 'datadog', {
      'x-datadog-trace-id': '7277407061855694839', 'x-datadog-parent-id': '3235281921563112497',
      'x-datadog-sampling-priority': '2',
    },
    { traceId: '000000000000000064fe8b2a57d3eff7', traceIdBytes: 8, spanId: '2ce607c433033431', sampled: true }],
    ['an unknown priority of datadog', 'datadog', { 'x-datadog-trace-id': '72', 'x-datadog-sampling-priority': '7' }, undefined],
    ['trace 0 of datadog', 'datadog', { 'x-datadog-trace-id': '0' }, undefined],
    ['aws', 'aws', { 'x-amzn-trace-id': `Self=1; Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN}; Sampled=0` },
      { traceId: TRACE, traceIdBytes: 16, spanId: SPAN, sampled: false }],
    ['aws without a parent', 'aws', { 'x-amzn-trace-id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}` },
      { traceId: TRACE, traceIdBytes: 16 }],
    ['another version of aws', 'aws', { 'x-amzn-trace-id': `Root=2-${TRACE.slice(0, 8)}-${TRACE.slice(8)}` }, undefined],
    ['gcp', 'gcp', { 'x-cloud-trace-context': `${TRACE}/3235281921563112497;o=1` },
      { traceId: TRACE, traceIdBytes: 16, spanId: '2ce607c433033431', sampled: true }],
    ['gcp without options', 'gcp', { 'x-cloud-trace-context': `${TRACE}/1` },
      { traceId: TRACE, traceIdBytes: 16, spanId: '0000000000000001', sampled: false }],
  ])('%s', (_what, format, headers, expected) => {
    expect(read(format, headers)).toEqual(expected);
  });
});

describe('writing', () => {
  it.each<readonly [TraceFormat, Partial<OutgoingTrace>, Readonly<Record<string, string>>, string]>([
    ['b3', {}, { 'x-b3-traceid': TRACE, 'x-b3-spanid': OWN.spanId, 'x-b3-parentspanid': OWN.parentId!, 'x-b3-sampled': '1' }, TRACE],
    ['b3', { traceId: PADDED, traceIdBytes: 8, parentId: undefined, sampled: undefined },
      { 'x-b3-traceid': SHORT, 'x-b3-spanid': OWN.spanId, 'x-b3-sampled': '0' }, SHORT],
    ['b3', { parentId: undefined, flags: '1' }, { 'x-b3-traceid': TRACE, 'x-b3-spanid': OWN.spanId, 'x-b3-flags': '1' }, TRACE],
    ['b3-single', { sampled: false }, { b3: `${TRACE}-${OWN.spanId}-0-${OWN.parentId}` }, TRACE],
    ['b3-single', { sampled: undefined }, { b3: `${TRACE}-${OWN.spanId}-${OWN.parentId}` }, TRACE],
    ['b3-single', { flags: '1', parentId: undefined }, { b3: `${TRACE}-${OWN.spanId}-d` }, TRACE],
    ['w3c', { traceId: SHORT }, { traceparent: `00-${PADDED}-${OWN.spanId}-01` }, PADDED],
    ['jaeger', { baggage: new Map([['a', 'b c']]) },
      { 'uber-trace-id': `${TRACE}:${OWN.spanId}:${OWN.parentId}:01`, 'uberctx-a': 'b%20c' }, TRACE],
    ['ot', {}, { 'ot-tracer-traceid': TRACE.slice(16), 'ot-tracer-spanid': OWN.spanId, 'ot-tracer-sampled': '1' }, TRACE.slice(16)],
    ['ot', { traceIdBytes: 16, sampled: undefined }, { 'ot-tracer-traceid': TRACE, 'ot-tracer-spanid': OWN.spanId }, TRACE],
    ['datadog', { sampled: false },
      { 'x-datadog-trace-id': '9532127138774266268', 'x-datadog-parent-id': '1229782938247303441', 'x-datadog-sampling-priority': '0' },
      '9532127138774266268'],
    ['aws', {}, { 'x-amzn-trace-id': `Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=${OWN.spanId};Sampled=1` }, TRACE],
    ['gcp', { sampled: undefined }, { 'x-cloud-trace-context': `${TRACE}/1229782938247303441;o=0` }, TRACE],
  ])('%s, with %j', (format, trace, headers, traceId) => {
    const written = WRITERS[format].write({ ...OWN, ...trace });
    expect({ ...written, headers: Object.fromEntries(written.headers) }).toEqual({ headers, traceId });
  });
});

const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
  .filter((text) => !/^0+$/.test(text));

describe('any trace', () => {
  it.each(Object.keys(WRITERS) as TraceFormat[])('survives being written and read as %s', (format) => {
    fc.assert(fc.property(hex(32), hex(16), hex(16), fc.boolean(), (traceId, spanId, parentId, sampled) => {
      const { headers } = WRITERS[format].write({ traceId, traceIdBytes: 16, spanId, parentId, sampled });
      const back = read(format === 'b3-single' ? 'b3' : format, Object.fromEntries(headers));
      const kept = format === 'datadog' ? `${'0'.repeat(16)}${traceId.slice(16)}` : traceId;
      const isLost = format === 'datadog' && /^0+$/.test(traceId.slice(16));
      if (!isLost) expect(back).toMatchObject({ traceId: kept, spanId, sampled });
    }));
  });

  it.each(Object.keys(READERS) as (keyof typeof READERS)[])('of a hostile caller has ids of the right form, or none: %s', (format) => {
    const names = ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-flags', 'x-b3-sampled', 'tracestate', 'traceparent',
      'uber-trace-id', 'uberctx-__proto__', 'ot-tracer-traceid', 'ot-tracer-spanid', 'ot-baggage-__proto__', 'x-datadog-trace-id',
      'x-datadog-parent-id', 'x-datadog-sampling-priority', 'x-amzn-trace-id', 'x-cloud-trace-context'];
    const value = fc.oneof(fc.string(), hex(16), hex(32), fc.stringMatching(/^[0-9a-f:;=/-]{0,80}$/),
      fc.stringMatching(/^(Root|Parent)=.{0,40}$/));
    const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, fc.array(value, { maxLength: 3 })));
    fc.assert(fc.property(headers, (given) => {
      const trace = read(format, given);
      if (trace?.traceId !== undefined) expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
      for (const id of [trace?.spanId, trace?.parentId]) if (id !== undefined) expect(id).toMatch(/^[0-9a-f]{16}$/);
      for (const writer of Object.values(WRITERS)) {
        const { traceId = TRACE, baggage } = trace ?? {};
        for (const [, text] of writer.write({ ...OWN, ...trace, traceId, spanId: SPAN, flags: undefined, baggage }).headers) {
          expect(text).toMatch(/^[\x20-\x7e]*$/);
        }
      }
    }));
  });
});

describe('the configuration', () => {
  const NONE: PropagationConfig['propagation'] = { extract: null, clear: null, inject: null, default_format: 'w3c' };
  const W3C = { traceparent: `00-${TRACE}-${SPAN}-01` };

  function propagated(config: Partial<Omit<PropagationConfig,
    'propagation'>> & { propagation?: Partial<PropagationConfig['propagation']> }, headers: Headers) {
    const exchange = new FakeExchange({ headers });
    const { upstream } = exchange;
    const propagation = propagationOf({ header_type: 'preserve', ...config, propagation: { ...NONE, ...config.propagation } });
    const found = propagation.read(upstream);
    propagation.write(exchange, { ...OWN, traceId: found?.traceId ?? OWN.traceId }, found);
    const ids = Object(logFieldsOf(exchange)?.get('trace_id')) as Readonly<Record<string, string>>;
    return { format: found?.format, names: upstream.headerLines().map(([name]) => name.toLowerCase()).sort(), ids };
  }

  it.each<readonly [string, Parameters<typeof propagated>[0], Headers, ReturnType<typeof propagated>]>([
    ['preserves what came', {}, W3C, { format: 'w3c', names: ['traceparent'], ids: { w3c: TRACE } }],
    ['preserves one header of B3', {}, { b3: '1' }, { format: 'b3', names: ['b3'], ids: { b3: TRACE } }],
    ['writes the default format when nothing came', { default_header_type: 'gcp' }, {},
      { format: undefined, names: ['x-cloud-trace-context'], ids: { gcp: TRACE } }],
    ['writes the old type beside what came', { header_type: 'aws' }, W3C,
      { format: 'w3c', names: ['traceparent', 'x-amzn-trace-id'], ids: { w3c: TRACE, aws: TRACE } }],
    ['ignores what came', { header_type: 'ignore', default_header_type: 'b3-single' }, W3C,
      { format: undefined, names: ['b3', 'traceparent'], ids: { b3: TRACE } }],
    ['neither reads nor writes without a type', { header_type: null }, W3C, { format: undefined, names: ['traceparent'], ids: {} }],
    ['reads in the given order', { propagation: { extract: ['jaeger', 'w3c'], inject: ['preserve'] } },
      { ...W3C, 'uber-trace-id': `${SHORT}:${SPAN}:0:1` },
      { format: 'jaeger', names: ['traceparent', 'uber-trace-id'], ids: { jaeger: TRACE } }],
    ['only reads', { propagation: { extract: ['w3c'] } }, W3C, { format: 'w3c', names: ['traceparent'], ids: {} }],
    ['only removes', { propagation: { clear: ['Traceparent'] } }, W3C, { format: undefined, names: [], ids: {} }],
    ['removes before it writes', { propagation: { extract: ['w3c'], clear: ['traceparent', 'b3'], inject: ['w3c'] } }, { ...W3C, b3: '1' },
      { format: 'w3c', names: ['traceparent'], ids: { w3c: TRACE } }],
    ['forgets the old type beside a list', { header_type: 'aws', propagation: { inject: ['b3-single'] } }, W3C,
      { format: undefined, names: ['b3', 'traceparent'], ids: { b3: TRACE } }],
  ])('%s', (_what, config, headers, { ids, ...expected }) => {
    const seen = propagated(config, headers);
    expect(seen).toMatchObject(expected);
    expect(Object.keys(seen.ids)).toEqual(Object.keys(ids));
  });
});
