import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { hmacAuthHandler } from './handler.ts';
import type { HmacAuthConfig } from './schema.ts';

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }],
  hmacauth_credentials: [{ id: 'c-1', username: 'hbob', secret: 's3cret', consumer: 'bob-id' }],
});

const CONFIG: HmacAuthConfig = {
  hide_credentials: false, clock_skew: 300, anonymous: null, validate_request_body: false, enforce_headers: [], realm: null,
  algorithms: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
};

const NOW = Date.parse('Tue, 15 Nov 1994 08:12:31 GMT');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString();
const DATE = at(0);

interface Signing {
  readonly text?: string;
  readonly names?: string;
  readonly user?: string;
  readonly secret?: string;
  readonly algorithm?: string;
}

function signature(signing: Signing = {}): string {
  const { text = `date: ${DATE}`, names = 'date', user = 'hbob', secret = 's3cret', algorithm = 'hmac-sha256' } = signing;
  const value = createHmac(algorithm.slice('hmac-'.length), secret).update(text).digest('base64');
  return `hmac username="${user}", algorithm="${algorithm}", headers="${names}", signature="${value}"`;
}

async function access(config: Partial<HmacAuthConfig>, request: FakeRequest): Promise<FakeExchange> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  const { access: run } = hmacAuthHandler.prepare({ ...CONFIG, ...config }, fakeContext({ clock: new ManualClock(NOW + 900) }));
  await run?.(exchange);
  return exchange;
}

const WRONG_DATE = 'HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication';
const NOT_VERIFIABLE = 'HMAC signature cannot be verified';
const NOT_SAME = 'HMAC signature does not match';

const dated = (authorization: string, more: FakeRequest['headers'] = {}) => ({ date: DATE, authorization, ...more });
const digestOf = (body: string) => `SHA-256=${createHash('sha256').update(body).digest('base64')}`;

interface Row {
  readonly what: string;
  readonly request: FakeRequest;
  readonly config?: Partial<HmacAuthConfig>;
  readonly refused?: string;
}

