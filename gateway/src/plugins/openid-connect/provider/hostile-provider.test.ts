/** Documents of a provider that is broken, was taken over, or leads into the gateway's own network. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openidConnectPlugin, statusOfExchange } from '../../../../test/fixtures/openid-connect.ts';
import { signed, signingKey, TokenIssuer } from '../../../../test/fixtures/token-issuer.ts';
import { isCognito } from './cognito.ts';
import { requireConfigured, requireDiscovered } from './endpoint-policy.ts';
import { publicKeys } from './key-source.ts';

let issuer: TokenIssuer;
beforeEach(async () => { issuer = await TokenIssuer.start(); });
afterEach(() => issuer.stop());

async function statusWith(config: object = {}, token?: string): Promise<number> {
  const plugin = openidConnectPlugin({ issuer: issuer.issuer, auth_methods: ['bearer'], ...config });
  const exchange = await plugin.bearer(token ?? await issuer.token());
  await plugin.phases.close?.();
  return statusOfExchange(exchange);
}

function giveKeys(keys: readonly unknown[]): void {
  issuer.answerKeys = (_request, response) => void response.end(JSON.stringify({ keys }));
}

it('a provider as it should be lets its token pass', async () => {
  expect(await statusWith()).toBe(200);
});

describe('keys', () => {
  it.each<[string, () => void]>([
    ['an error', () => { issuer.answerKeys = (_request, response) => void response.writeHead(500).end(); }],
    ['HTML', () => { issuer.answerKeys = (_request, response) => void response.end('<html>login</html>'); }],
    ['a list', () => { issuer.answerKeys = (_request, response) => void response.end('[]'); }],
    ['no keys', () => { issuer.answerKeys = (_request, response) => void response.end('{"keys":[]}'); }],
    ['keys by the prototype', () => {
      const text = JSON.stringify(issuer.keyDocument);
      issuer.answerKeys = (_request, response) => void response.end(`{"__proto__":${text}}`);
    }],
    ['10 MB', () => {
      const text = JSON.stringify({ ...issuer.keyDocument, more: 'x'.repeat(10_000_000) });
      issuer.answerKeys = (_request, response) => void response.end(text);
    }],
    ['10 MB without an end', () => {
      issuer.answerKeys = (_request, response) => {
        const timer = setInterval(() => response.write('x'.repeat(1_000_000)), 1);
        response.on('close', () => clearInterval(timer));
      };
    }],
    ['a redirection to where the keys are', () => {
      issuer.answerKeys = (request, response) => (request.url === '/keys?again'
        ? void response.end(JSON.stringify(issuer.keyDocument)) : void response.writeHead(302, { Location: '/keys?again' }).end());
    }],
    ['a redirection to metadata of a cloud', () => {
      issuer.answerKeys = (_request, response) => void response.writeHead(302, { Location: 'http://169.254.169.254/latest' }).end();
    }],
    ['an end in the middle', () => {
      issuer.answerKeys = (_request, response) => {
        response.writeHead(200, { 'content-length': 5000 }).write('{"keys":', () => response.destroy());
      };
    }],
  ])('%s: no token passes, and none is called invalid', async (_name, change) => {
    change();
    expect(await statusWith({ timeout: 2000 })).toBe(503);
  });

  it('that do not come in time', async () => {
    issuer.answerKeys = () => undefined;
    expect(await statusWith({ timeout: 200 })).toBe(503);
  });

  it('of which one is broken do not hurt the others', async () => {
    const broken = [null, 5, {}, { kty: 'RSA', kid: 'first', n: 5 }, { kty: 'EC', crv: 'P-999', x: 'a', y: 'b' }];
    giveKeys([...broken, ...issuer.keyDocument.keys]);
    expect(await statusWith()).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['for encryption', async () => {
      giveKeys(issuer.keys.map(({ jwk }) => ({ ...jwk, use: 'enc' })));
      return issuer.token();
    }],
    ['of another kind than the token says', async () => {
      const ec = await signingKey('first', 'ES256');
      return issuer.token({}, {}, ec);
    }],
    ['that is a secret', async () => {
      giveKeys([{ kty: 'oct', k: 'c2VjcmV0', kid: 'first' }]);
      return issuer.token();
    }],
  ])('%s do not count', async (_name, tokenOf) => {
    expect(await statusWith({}, await tokenOf())).not.toBe(200);
  });

  it('without a name are tried one after the other', async () => {
    issuer.keys.push(await signingKey('second'));
    const token = await issuer.token({}, { kid: undefined }, issuer.keys[1]);
    expect(await statusWith({}, token)).toBe(200);
    expect(await statusWith({}, await issuer.token({}, { kid: undefined }, await signingKey('third')))).toBe(401);
  });

  it('of other addresses count as well', async () => {
    const other = await TokenIssuer.start();
    const token = await issuer.token({}, { kid: 'other' }, { ...other.keys[0]!, kid: 'other' });
    const jwks = { keys: [{ ...other.keys[0]!.jwk, kid: 'other' }] };
    other.answerKeys = (_request, response) => void response.end(JSON.stringify(jwks));
    expect(await statusWith({ extra_jwks_uris: [`${other.issuer}/keys`] }, token)).toBe(200);
    expect(await statusWith({}, token)).toBe(401);
    await other.stop();
  });

  it('are public ones, with their public members only', async () => {
    const { jwk } = issuer.keys[0]!;
    expect(publicKeys({ keys: [{ ...jwk, d: 'secret', p: 'secret', x5u: 'http://evil.example' }, { kty: 'oct', k: 'x' }] })).toEqual([jwk]);
    expect(publicKeys({ keys: Array.from({ length: 1000 }, () => jwk) })).toHaveLength(100);
  });
});

describe('secrets as keys', () => {
  const secret = 'a-client-secret-of-32-characters';
  const hsToken = async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const key = new TextEncoder().encode(secret);
    return signed(JSON.stringify({ iss: issuer.issuer, sub: 'a', exp: seconds + 60 }), { alg: 'HS256' }, { privateKey: key as never });
  };

  it('count only where that is wanted, and are long enough', async () => {
    expect(await statusWith({ client_id: ['a'], client_secret: [secret] }, await hsToken())).toBe(401);
    expect(await statusWith({ client_id: ['a'], client_secret: [secret], enable_hs_signatures: true }, await hsToken())).toBe(200);
    expect(await statusWith({ client_id: ['a'], client_secret: ['short'], enable_hs_signatures: true }, await hsToken())).toBe(401);
  });
});

describe('discovery', () => {
  it.each<[string, () => void]>([
    ['of another issuer', () => { issuer.more = { issuer: 'https://evil.example' }; }],
    ['of an issuer that begins like it', () => { issuer.more = { issuer: `${issuer.issuer}.evil.example` }; }],
    ['without an issuer', () => { issuer.more = { issuer: undefined }; }],
    ['with keys at a link-local address', () => { issuer.more = { jwks_uri: 'http://169.254.169.254/latest' }; }],
    ['with keys in a file', () => { issuer.more = { jwks_uri: 'file:///etc/passwd' }; }],
    ['with keys at no address', () => { issuer.more = { jwks_uri: 5 }; }],
    ['with a login page that is a script', () => { issuer.more = { authorization_endpoint: 'javascript:alert(1)' }; }],
    ['of 10 MB', () => { issuer.more = { padding: 'x'.repeat(10_000_000) }; }],
    ['behind a redirection', () => {
      issuer.answerDocument = (_request, response) => void response.writeHead(302, { Location: '/elsewhere' }).end();
    }],
  ])('%s is not believed', async (_name, change) => {
    change();
    expect(await statusWith()).toBe(503);
  });

  it('with a slash more or less is the same issuer; tokens have the one that the provider writes', async () => {
    const own = issuer.issuer;
    issuer.more = { issuer: `${own}/` };
    expect(await statusWith({}, await issuer.token({ iss: `${own}/` }))).toBe(200);
    expect(await statusWith({}, await issuer.token({ iss: own }))).toBe(401);
  });

  it('may be named by its own address', async () => {
    expect(await statusWith({ issuer: `${issuer.issuer}/.well-known/openid-configuration` })).toBe(200);
  });

  it('sends the configured headers', async () => {
    const seen: unknown[] = [];
    issuer.answerDocument = (request, response) => {
      seen.push(request.headers['x-key']);
      response.end(JSON.stringify(issuer.document));
    };
    expect(await statusWith({ discovery_headers_names: ['x-key'], discovery_headers_values: ['v'] })).toBe(200);
    expect(seen).toEqual(['v']);
  });
});

describe('addresses', () => {
  const resolve = (map: Readonly<Record<string, readonly string[]>>) => async (host: string) => map[host] ?? [];

  const PUBLIC = { 'id.example': ['203.0.113.2'] };

  it.each<[string, string, string, Readonly<Record<string, readonly string[]>>, boolean]>([
    ['the issuer\'s own host', 'https://id.example/keys', 'https://id.example', { 'id.example': ['10.0.0.1'] }, true],
    ['another public host', 'https://keys.example', 'https://id.example', { ...PUBLIC, 'keys.example': ['203.0.113.1'] }, true],
    ['a private host of a public issuer', 'https://admin.test', 'https://id.example', { ...PUBLIC, 'admin.test': ['10.0.0.1'] }, false],
    ['a private host of a private issuer', 'https://a.test', 'https://b.test', { 'a.test': ['10.0.0.1'], 'b.test': ['10.0.0.2'] }, true],
    ['this machine', 'https://localhost/', 'https://id.example', { ...PUBLIC, localhost: ['127.0.0.1'] }, false],
    ['this machine, as IPv6', 'https://[::1]/', 'https://id.example', PUBLIC, false],
    ['this machine, IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/', 'https://id.example', PUBLIC, false],
    ['metadata of a cloud, behind a translator', 'https://[64:ff9b::169.254.169.254]/', 'https://10.0.0.1', {}, false],
    ['a private host behind a translator', 'https://n.test', 'https://id.example', { ...PUBLIC, 'n.test': ['64:ff9b::a00:1'] }, false],
    ['a public host behind a translator', 'https://n.test', 'https://id.example', { ...PUBLIC, 'n.test': ['64:ff9b::cb00:7101'] }, true],
    ['this machine, as a number', 'https://2130706433/', 'https://id.example', PUBLIC, false],
    ['metadata of a cloud, also of a private issuer', 'https://169.254.169.254/', 'https://10.0.0.1', {}, false],
    ['a name of metadata of a cloud', 'https://meta.example', 'https://10.0.0.1', { 'meta.example': ['169.254.169.254'] }, false],
    ['plain http of an https issuer', 'http://id.example', 'https://id.example', {}, false],
    ['credentials in the address', 'https://a:b@id.example', 'https://id.example', {}, false],
  ])('%s', async (_name, url, own, names, isAllowed) => {
    const asked = requireDiscovered('jwks_uri', new URL(url), new URL(own), resolve(names));
    if (isAllowed) await expect(asked).resolves.toBeUndefined();
    else await expect(asked).rejects.toThrow(/^jwks_uri /);
  });

  it('of a configuration may be anywhere but at link-local addresses', () => {
    expect(requireConfigured('issuer', 'http://10.0.0.1').host).toBe('10.0.0.1');
    expect(() => requireConfigured('issuer', 'http://169.254.169.254/x')).toThrow('config.issuer: 169.254.169.254 is a link-local address');
  });

  it('of Cognito are known in all partitions, and no others', () => {
    expect([
      'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc', 'https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc',
      'https://cognito-idp-fips.us-east-1.amazonaws.com/us-east-1_abc',
    ].map(isCognito)).toEqual([true, true, true]);
    expect([
      'https://cognito-idp.eu-central-1.amazonaws.com.evil.example/x', 'http://cognito-idp.eu-central-1.amazonaws.com/x',
      'https://evil.example/cognito-idp.eu-central-1.amazonaws.com/x', 'https://cognito-idp.eu-central-1.amazonaws.com/x/y',
    ].map(isCognito)).toEqual([false, false, false, false]);
  });
});

it('a provider that is another server behind the same name is not asked through a proxy of the environment', async () => {
  const proxy = createServer((_request, response) => void response.end('{}'));
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    expect(await statusWith()).toBe(200);
  } finally {
    delete process.env.HTTP_PROXY;
    proxy.close();
  }
});
