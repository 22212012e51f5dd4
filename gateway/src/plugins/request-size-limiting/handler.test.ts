import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { requestSizeLimitingHandler } from './handler.ts';
import type { RequestSizeLimitingConfig } from './schema.ts';

async function statusOf(config: Partial<RequestSizeLimitingConfig>, request: FakeRequest): Promise<number | undefined> {
  const exchange = new FakeExchange(request);
  const complete: RequestSizeLimitingConfig = { allowed_payload_size: 10, size_unit: 'bytes', require_content_length: false, ...config };
  await requestSizeLimitingHandler.prepare(complete, fakeContext()).access?.(exchange);
  return exchange.refusal?.status;
}

const MEGABYTE: Partial<RequestSizeLimitingConfig> = { allowed_payload_size: 1, size_unit: 'megabytes' };

const chunked = (length: number): FakeRequest => ({ body: 'x'.repeat(length), bodyLength: undefined });

describe('request-size-limiting', () => {
  it.each<readonly [string, Partial<RequestSizeLimitingConfig>, FakeRequest, number | undefined]>([
    ['a body of the size', {}, { body: 'x'.repeat(10) }, undefined],
    ['a body of one byte more', {}, { body: 'x'.repeat(11) }, 413],
    ['no body', {}, {}, undefined],
    ['kilobytes of 1,024 bytes', { allowed_payload_size: 1, size_unit: 'kilobytes' }, { body: 'x'.repeat(1_024) }, undefined],
    ['more than a kilobyte', { allowed_payload_size: 1, size_unit: 'kilobytes' }, { body: 'x'.repeat(1_025) }, 413],
    ['megabytes of 1,048,576 bytes', MEGABYTE, { bodyLength: 1_048_576, hasBody: true }, undefined],
    ['more than a megabyte', MEGABYTE, { bodyLength: 1_048_577, hasBody: true }, 413],
    ['short chunks', {}, chunked(10), undefined],
    ['long chunks', {}, chunked(11), 413],
    ['a client that asks before it sends', {}, { bodyLength: 11, hasBody: true, headers: { expect: '100-continue' } }, 417],
    ['no length, though one is required', { require_content_length: true }, {}, 411],
    ['chunks, though a length is required', { require_content_length: true }, chunked(5), undefined],
    ['an empty body with its length', { require_content_length: true }, { bodyLength: 0 }, undefined],
  ])('judges %s', async (_what, config, request, status) => {
    expect(await statusOf(config, request)).toBe(status);
  });
});
