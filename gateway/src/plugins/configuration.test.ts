/** Rules that `/schemas/plugins/{name}` does not show, with Kong's texts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';
import type { NodeKind } from '../model/entities/plugin.ts';
import { schemasFor } from './schemas.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

async function violationsOf(name: string, config: unknown, on = node): Promise<unknown> {
  const { status, text } = await on.send('POST', '/schemas/plugins/validate', { name, config });
  const { fields } = JSON.parse(text) as { readonly fields?: Readonly<Record<string, unknown>> };
  expect([200, 400]).toContain(status);
  return status === 200 ? undefined : fields?.config ?? fields;
}

const accountOf = (config: object) => ({ account_email: 'a@b.test', tos_accepted: true, ...config });
const named = (headers: readonly string[]) => ({ add: { headers } });

describe('the configuration of a plugin', () => {
  it.each<[plugin: string, config: unknown, violations: unknown]>([
    ['acme', accountOf({ storage_config: { shm: { shm_name: 'mine' } } }), {
      storage_config: { shm: { shm_name: 'failed validating: mine' } },
    }],
    ['acme', accountOf({ storage_config: { shm: { shm_name: 'kong_locks' } } }), undefined],
    [
      'acme', accountOf({ storage_config: { redis: { extra_options: { namespace: 'kong_acme:cert_key:a' } } } }), {
        storage_config: {
          redis: { extra_options: { namespace: "namespace can't be prefixed with reserved word: kong_acme:cert_key:" } },
        },
      },
    ],
    ['acme', { account_email: 'a@b.test', api_uri: 'https://acme-v02.api.letsencrypt.org' }, { tos_accepted: 'value must be true' }],
    ['aws-lambda', { proxy_url: 'https://p.test' }, { '@entity': ['proxy_url scheme must be http'] }],
    ['aws-lambda', { proxy_url: 'http://p.test:3128' }, undefined],
    ['aws-lambda', { aws_sts_endpoint_url: 'sts.test' }, { aws_sts_endpoint_url: 'missing host in url' }],
    ['cors', { origins: ['*', 'https://a.test', '[a-z]+\\.test$'] }, undefined],
    ['cors', { origins: ['*', '('] }, { origins: [null, "'(' is not a valid regex"] }],
    [
      'cors', { origins: ['a(?=b)'] }, {
        origins: ["'a(?=b)' is not a valid regex (look-around is not supported, since it cannot be matched in linear time)"],
      },
    ],
    ['file-log', { path: '/tmp/a*' }, { path: 'not a valid filename' }],
    [
      'file-log', { path: '/tmp/a', custom_fields_by_lua: { a: 'return (' } },
      { custom_fields_by_lua: 'Error parsing function: [string "return ("]:1: unexpected symbol near \'<eof>\'' },
    ],
    ['http-log', { http_endpoint: 'http://u:p@a.test', headers: { 'x-a': 'b' } }, undefined],
    ['ip-restriction', { allow: ['1.2.3.4/0', '::/0', '::ffff:1.2.3.4', '[::1]', '[fe80::]/10'] }, undefined],
    ['ip-restriction', { deny: ['1.2.3.4/08', '1.2.3.4/', '::1/129', 'fe80::1%eth0', '[1.2.3.4]', '[::1/64]'] }, {
      deny: ['1.2.3.4/08', '1.2.3.4/', '::1/129', 'fe80::1%eth0', '[1.2.3.4]', '[::1/64]'].map((ip) => `invalid ip or cidr range: '${ip}'`),
    }],
    [
      'http-log', { http_endpoint: 'http://u:p@a.test', headers: { AuthoriZation: 'b' } },
      "specifying both an 'Authorization' header and user info in 'http_endpoint' is not allowed",
    ],
    ['http-log', { http_endpoint: 'http://a.test', headers: { AuthoriZation: 'b' } }, undefined],
    ['http-log', { http_endpoint: 'http://a.test', headers: { hoSt: 'b' } }, { headers: "cannot contain 'Host' header" }],
    ['http-log', { http_endpoint: '//a.test' }, { http_endpoint: 'missing scheme in url' }],
    ['oauth2', { enable_implicit_grant: true }, undefined],
    [
      'oauth2', {},
      'at least one of these fields must be true: enable_authorization_code, enable_implicit_grant, enable_client_credentials, '
      + 'enable_password_grant',
    ],
    [
      'pre-function', { access: ['return 1', 'x ='] },
      { access: [null, 'error parsing pre-function: [string "x ="]:1: unexpected symbol near \'<eof>\''] },
    ],
    ['post-function', { log: ['x x'] }, { log: ['error parsing post-function: [string "x x"]:1: \'=\' expected near \'x\''] }],
    ['proxy-cache', { strategy: 'memory', memory: { dictionary_name: 'mine' } }, { '@entity': ["missing shared dict 'mine'"] }],
    ['rate-limiting', { second: 10, hour: 5 }, 'The limit for hour(5.0) cannot be lower than the limit for second(10.0)'],
    ['rate-limiting', { minute: 10.5, hour: 10.5, year: 9 }, 'The limit for year(9.0) cannot be lower than the limit for minute(10.5)'],
    ['rate-limiting', { second: 1, sync_rate: 1 }, 'sync_rate can only be used with the redis policy'],
    [
      'rate-limiting', { second: 1, policy: 'redis', redis: { host: 'r.test' }, sync_rate: 0.01 },
      'sync_rate must be greater than 0.02, or -1 to disable',
    ],
    ['rate-limiting', { second: 1, policy: 'redis', redis: { host: 'r.test' }, sync_rate: 0.02 }, undefined],
    ['request-termination', { body: 'x', message: 'y' }, 'message cannot be used with content_type or body'],
    ['request-termination', { content_type: 'text/plain' }, 'content_type requires a body'],
    ['request-termination', { body: 'x', echo: true }, 'echo cannot be used with content_type and body'],
    ['request-transformer', { remove: { headers: ['a-b', 'a b'] } }, { remove: { headers: [null, "'a b' is not a valid header"] } }],
    ['request-transformer', named(['a b:c']), { add: { headers: ["'a b' is not a valid header"] } }],
    ['request-transformer', named(['a:b c', 'a:', 'a:::b']), undefined],
    ['request-transformer', { rename: { headers: ['a:b', 'a:'] } }, { rename: { headers: [null, "'' is not a valid header"] } }],
    ['request-transformer', { rename: { body: ['a:'] } }, { rename: { body: ["key 'a' has no value"] } }],
    ['request-transformer', { add: { querystring: [':a'] } }, { add: { querystring: ["key ':a' has no value"] } }],
    ['request-transformer', { add: { body: ["a:$(headers['x'] or 'y') and $(query_params.z)", 'b:$(', 'c:$5'] } }, undefined],
    [
      'request-transformer', { add: { body: ['a:$(1 +)'] } },
      { add: { body: ['value \'$(1 +)\' is not in supported format, error:[string "TMP"]:1: unexpected symbol near \')\''] } },
    ],
    ['response-ratelimiting', { limits: { a: { minute: 2, second: 3 } } }, {
      limits: 'the limit for minute(2.0) cannot be lower than the limit for second(3.0)',
    }],
    ['response-transformer', { rename: { headers: ['a:b c'] } }, { rename: { headers: ["'b c' is not a valid header"] } }],
    ['response-transformer', { add: { headers: ['a b:c'] } }, undefined],
    ['zipkin', { static_tags: [{ name: 'a', value: '1' }, { name: 'b', value: '1' }] }, undefined],
    ['zipkin', { static_tags: [{ name: 'b', value: '1' }, { name: 'b', value: '2' }] }, {
      static_tags: 'repeated tags are not allowed: b',
    }],
  ])('of %s: %j', async (plugin, config, violations) => {
    expect(await violationsOf(plugin, config)).toEqual(violations);
  });

  it.each<[role: NodeKind['role'], database: string, plugin: string, config: object, violations: unknown]>([
    ['traditional', 'postgres', 'rate-limiting', { minute: 1, policy: 'cluster' }, undefined],
    ['traditional', 'off', 'rate-limiting', { minute: 1, policy: 'cluster' }, { policy: 'expected one of: local, redis' }],
    ['control_plane', 'postgres', 'rate-limiting', { minute: 1, policy: 'cluster' }, { policy: 'expected one of: local, redis' }],
    [
      'control_plane', 'postgres', 'response-ratelimiting', { limits: { a: { minute: 1 } }, policy: 'cluster' },
      { policy: 'expected one of: local, redis' },
    ],
    ['control_plane', 'postgres', 'acme', accountOf({}), { '@entity': ['"shm" storage can\'t be used in Hybrid mode'] }],
    ['control_plane', 'postgres', 'acme', accountOf({ storage: 'kong' }), undefined],
    ['traditional', 'off', 'acme', accountOf({ storage: 'kong' }), { '@entity': ['"kong" storage can\'t be used with dbless mode'] }],
    ['traditional', 'off', 'acme', accountOf({}), undefined],
  ])('on a node with role %s and database %s, of %s: %j', async (role, database, plugin, config, violations) => {
    const other = await startAdminNode({ ...schemasFor({ role, database }), role });
    try {
      expect(await violationsOf(plugin, config, other)).toEqual(violations);
    } finally {
      await other.close();
    }
  });

  it('contains a secret of the process unless sessions have one of their own', async () => {
    const secretOf = async (config: object) => {
      const { text } = await node.send('PUT', '/plugins/00000000-0000-4000-8000-000000000001', { name: 'session', config });
      return (JSON.parse(text) as { readonly config: { readonly secret: string } }).config.secret;
    };
    const random = await secretOf({});
    expect(random).toMatch(/^[A-Za-z0-9]{44}$/);
    expect(await secretOf({ secret: 'own' })).not.toBe(random);
  });
});
