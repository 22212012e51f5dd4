import { describe, expect, it } from 'vitest';

import type { OwnAnswer } from './answer.ts';
import { FakeRequest } from './fake-messages.testing.ts';
import { grpcAnswer, speaksGrpc } from './grpc-answers.ts';
import { pluginAnswer } from './plugin-answer.ts';

const CASES: readonly (readonly [what: string, answer: OwnAnswer, lines: readonly string[]])[] = [
  ['a decision', { status: 401, message: 'No API key found in request' },
    ['Content-Type', 'application/grpc', 'grpc-status', '16', 'grpc-message', 'Unauthenticated']],
  ['a decision with headers', { status: 404, message: 'no Route matched with those values', headers: { 'X-A': 'b' } },
    ['Content-Type', 'application/grpc', 'grpc-status', '5', 'grpc-message', 'NotFound']],
  ['a status without a name', { status: 409, message: 'x' },
    ['Content-Type', 'application/grpc', 'grpc-status', '2', 'grpc-message', 'Unknown']],
  ['an upstream that failed', { status: 504, message: 'The upstream server is timing out', attempted: true },
    ['grpc-status', '4', 'grpc-message', 'The upstream server is timing out']],
  ['a document of a plugin', pluginAnswer({ status: 418, body: { message: 'm418' } }), ['grpc-status', '3', 'grpc-message', 'm418']],
  ['a document without a message',
    pluginAnswer({ status: 401, body: { exp: 'token expired' } }), ['grpc-status', '16', 'grpc-message', '']],
  ['a message beyond ASCII', pluginAnswer({ status: 400, body: { message: 'é 5%' } }),
    ['grpc-status', '3', 'grpc-message', '%C3%A9 5%25']],
  ['a text of a plugin', pluginAnswer({ status: 503, body: 'gone' }), ['grpc-status', '14', 'grpc-message', 'gone']],
];

describe('grpcAnswer', () => {
  it.each(CASES)('says in fields what %s says in its body', (_, answer, lines) => {
    const { status, body, lines: seen, headers } = grpcAnswer(answer);
    expect([status, body?.length, seen, headers]).toEqual([answer.status, 0, lines, answer.headers]);
  });

  it.each([
    ['with a content type of its own', pluginAnswer({ status: 403, body: 'x', headers: { 'content-type': 'text/x' } })],
    ['of an upstream, from a cache', pluginAnswer({ status: 200, body: 'x', isProxied: true })],
  ])('leaves an answer %s as it is', (_, answer) => {
    expect(grpcAnswer(answer)).toBe(answer);
  });

  it.each([
    ['2.0', 'application/grpc', true],
    ['2.0', 'application/grpc+proto', true],
    ['2.0', 'application/json', false],
    ['1.1', 'application/grpc', false],
  ] as const)('knows gRPC by HTTP/%s and the content type %s: %s', (version, type, isGrpc) => {
    expect(speaksGrpc(new FakeRequest({ version, headers: [`content-type: ${type}`] }))).toBe(isGrpc);
  });
});
