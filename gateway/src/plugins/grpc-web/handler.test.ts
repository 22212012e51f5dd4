import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { preparedPlugin } from '../../../test/fixtures/prepared-plugin.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { framed } from '../../grpc-messages/frames.ts';
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import { FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import { grpcWebHandler } from './handler.ts';

const PROTO = 'syntax = "proto3"; package t; service S { rpc Get(Msg) returns (Msg); } message Msg { string text = 1; }';
const PATH = '/t.S/Get';
const HI = Buffer.from('\x0a\x02hi', 'latin1');

function plugin(withProto = false): PluginPhases {
  const folder = temporaryFolder('grpc-web');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 't.proto'), PROTO);
  return preparedPlugin(grpcWebHandler, withProto ? { proto: join(folder, 't.proto') } : {});
}

async function asked(phases: PluginPhases, type: string, body: string, path = PATH): Promise<FakeExchange> {
  const exchange = new FakeExchange({ method: 'POST', path, headers: { 'content-type': type }, body });
  await phases.access!(exchange);
  return exchange;
}

/** What the client gets of these parts, and of these trailers. */
function answered(phases: PluginPhases, exchange: FakeExchange, parts: readonly Buffer[], trailers: readonly string[]): string {
  exchange.response = new FakeResponse(200, { 'content-type': 'application/grpc' }, 'upstream');
  void phases.responseHeaders!(exchange);
  const filter = phases.body!(exchange)!;
  const sent = [...parts.map((part) => filter.part(part)), filter.end(trailers)];
  return Buffer.concat(sent.filter((part) => part !== undefined)).toString('latin1');
}

describe('grpc-web', () => {
  const trailers = ['grpc-status', '3', 'Grpc-Message', 'bad', 'x-t', '1'];
  const trailerFrame = framed(Buffer.from('grpc-status:3\r\ngrpc-message:bad\r\n'), 0x80);

  it('passes binary frames, and puts the trailers in a frame behind them', async () => {
    const phases = plugin();
    const exchange = await asked(phases, 'application/grpc-web+proto', 'frames');
    expect(exchange.upstream.header('content-type')).toBe('application/grpc');
    const body = answered(phases, exchange, [framed(HI).subarray(0, 3), framed(HI).subarray(3)], trailers);
    expect(body).toBe(Buffer.concat([framed(HI), trailerFrame]).toString('latin1'));
    expect(exchange.response!.header('content-type')).toBe('application/grpc-web+proto');
    expect(exchange.response!.header('access-control-allow-origin')).toBe('*');
  });

  it('decodes base64, of several padded parts, too, and answers in it', async () => {
    const phases = plugin();
    const text = framed(HI).toString('base64');
    const exchange = await asked(phases, 'application/grpc-web-text', `${text}${text}`);
    expect(exchange.upstream.body?.toString('latin1')).toBe(Buffer.concat([framed(HI), framed(HI)]).toString('latin1'));
    expect(answered(phases, exchange, [framed(HI)], trailers)).toBe(text + trailerFrame.toString('base64'));
  });

  it('translates JSON both ways, with a file', async () => {
    const phases = plugin(true);
    const exchange = await asked(phases, 'application/json', '{"text":"hi"}');
    expect(exchange.upstream.body?.equals(framed(HI))).toBe(true);
    const both = Buffer.concat([framed(HI), framed(HI)]);
    expect(answered(phases, exchange, [both.subarray(0, 8), both.subarray(8)], trailers)).toBe('{"text":"hi"}{"text":"hi"}');
  });

  it.each([
    ['without a file', false, 'application/json', '{}', PATH, 'transcoding requests require a .proto file defining the service'],
    ['of an unknown method', true, 'application/json', '{}', '/t.S/Nope', 'Unknown path "/t.S/Nope"'],
    ['that is no JSON', true, 'application/json', '{', PATH, undefined],
    ['that is no object', true, 'application/json', '[]', PATH, 'the body is no JSON object'],
    ['that does not fit', true, 'application/json', '{"text":1}', PATH, 'the value of text is no string'],
    ['that is no base64', true, 'application/grpc-web-text', '!', PATH, 'the body is no base64'],
  ])('answers 400 to a request %s', async (_, withProto, type, body, path, message) => {
    const exchange = await asked(plugin(withProto), type, body, path);
    expect(exchange.response).toBeUndefined();
    expect(exchange.answer).toMatchObject({ status: 400, ...message !== undefined && { body: message } });
  });
});
