import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { framed } from '../../grpc-messages/frames.ts';
import { messageOf } from '../../grpc-messages/json-to-message.ts';
import { jsonOf } from '../../grpc-messages/message-to-json.ts';
import { readProtoFile } from '../../grpc-messages/proto-file.ts';
import { bindingsOf, boundRequest } from './bindings.ts';
import { grpcGatewayHandler } from './handler.ts';
import { matchPath, pathTemplate } from './path-template.ts';
import { requestValues } from './request-values.ts';

const PROTO = `syntax = "proto3"; package t; import "google/api/annotations.proto";
service S {
  rpc Get(Msg) returns (Msg) { option (google.api.http) = { get: "/v1/{text}" additional_bindings { get: "/v1/of/{sub.name}" } }; }
  rpc Put(Msg) returns (Msg) { option (google.api.http) = { put: "/v1/{text}" body: "sub" }; }
  rpc Post(Msg) returns (Msg) { option (google.api.http) = { post: "/v1" body: "*" }; }
}
message Msg {
  string text = 1; int32 n = 2; repeated string tags = 3; Sub sub = 4; Color color = 5; int64 big = 6; bytes blob = 7; bool flag = 8;
  map<string, int32> counts = 9; oneof pick { string left = 10; int32 right = 11; } uint32 u = 12;
}
message Sub { string name = 1; }
enum Color { RED = 0; GREEN = 1; }`;

const DEFAULTS = { text: '', n: 0, tags: [], color: 'RED', big: 0, blob: '', flag: false, counts: {}, u: 0 };

function protoFile(text = PROTO): string {
  const folder = temporaryFolder('proto');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 't.proto'), text);
  return join(folder, 't.proto');
}

const methods = readProtoFile(protoFile());
const type = methods[0]!.request;

describe('messages and JSON', () => {
  it.each<readonly [json: object, shown: object]>([
    [{}, {}],
    [{ text: 'é', n: '7', unknown: 1 }, { text: 'é', n: 7 }],
    [{ n: 1.9 }, { n: 1 }],
    [{ n: 2_147_483_648 }, { n: -2_147_483_648 }],
    [{ u: -1 }, { u: 4_294_967_295 }],
    [{ big: 1_234_567_890_123 }, { big: 1_234_567_890_123 }],
    [{ color: 'GREEN' }, { color: 'GREEN' }],
    [{ color: 1 }, { color: 'GREEN' }],
    [{ blob: 'ab' }, { blob: 'YWI=' }],
    [{ sub: { name: 'x' } }, { sub: { name: 'x' } }],
    [{ counts: { a: 1 } }, { counts: { a: 1 } }],
    [{ right: 0 }, { right: 0, pick: 'right' }],
    [{ tags: ['a', 'b'] }, { tags: ['a', 'b'] }],
  ])('%j is shown as %j, beside the defaults', (json, shown) => {
    expect(JSON.parse(jsonOf(type, messageOf(type, json as never)))).toEqual({ ...DEFAULTS, ...shown });
  });

  it.each([
    [{ text: 5 }], [{ n: null }], [{ n: 'x' }], [{ flag: 1 }], [{ tags: 'a' }], [{ sub: 'x' }], [{ color: 'BLUE' }], [{ counts: [] }],
  ])(
    'refuses %j', (json) => {
      expect(() => messageOf(type, json as never)).toThrow(/the value of/);
    },
  );

  it('says which import is missing', () => {
    expect(() => readProtoFile(protoFile('syntax = "proto3"; import "missing.proto";'))).toThrow(/missing\.proto, which is not there/);
  });
});

describe('bindings', () => {
  it.each([
    ['/v1/{x}', '/v1/a', { x: 'a' }],
    ['/v1/{x}', '/v1/a/b', undefined],
    ['/v1/{x}', '/v1/', undefined],
    ['/v1/{x=**}', '/v1/a/b', { x: 'a/b' }],
    ['/v1/{x=a/*}/c', '/v1/a/b/c', { x: 'a/b' }],
    ['/v1/{x}:run', '/v1/a:run', { x: 'a' }],
    ['/v1/{a.b}/{c}', '/v1/1/2', { 'a.b': '1', 'c': '2' }],
    ['/v1.0/*', '/v1x0/a', undefined],
  ])('%s on %s', (template, path, variables) => {
    expect(matchPath(pathTemplate(template), path)).toEqual(variables);
  });

  const bindings = bindingsOf(methods, () => undefined);

  it.each<readonly [string, string, readonly (readonly [string, string | undefined])[], unknown, object]>([
    ['GET', '/v1/a', [['n', '1'], ['text', 'b'], ['zz', '1']], undefined, { text: 'b', n: '1' }],
    ['GET', '/v1/a', [['flag', '0'], ['sub.name', 'x'], ['tags', 'a'], ['tags', 'b']], undefined,
      { text: 'a', flag: true, sub: { name: 'x' }, tags: ['a', 'b'] }],
    ['GET', '/v1/of/x', [], undefined, {}],
    ['PUT', '/v1/a', [['n', '2']], { name: 's' }, { text: 'a', n: '2', sub: { name: 's' } }],
    ['POST', '/v1', [['n', '2']], { text: 't' }, { text: 't' }],
  ])('%s %s with the query %j', (httpMethod, path, query, body, values) => {
    expect(requestValues(boundRequest(bindings, httpMethod, path)!, query, body)).toEqual(values);
  });

  it('names what it does not heed', () => {
    const more = ['/v1/b/{text}', '/v1/c/{text}'].map((path) => `additional_bindings { get: "${path}" }`).join(' ');
    const ignored: string[] = [];
    const several = bindingsOf(readProtoFile(protoFile(PROTO.replace('body: "*"', `body: "*" ${more}`))), (what) => ignored.push(what));
    expect(ignored).toEqual([
      '/t.S/Get: the variable {sub.name} of a path sets no field', '/t.S/Post: of 2 additional bindings only the last one counts',
    ]);
    expect(boundRequest(several, 'GET', '/v1/b/a')).toBe(undefined);
    expect(boundRequest(several, 'GET', '/v1/c/a')?.variables).toEqual({ text: 'a' });
  });

  it('binds nothing else', () => {
    expect([boundRequest(bindings, 'HEAD', '/v1/a'), boundRequest(bindings, 'GET', '/t.S/Get')]).toEqual([undefined, undefined]);
  });
});

describe('grpc-gateway', () => {
  it('does nothing without a file, and is in quarantine with one that cannot be read', () => {
    expect(preparedPlugin(grpcGatewayHandler, {})).toEqual({});
    expect(() => preparedPlugin(grpcGatewayHandler, { proto: '/nowhere/t.proto' })).toThrow(/ENOENT/);
  });

  it('puts a message in one frame', () => {
    expect(framed(Buffer.from('ab')).toString('latin1')).toBe('\0\0\0\0\x02ab');
  });
});
