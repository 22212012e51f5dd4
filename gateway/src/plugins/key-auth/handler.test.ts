import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { keyAuthHandler } from './handler.ts';
import type { KeyAuthConfig } from './schema.ts';

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'anyone-id', username: 'anyone' }],
  keyauth_credentials: [
    { id: 'c-1', key: 'k-bob', consumer: 'bob-id' }, { id: 'c-2', key: 'k-old', consumer: 'bob-id', ttl: 1_000 },
  ],
});
const BOB = CONFIGURATION.consumers.byUsername.get('bob')!;

const CONFIG: KeyAuthConfig = {
  key_names: ['apikey'],
  hide_credentials: false,
  anonymous: null,
  key_in_header: true,
  key_in_query: true,
  key_in_body: false,
  run_on_preflight: true,
  realm: null,
};

async function access(
  config: Partial<KeyAuthConfig>, request: FakeRequest, nowMs = 0, before?: (exchange: FakeExchange) => void,
): Promise<FakeExchange> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  before?.(exchange);
  const { access: run } = keyAuthHandler.prepare({ ...CONFIG, ...config }, fakeContext({ clock: new ManualClock(nowMs) }));
  await run?.(exchange);
  return exchange;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

interface Row {
  readonly title: string;
  readonly config?: Partial<KeyAuthConfig>;
  readonly request: FakeRequest;
  readonly consumer?: string;
  readonly refused?: string;
  readonly changes?: readonly string[];
}

