import { describe, expect, it } from 'vitest';
import { Source } from '../../gateway/src/declarative/source.ts';
import { schemasFor } from '../../gateway/src/plugins/schemas.ts';
import { desiredState } from '../declarative/desired-state.ts';
import { ApiDocument } from './api-document.ts';
import { patternOf } from './path-pattern.ts';
import { stateFromApi } from './state-from-api.ts';

const OPTIONS = { fileName: 'api.yaml', withIds: true };
const RESPONSES = { 200: { description: 'fine' } };

function convert(document: object, options: Partial<typeof OPTIONS & { tags: string[] }> = {}) {
  const text = JSON.stringify({ openapi: '3.0.0', info: { title: 'Simple API overview', version: '2' }, ...document });
  return stateFromApi(new ApiDocument('api.yaml', text), { ...OPTIONS, ...options }) as {
    readonly services: readonly Readonly<Record<string, unknown> & { readonly routes: readonly Readonly<Record<string, unknown>>[] }>[];
    readonly upstreams?: readonly Readonly<Record<string, unknown>>[];
  };
}

const SERVERS = [{ url: 'http://backend1.com/some/path' }, { url: 'http://backend2.com/some/path' }];

describe('names and ids, which are those of decK', () => {
  const { services: [service], upstreams } = convert({
    'servers': SERVERS, 'x-kong-name': 'oas-spec-name',
    'paths': {
      '/app1': {
        'x-kong-name': 'path-name', 'get': { operationId: 'opsid1', responses: RESPONSES }, 'post': { responses: RESPONSES },
        'put': { 'x-kong-name': 'my-put-operation', 'responses': RESPONSES },
      },
      '/app2': { post: { responses: RESPONSES } },
    },
  });

  it('of the service and its upstream', () => {
    expect(service).toMatchObject({
      id: 'ed8da09c-c583-55b5-90ca-f503fc5a36c3', name: 'oas-spec-name', host: 'oas-spec-name.upstream',
      protocol: 'http', port: 80, path: '/some/path', tags: ['OAS3_import', 'OAS3file_api.yaml'],
    });
    expect(upstreams).toMatchObject([{
      id: 'bfcb9ad1-68a8-5970-b72d-0cd2e4c81fd4', name: 'oas-spec-name.upstream',
      targets: [{ target: 'backend1.com:80' }, { target: 'backend2.com:80' }],
    }]);
  });

  it.each([
    ['oas-spec-name_opsid1', 'GET', '48ab920f-d500-53e2-a5e6-d368b9a4b99c'],
    ['oas-spec-name_path-name_post', 'POST', '85bf9417-31c3-57d4-89e5-5daf7e45869e'],
    ['oas-spec-name_path-name_my-put-operation', 'PUT', 'c70d6bba-42cb-552d-8c9a-5e6587b80099'],
    ['oas-spec-name_app2_post', 'POST', '0f165a29-0674-58e8-be6c-19968f287dc0'],
  ])('of the route %s', (name, method, id) => {
    expect(service!.routes.find((route) => route.name === name)).toMatchObject(
      { id, methods: [method], regex_priority: 200, strip_path: false },
    );
  });
});

it.each([
  ['/', '~/$', 200],
  ['/demo/{something}/else/{-to-do}/', '~/demo/(?<something>[^#?/]+)/else/(?<to_do>[^#?/]+)/$', 100],
  ["/batchs(Material='{Material}',Batch='{Batch}')", "~/batchs\\(Material='(?<material>[^#?/]+)',Batch='(?<batch>[^#?/]+)'\\)$", 100],
  ['/a.b/{id}/{ID}', '~/a\\.b/(?<id>[^#?/]+)/(?<id_2>[^#?/]+)$', 100],
  ['/{1st}', '~/(?<p_1st>[^#?/]+)$', 100],
])('%s becomes %s', (path, pattern, priority) => {
  expect(patternOf(path)).toEqual({ path: pattern, priority });
  expect(() => new RegExp(pattern.slice(1))).not.toThrow();
});

