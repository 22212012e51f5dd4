import { describe, expect, it } from 'vitest';

import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { fakeContext, FakeExchange } from '../../plugin-kit/testing.ts';
import type { FakeRequest } from '../../plugin-kit/testing.ts';
import { basicAuthHandler } from './handler.ts';
import { passwordHash } from './password-hash.ts';
import type { BasicAuthConfig } from './schema.ts';

const hashed = (id: string, username: string, password: string, consumer: string) =>
  ({ id, username, password: passwordHash(password, consumer), consumer });

const CONFIGURATION = snapshotOf({
  consumers: [{ id: 'bob-id', username: 'bob' }, { id: 'alice-id', username: 'alice' }],
  basicauth_credentials: [
    hashed('c-1', 'bob', 'pass', 'bob-id'), hashed('c-2', 'colon', 'a:b:c', 'bob-id'), hashed('c-3', 'é', 'ü', 'alice-id'),
    hashed('c-4', 'empty', '', 'alice-id'), hashed('c-5', 'replacement', '\ufffd', 'alice-id'),
  ],
});

const CONFIG: BasicAuthConfig = { anonymous: null, hide_credentials: false, realm: 'service' };

async function access(config: Partial<BasicAuthConfig>, request: FakeRequest): Promise<FakeExchange> {
  const exchange = new FakeExchange(request, { configuration: CONFIGURATION });
  await basicAuthHandler.prepare({ ...CONFIG, ...config }, fakeContext()).access?.(exchange);
  return exchange;
}

const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('basic-auth', () => {
  it.each<readonly [string, FakeRequest['headers'], string | undefined]>([
    ['a user and the password', { authorization: basic('bob:pass') }, 'bob'],
    ['the header for proxies', { 'proxy-authorization': basic('bob:pass') }, 'bob'],
    ['a password with colons', { authorization: basic('colon:a:b:c') }, 'colon'],
    ['UTF-8', { authorization: basic('é:ü') }, 'é'],
    ['an empty password', { authorization: basic('empty:') }, 'empty'],
    ['a scheme in lower case, spaces around', { authorization: ` basic   ${basic('bob:pass').slice(6)}` }, 'bob'],
    ['base64 without padding', { authorization: basic('bob:pass').replaceAll('=', '') }, 'bob'],
    ['an unknown user for proxies, then a known one', { 'proxy-authorization': basic('x:y'), 'authorization': basic('bob:pass') }, 'bob'],
    ['a wrong password for proxies', { 'proxy-authorization': basic('bob:no'), 'authorization': basic('bob:pass') }, undefined],
    ['a wrong password', { authorization: basic('bob:no') }, undefined],
    ['another consumer\'s password', { authorization: basic('é:pass') }, undefined],
    ['the hash in place of the password', { authorization: basic(`bob:${passwordHash('pass', 'bob-id')}`) }, undefined],
    ['an unknown user', { authorization: basic('unknown:pass') }, undefined],
    ['a user by a name that objects inherit', { authorization: basic('__proto__:x') }, undefined],
    ['no colon', { authorization: basic('bob') }, undefined],
    ['no user', { authorization: basic(':pass') }, undefined],
    ['bytes that are no UTF-8 for a user', { authorization: basic(Buffer.from([0xff, 0x3a, 0x70])) }, undefined],
    ['bytes that are no UTF-8 for a password', {
      authorization: basic(Buffer.concat([Buffer.from('replacement:'), Buffer.from([0xff])])),
    }, undefined],
    ['what is no base64', { authorization: 'Basic b#b' }, undefined],
    ['nothing behind the scheme', { authorization: 'Basic ' }, undefined],
    ['an empty header', { authorization: '' }, undefined],
    ['another scheme', { authorization: 'Bearer x' }, undefined],
    ['the scheme in upper case', { authorization: basic('bob:pass').toUpperCase() }, undefined],
    ['no header', {}, undefined],
  ])('%s', async (_what, headers = {}, username) => {
    const { identity, refusal } = await access({}, { headers });
    expect(identity?.identifier).toBe(username);
    expect(refusal).toEqual(username === undefined
      ? { status: 401, message: 'Unauthorized', headers: { 'WWW-Authenticate': 'Basic realm="service"' } } : undefined);
  });

  it('hides the credentials that it read', async () => {
    const { changes } = await access({ hide_credentials: true }, { headers: { authorization: basic('bob:pass') } });
    expect(changes).toEqual(['remove header proxy-authorization', 'remove header authorization']);
  });
});