const ROWS: readonly Row[] = [
  { what: 'a signed date', request: { headers: dated(signature()) } },
  { what: 'SHA-1', request: { headers: dated(signature({ algorithm: 'hmac-sha1' })) } },
  { what: 'SHA-512', request: { headers: dated(signature({ algorithm: 'hmac-sha512' })) } },
  {
    what: 'the request line, as the client wrote it',
    request: {
      path: '/a%20b',
      query: 'x=%20',
      headers: dated(signature({ names: 'date request-line', text: `date: ${DATE}\nGET /a%20b?x=%20 HTTP/1.1` })),
    },
  },
  {
    what: 'the request target',
    request: { path: '/a', headers: dated(signature({ names: '@request-target date', text: `@request-target: get /a\ndate: ${DATE}` })) },
  },
  {
    what: 'a request line whose query was changed', refused: NOT_SAME,
    request: {
      path: '/a', query: 'x=2', headers: dated(signature({ names: 'date request-line', text: `date: ${DATE}\nGET /a?x=1 HTTP/1.1` })),
    },
  },
  {
    what: 'a request line that was signed without its query', refused: NOT_SAME,
    request: {
      path: '/a', query: 'x=2', headers: dated(signature({ names: 'date request-line', text: `date: ${DATE}\nGET /a HTTP/1.1` })),
    },
  },
  {
    what: 'an absent header, signed as such',
    request: { headers: dated(signature({ names: 'date x-none', text: `date: ${DATE}\nx-none:` })) },
  },
  {
    what: 'a header with a second line, which the signature does not cover', refused: NOT_SAME,
    request: { headers: dated(signature({ names: 'date x-a', text: `date: ${DATE}\nx-a: 1` }), { 'x-a': ['1', '2'] }) },
  },
  {
    what: 'x-date in place of date',
    request: { headers: { 'x-date': DATE, 'authorization': signature({ names: 'x-date', text: `x-date: ${DATE}` }) } },
  },
  { what: 'the header for proxies', request: { headers: { 'date': DATE, 'proxy-authorization': signature() } } },
  {
    what: 'the last second of the skew', request: { headers: { date: at(-300), authorization: signature({ text: `date: ${at(-300)}` }) } },
  },
  {
    what: 'the second behind the skew', refused: WRONG_DATE,
    request: { headers: { date: at(-301), authorization: signature({ text: `date: ${at(-301)}` }) } },
  },
  {
    what: 'a date in the future', refused: WRONG_DATE,
    request: { headers: { date: at(301), authorization: signature({ text: `date: ${at(301)}` }) } },
  },
  ...['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-15T08:12:31Z', String(NOW), '', 'Tue, 99 Nov 1994 08:12:31 GMT'].map((date): Row => ({
    what: `the date ${date}`, refused: WRONG_DATE, request: { headers: { date, authorization: signature({ text: `date: ${date}` }) } },
  })),
  { what: 'no date', refused: WRONG_DATE, request: { headers: { authorization: signature() } } },
  { what: 'no credentials', refused: 'Unauthorized', request: { headers: { date: DATE } } },
  { what: 'another secret', refused: NOT_SAME, request: { headers: dated(signature({ secret: 'other' })) } },
  { what: 'an unknown user', refused: NOT_VERIFIABLE, request: { headers: dated(signature({ user: 'unknown' })) } },
  { what: 'a user in another case', refused: NOT_VERIFIABLE, request: { headers: dated(signature({ user: 'HBOB' })) } },
  {
    what: 'an algorithm that is not allowed', config: { algorithms: ['hmac-sha512'] }, refused: NOT_VERIFIABLE,
    request: { headers: dated(signature()) },
  },
  {
    what: 'an algorithm that does not exist', refused: NOT_VERIFIABLE,
    request: { headers: dated(signature().replace('hmac-sha256', 'hmac-md5')) },
  },
  { what: 'another scheme', refused: NOT_VERIFIABLE, request: { headers: dated('Basic x') } },
  { what: 'no signature', refused: NOT_VERIFIABLE, request: { headers: dated(signature().replace(/, signature.*/, '')) } },
  {
    what: 'a signature that is no base64', refused: NOT_SAME,
    request: { headers: dated(signature().replace(/signature="/, 'signature="#')) },
  },
  { what: 'parameters in another order', refused: NOT_VERIFIABLE, request: { headers: dated('hmac signature="x", username="hbob"') } },
  {
    what: 'a header that must be signed', config: { enforce_headers: ['date', 'host'] }, refused: NOT_VERIFIABLE,
    request: { headers: dated(signature()) },
  },
  { what: 'headers that must be signed, and are', config: { enforce_headers: ['date'] }, request: { headers: dated(signature()) } },
  { what: 'no body, no digest', config: { validate_request_body: true }, request: { headers: dated(signature()) } },
  {
    what: 'a body that fits its digest', config: { validate_request_body: true },
    request: { body: 'hello', headers: dated(signature(), { digest: digestOf('hello') }) },
  },
  {
    what: 'a body that does not fit', config: { validate_request_body: true }, refused: NOT_SAME,
    request: { body: 'other', headers: dated(signature(), { digest: digestOf('hello') }) },
  },
  {
    what: 'a body without digest', config: { validate_request_body: true }, refused: NOT_SAME,
    request: { body: 'hello', headers: dated(signature()) },
  },
  {
    what: 'a body too long to be read', config: { validate_request_body: true }, refused: NOT_SAME,
    request: { body: 'x'.repeat(8 * 1024 * 1024 + 1), headers: dated(signature(), { digest: digestOf('') }) },
  },
];

describe('hmac-auth', () => {
  it.each(ROWS)('$what', async ({ request, config = {}, refused }) => {
    const { consumer, identity, refusal } = await access(config, request);
    expect([consumer?.username, identity?.identifier]).toEqual(refused === undefined ? ['bob', 'hbob'] : [undefined, undefined]);
    expect(refusal).toEqual(refused === undefined ? undefined
      : { status: 401, message: refused, headers: { 'WWW-Authenticate': 'hmac' } });
  });

  it('hides the header that the signature was in', async () => {
    expect((await access({ hide_credentials: true }, { headers: dated(signature()) })).changes).toEqual(['remove header authorization']);
    expect((await access({ hide_credentials: true }, { headers: { 'date': DATE, 'proxy-authorization': signature() } })).changes)
      .toEqual(['remove header proxy-authorization']);
  });

  it('takes linear time for hostile parameters', async () => {
    const hostile = `hmac username="${'", algorithm="'.repeat(3_000)}`;
    expect((await access({}, { headers: dated(hostile) })).refusal?.message).toBe(NOT_VERIFIABLE);
  });
});