it('gives servers of a path, and of an operation, services of their own, with the plugins around them', () => {
  const plugin = { 'x-kong-plugin-cors': { config: { origins: ['a.test'] } } };
  const { services } = convert({
    ...plugin, 'servers': [{
      url: 'https://{region}.one.test', variables: { region: { default: 'eu' } },
    }], 'x-kong-service-defaults': { retries: 1 },
    'paths': {
      '/a': { get: { operationId: 'a', responses: RESPONSES } },
      '/b': { servers: [{ url: 'https://two.test/v1' }], get: { operationId: 'b', responses: RESPONSES } },
      '/c': { get: { operationId: 'c', servers: [{ url: 'https://three.test:8443' }], responses: RESPONSES } },
    },
  });
  expect(services.map(({ name, host, port, path, retries, plugins, routes }) => (
    [name, host, port, path, retries, (
      plugins as { readonly name: string }[]
    ).map((each) => each.name), routes.map((route) => route.name)]))).toEqual([
    ['simple-api-overview', 'eu.one.test', 443, '/', 1, ['cors'], ['simple-api-overview_a']],
    ['simple-api-overview_b', 'two.test', 443, '/v1', 1, ['cors'], ['simple-api-overview_b']],
    ['simple-api-overview_c', 'three.test', 8443, '/', 1, [], ['simple-api-overview_c']],
  ]);
  expect(services[2]!.routes[0]!.plugins).toMatchObject([{ name: 'cors', config: { origins: ['a.test'] } }]);
});

it('follows references inside of the document', () => {
  const { services } = convert({
    servers: [{ url: 'https://h.test' }], paths: { '/a': { $ref: '#/components/pathItems/a~1b' } },
    components: {
      'pathItems': {
        'a/b': { get: { 'operationId': 'x', 'x-kong-plugin-cors': { $ref: '#/components/x-cors' } } },
      }, 'x-cors': { enabled: false },
    },
  });
  expect(services[0]!.routes).toMatchObject([{ name: 'simple-api-overview_x', plugins: [{ name: 'cors', enabled: false }] }]);
});

it('reads OpenAPI 2.0', () => {
  const text = 'swagger: "2.0"\ninfo: {title: Old}\nhost: old.test:81\nbasePath: /v1\nschemes: [http, https]\npaths:\n  /a:\n    get: {}\n';
  const document = new ApiDocument('old.yaml', text);
  expect(stateFromApi(document, OPTIONS)).toMatchObject({
    services: [{ name: 'old', protocol: 'https', host: 'old.test', port: 81, path: '/v1', routes: [{ name: 'old_a_get' }] }],
  });
});

it('makes what control planes accept', () => {
  const state = convert({
    'servers': SERVERS, 'x-kong-upstream-defaults': { hash_on: 'ip' }, 'x-kong-route-defaults': { preserve_host: true },
    'paths': { '/a/{id}': { get: { 'x-kong-plugin-rate-limiting': { config: { minute: 5 } } }, post: {} } },
  });
  const { errors, entities } = desiredState(new Source(state), { schemas: schemasFor({ role: 'control_plane' }).schemas, now: 0 });
  expect(errors).toEqual([]);
  expect(entities.map(({ entity }) => entity.schema.name).sort()).toEqual(
    ['plugins', 'routes', 'routes', 'services', 'targets', 'targets', 'upstreams'],
  );
});

const GET = { get: { responses: RESPONSES } };

it.each([
  ['a circle of references', {
    paths: { '/a': { $ref: '#/components/a' } }, components: { a: { $ref: '#/components/a' } },
  }, 'the reference #/components/a leads to itself'],
  ['a reference to another document', {
    paths: { '/a': { $ref: 'https://h.test/x.yaml' } },
  }, 'got the reference https://h.test/x.yaml, expected one inside of the document'],
  ['a reference to nothing', { paths: { '/a': { $ref: '#/b' } } }, 'the reference #/b leads to nothing'],
  ['servers that differ in more than host and port', {
    servers: [{ url: 'https://a.test/x' }, { url: 'https://b.test/y' }], paths: {},
  }, 'expected servers that differ in host and port only'],
  ['a server that is no URL', { servers: [{ url: 'ftp://a.test' }], paths: {} }, 'expected a URL with one of http'],
  ['two operations of one name', {
    paths: { '/a': { get: { operationId: 'x' } }, '/b': { get: { operationId: 'x' } } },
  }, 'two operations make the route simple-api-overview_x'],
  ['another version', { openapi: '4.0.0', paths: {} }, 'got version 4.0.0, expected a document of OpenAPI 3.1, 3.0 or 2.0'],
  ['a path without a slash', { paths: { a: GET } }, 'expected a path that begins with a slash'],
])('refuses %s', (_, document, message) => {
  expect(() => convert(document)).toThrow(message);
});
