import { describe, expect, it } from 'vitest';

import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import { botDetectionHandler } from './handler.ts';
import type { BotDetectionConfig } from './schema.ts';

function statusOf(userAgent: string | readonly string[] | undefined, config: Partial<BotDetectionConfig> = {}): number | undefined {
  const exchange = new FakeExchange({ headers: userAgent === undefined ? {} : { 'user-agent': userAgent } });
  void botDetectionHandler.prepare({ allow: [], deny: [], ...config }, fakeContext()).access?.(exchange);
  return exchange.refusal?.status;
}

describe('bot-detection', () => {
  it.each([
    [undefined], [''], ['Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'], ['curl/8.0'], ['Wget/1.20'], ['python-requests/2'], ['AHC/2'],
    ['a'.repeat(1_000)], ['Robert/1'], ['Slackbot'],
  ])('lets %s pass', (userAgent) => expect(statusOf(userAgent)).toBeUndefined());

  it.each([
    ['Googlebot/2.1'], ['Mozilla/5.0 (compatible; bingbot/2.0)'], ['Baiduspider'], ['spider'], ['crawler'], ['CRAWLER'], ['evilbot/1'],
    ['evilbot 1'], ['facebookexternalhit/1.1'], ['Twitterbot/1.0'], ['Python-urllib/3.9'], ['Scrapy'], ['  Googlebot/2.1  '], ['NING/1.0'],
    ['Pingdom.com_bot_version_1.4'], ['Microsoft URL Control Bot'], [`${'a'.repeat(600)} Googlebot`],
  ])('refuses %s', (userAgent) => expect(statusOf(userAgent)).toBe(403));

  it.each<readonly [string, Partial<BotDetectionConfig>, number | undefined]>([
    ['Googlebot/2.1', { allow: ['^Google'] }, undefined],
    ['curl/8', { deny: ['^curl'] }, 403],
    ['a curl/8', { deny: ['^curl'] }, undefined],
    ['evil1', { deny: ['^bad', 'evil(1|2)'] }, 403],
    ['curl/8', { allow: ['curl'], deny: ['curl'] }, undefined],
    ['bingbot', { allow: ['Google'] }, 403],
  ])('judges %s by %j', (userAgent, config, status) => expect(statusOf(userAgent, config)).toBe(status));

  it('refuses a request with two', () => expect(statusOf(['a', 'b'])).toBe(400));

  it('gives the same verdict again', () => {
    const phases = botDetectionHandler.prepare({ allow: [], deny: [] }, fakeContext());
    const statuses = ['Googlebot/2.1', 'curl/8', 'Googlebot/2.1', 'curl/8'].map((userAgent) => {
      const exchange = new FakeExchange({ headers: { 'user-agent': userAgent } });
      void phases.access?.(exchange);
      return exchange.refusal?.status;
    });
    expect(statuses).toEqual([403, undefined, 403, undefined]);
  });
});