const ROWS: readonly Row[] = [
  { title: 'takes a key in the header', request: { headers: { apikey: 'k-bob' } }, consumer: 'bob' },
  { title: 'takes a key in the query', request: { query: 'a=1&apikey=k-bob' }, consumer: 'bob' },
  { title: 'prefers the header', request: { headers: { apikey: 'k-bob' }, query: 'apikey=other' }, consumer: 'bob' },
  { title: 'refuses a request without key', request: {}, refused: 'No API key found in request' },
  { title: 'refuses an unknown key', request: { headers: { apikey: 'no' } }, refused: 'Unauthorized' },
  { title: 'refuses two keys', request: { headers: { apikey: ['k-bob', 'k-bob'] } }, refused: 'Duplicate API key found' },
  { title: 'refuses an expired key', request: { headers: { apikey: 'k-old' } }, refused: 'Unauthorized' },
  {
    title: 'ignores the header without key_in_header', config: { key_in_header: false }, request: { headers: { apikey: 'k-bob' } },
    refused: 'No API key found in request',
  },
  {
    title: 'ignores the query without key_in_query', config: { key_in_query: false }, request: { query: 'apikey=k-bob' },
    refused: 'No API key found in request',
  },
  {
    title: 'ignores the body without key_in_body', request: { body: 'apikey=k-bob', headers: FORM },
    refused: 'No API key found in request',
  },
  { title: 'takes a key in a form', config: { key_in_body: true }, request: { body: 'apikey=k-bob', headers: FORM }, consumer: 'bob' },
  {
    title: 'takes a key in a JSON body', config: { key_in_body: true }, request: { body: '{"apikey":"k-bob"}', headers: JSON_TYPE },
    consumer: 'bob',
  },
  {
    title: 'does not read keys out of other bodies', config: { key_in_body: true },
    request: { body: 'apikey=k-bob', headers: { 'content-type': 'text/plain' } }, refused: 'No API key found in request',
  },
  {
    title: 'takes a key in a multipart body',
    config: { key_in_body: true },
    request: {
      body: '--B\r\nContent-Disposition: form-data; name="apikey"\r\n\r\nk-bob\r\n--B--\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=B' },
    },
    consumer: 'bob',
  },
  { title: 'takes an empty key for none', request: { headers: { apikey: '' } }, refused: 'No API key found in request' },
  {
    title: 'refuses a list of keys in a JSON body',
    config: { key_in_body: true },
    request: { body: '{"apikey":["k-bob"]}', headers: JSON_TYPE },
    refused: 'Duplicate API key found',
  },
  {
    title: 'passes over what is no text in a JSON body',
    config: { key_in_body: true, key_names: ['a', 'b', 'c', 'd'] },
    request: { body: '{"a":1,"b":null,"c":true,"d":"k-bob"}', headers: JSON_TYPE },
    consumer: 'bob',
  },
  {
    title: 'refuses two keys in a form',
    config: { key_in_body: true },
    request: { body: 'apikey=k-bob&apikey=k-bob', headers: FORM },
    refused: 'Duplicate API key found',
  },
  {
    title: 'looks for one name everywhere before the next',
    config: { key_in_body: true, key_names: ['first', 'second'] },
    request: { body: 'first=k-bob', headers: { ...FORM, second: 'no' } },
    consumer: 'bob',
  },
  {
    title: 'minds the case of a name in the query, and not in the header',
    config: { key_names: ['X-Key'] },
    request: { query: 'x-key=no&X-Key=k-bob' },
    consumer: 'bob',
  },
  {
    title: 'hides nothing of a body when the key is elsewhere and the body has none',
    config: { hide_credentials: true, key_in_body: true },
    request: { body: '{"x":1}', headers: { ...JSON_TYPE, apikey: 'k-bob' } },
    consumer: 'bob',
    changes: ['remove header apikey', 'remove query apikey'],
  },
  {
    title: 'hides a field with the name of the key in the body, though the key is in the header',
    config: { hide_credentials: true, key_in_body: true },
    request: { body: '{"apikey":"x","big":12345678901234567890,"one":1.0}', headers: { ...JSON_TYPE, apikey: 'k-bob' } },
    consumer: 'bob',
    changes: ['remove header apikey', 'remove query apikey', 'set body {"big":12345678901234567890,"one":1.0}'],
  },
  {
    title: 'tries the names in order', config: { key_names: ['X-Key', 'other'] }, request: { headers: { other: 'k-bob' } }, consumer: 'bob',
  },
  {
    title: 'hides the key in header and query',
    config: { hide_credentials: true },
    request: { headers: { apikey: 'k-bob' } },
    consumer: 'bob',
    changes: ['remove header apikey', 'remove query apikey'],
  },
  {
    title: 'hides the key in a body, and leaves the rest of it',
    config: { hide_credentials: true, key_in_body: true },
    request: { body: '{"apikey":"k-bob","x":1}', headers: JSON_TYPE },
    consumer: 'bob',
    changes: ['remove header apikey', 'remove query apikey', 'set body {"x":1}'],
  },
  { title: 'lets preflight requests pass without run_on_preflight', config: { run_on_preflight: false }, request: { method: 'OPTIONS' } },
  { title: 'asks preflight requests too by default', request: { method: 'OPTIONS' }, refused: 'No API key found in request' },
  {
    title: 'takes a request without key for the anonymous consumer, by id', config: { anonymous: 'anyone-id' }, request: {},
    consumer: 'anyone',
  },
  {
    title: 'takes a request with a wrong key for the anonymous consumer, by name', config: { anonymous: 'anyone' },
    request: { headers: { apikey: 'no' } }, consumer: 'anyone',
  },
];

describe('key-auth', () => {
  it.each(ROWS)('$title', async ({ config = {}, request, consumer, refused, changes = [] }) => {
    const exchange = await access(config, request, 2_000_000);
    expect(exchange.consumer?.username).toBe(consumer);
    expect(exchange.refusal?.message).toBe(refused);
    expect(exchange.changes).toEqual(changes);
  });

  it('challenges the client, with the realm when there is one', async () => {
    expect((await access({}, {})).refusal).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Key' } });
    expect((await access({ realm: 'apis' }, {})).refusal).toMatchObject({ headers: { 'WWW-Authenticate': 'Key realm="apis"' } });
  });

  it('fails with 500 when the anonymous consumer does not exist', async () => {
    expect((await access({ anonymous: 'unknown' }, {})).refusal).toMatchObject({ status: 500 });
  });

  it('leaves a client alone that another plugin knows already, when anonymous is set', async () => {
    const known = await access(
      { anonymous: 'anyone' }, { headers: { apikey: 'no' } }, 0,
      (exchange) => exchange.authenticate({ consumer: BOB, credential: { id: 'other' } }),
    );
    expect(known.consumer).toBe(BOB);
  });

  it('takes a key until the second at which it ends', async () => {
    expect((await access({}, { headers: { apikey: 'k-old' } }, 999_999)).consumer).toBe(BOB);
  });
});
