/** What may never happen to frames, header blocks, PROXY headers and TLS messages, however they come. */
import { HTTP2_BOUNDS } from '../../../src/http-engine/http2/bounds.ts';
import { HpackDecoder } from '../../../src/http-engine/http2/hpack/hpack-decoder.ts';
import { addField, beginBlock, endBlock } from '../../../src/http-engine/http2/hpack/hpack-encoder.ts';
import type { TableField } from '../../../src/http-engine/http2/hpack/static-table.ts';
import { ServerConnection } from '../../../src/http-engine/http2/server-connection.ts';
import { MAX_PROXY_HEADER_BYTES, parseProxyHeader } from '../../../src/http-engine/sockets/proxy-protocol.ts';
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from '../../../src/streams/client-hello.ts';
import { FakeStream, RecordingHandler } from '../../fixtures/http1-client.ts';
import { block, frame, PREFACE } from '../../fixtures/http2-frames.ts';
import type { Fields } from '../../fixtures/http2-frames.ts';
import type { Target } from './fuzz.ts';
import { cut } from './mutation.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Without lengths of three bytes, which mutations would only spoil: type, flags, stream, length, payload. */
function short(type: number, flags: number, id: number, payload: Buffer | string = ''): Buffer {
  const content = typeof payload === 'string' ? bytes(payload) : payload;
  return Buffer.concat([Buffer.of(type, flags, id, content.length), content]);
}

/** Real frames. */
function framesOf(shortFrames: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at + 4 <= shortFrames.length;) {
    const end = at + 4 + shortFrames[at + 3]!;
    frames.push(frame(shortFrames[at]!, shortFrames[at + 1]!, shortFrames[at + 2]!, shortFrames.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(frames);
}

const GET: Fields = [[':method', 'GET'], [':scheme', 'https'], [':authority', 'a.test'], [':path', '/r']];
const POST: Fields = [[':method', 'POST'], ...GET.slice(1), ['content-length', '5']];
const HEADERS = 1;

export const frames: Target = {
  seeds: [
    short(HEADERS, 5, 1, block(GET)), Buffer.concat([short(HEADERS, 4, 1, block(POST)), short(0, 1, 1, 'hello')]),
    Buffer.concat([short(HEADERS, 0, 1, block(GET).subarray(0, 20)), short(9, 4, 1, block(GET).subarray(20))]),
    Buffer.concat([short(HEADERS, 4, 1, block(POST)), short(0, 0, 1, 'hello'), short(HEADERS, 5, 1, block([['x-t', '1']]))]),
    Buffer.concat([short(HEADERS, 4, 1, block(POST)), short(3, 0, 1, '\0\0\0\x08'), short(HEADERS, 5, 3, block(GET))]),
    Buffer.concat([
      short(4, 0, 0, '\0\x04\0\0\0\x05'), short(6, 0, 0, '12345678'), short(8, 0, 0, '\0\0\0\x01'), short(2, 0, 1, '\0\0\0\0\x01'),
    ]),
    Buffer.concat([
      short(HEADERS, 44, 1, Buffer.concat([Buffer.of(2, 0, 0, 0, 0, 1), block(POST), Buffer.of(0, 0)])),
      short(0, 9, 1, '\x01hello\0'),
    ]),
    short(HEADERS, 5, 1, Buffer.of(0x82, 0x87, 0x84, 0x41, 0x86, 0xa0, 0xe4, 0x1d, 0x13, 0x9d, 0x09)),
    short(7, 0, 0, '\0\0\0\0\0\0\0\0'), short(5, 4, 1, ''),
  ],
  words: [
    short(HEADERS, 5, 3, block(GET)), short(0, 1, 1, 'hello'), short(8, 0, 1, '\x7f\xff\xff\xff'), short(4, 1, 0),
    short(3, 0, 1, '\0\0\0\0'),
    ...[['te', 'trailers'], ['connection', 'close'], ['transfer-encoding', 'chunked'], ['host', 'b'], [':path', '*'], [':x', ''],
      ['A', 'b'],
      ['content-length', '6'], ['cookie', 'a=b'], ['x', ' a'], ['expect', '100-continue'], [':authority', 'u@a'], ['x', 'a\r\nb: c']]
      .map(([name, value]) => block([[name!, value!]])),
    Buffer.of(0x20), Buffer.of(0x3f, 0xe1, 0x1f), Buffer.of(0xbe), Buffer.of(0xff, 0x80, 0x01),
  ],
  problem(input, random) {
    const text = `${PREFACE}${framesOf(Buffer.concat([short(4, 0, 0), input])).toString('latin1')}`;
    const whole = served([text]);
    const pieces = cut(text, random);
    const inPieces = served(pieces);
    if (whole.seen !== inPieces.seen) return `in pieces ${JSON.stringify(pieces)}, it is ${inPieces.seen}, and not ${whole.seen}`;
    if (whole.active !== 0) return `${whole.active} requests are under way behind the end`;
    if (whole.writtenBytes > 4_096 + 64 * text.length) return `${whole.writtenBytes} bytes are the answer to ${text.length}`;
    return undefined;
  },
};

function served(pieces: readonly string[]): { readonly seen: string; readonly active: number; readonly writtenBytes: number } {
  const handler = new RecordingHandler();
  const stream = new FakeStream();
  const counted: string[] = [];
  const connection = new ServerConnection(stream, {
    remoteAddress: '192.0.2.1', remotePort: 40_000, localAddress: '192.0.2.2', localPort: 8_000, tls: undefined,
  }, handler, {
    bounds: HTTP2_BOUNDS, requestId: () => '0'.repeat(32), now: () => 1, counted: (reason) => void counted.push(reason),
    closed: () => undefined,
  });
  for (const piece of pieces) {
    const buffer = bytes(`..${piece}..`);
    if (!stream.isDestroyed) stream.reader.data(buffer, 2, piece.length + 2);
    buffer.fill(33);
  }
  if (!stream.isDestroyed) stream.reader.end();
  stream.destroy();
  const seen = handler.seen.map(({ request, body, trailers, end }) => {
    for (const text of [request.method, request.target, ...request.headers.flat(), ...trailers]) {
      // eslint-disable-next-line no-control-regex
      if (/[\0\r\n]/.test(text)) throw new Error(`a line break in ${JSON.stringify(text)}`);
    }
    const length = request.contentLength;
    if (end === 'complete' && length !== undefined && length !== body.length) throw new Error('a body of another length');
    return [request.method, request.target, request.headers.flat(), body, trailers, end];
  });
  const { written } = stream;
  return { seen: JSON.stringify([seen, handler.refusals, counted, written]), active: connection.active, writtenBytes: written.length };
}

/** Two blocks of one connection: the first byte says where the second one begins. */
export const headerBlocks: Target = {
  seeds: [
    Buffer.concat([Buffer.of(0), block(GET)]), Buffer.of(3, 0x82, 0x86, 0x84, 0x40, 1, 97, 1, 98, 0xbe, 0x20, 0xbe),
    Buffer.of(0, 0x41, 0x8c, 0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff),
    Buffer.of(0, 0x3f, 0xe1, 0x1f, 0x10, 1, 97, 0x81, 0x1f),
  ],
  words: [
    Buffer.of(0x20), Buffer.of(0x3f, 0xe1, 0x1f), Buffer.of(0xbe), Buffer.of(0xff, 0x80, 0x01), Buffer.of(0x7f, 0xff, 0xff, 0xff, 0x7f),
    Buffer.of(0x84, 0xff),
  ],
  problem(input) {
    const at = Math.min(input.length, 1 + (input[0] ?? 0));
    const decoder = new HpackDecoder(4_096);
    for (const part of [input.subarray(1, at), input.subarray(at)]) {
      const fields: TableField[] = [];
      const isWell = decoder.decode(part, 0, part.length, { field: (field) => void fields.push(field) });
      if (fields.length > part.length) return `${fields.length} fields of ${part.length} bytes`;
      const again = encodedAgain(fields);
      if (again !== JSON.stringify(fields.map(({ name, value }) => [name.toLowerCase(), value]))) return `encoded again it is ${again}`;
      if (!isWell) break;
    }
    return undefined;
  },
};

function encodedAgain(fields: readonly TableField[]): string {
  beginBlock(true);
  for (const { name, value } of fields) addField(name, value);
  const encoded = Buffer.from(endBlock());
  const decoded: [string, string][] = [];
  const sink = { field: ({ name, value }: TableField) => void decoded.push([name, value]) };
  const isWell = new HpackDecoder(4_096).decode(encoded, 0, encoded.length, sink);
  return isWell ? JSON.stringify(decoded) : 'none';
}

/** Decides at the same byte whatever follows. */
function changedMind(input: Buffer, parse: (input: Buffer) => unknown, maxBytes: number): string | undefined {
  let decision: string | undefined;
  for (let length = 0; length <= input.length; length += 1) {
    const now = JSON.stringify(parse(input.subarray(0, length)));
    if (decision !== undefined && now !== decision) return `${decision} becomes ${now} after ${length} bytes`;
    if (now !== '"incomplete"') decision = now;
    else if (length >= maxBytes) return `undecided after ${length} bytes`;
  }
  return undefined;
}

export const proxyHeaders: Target = {
  seeds: [
    'PROXY TCP4 192.0.2.1 198.51.100.7 5000 8000\r\n', 'PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535\r\n', 'PROXY UNKNOWN x\r\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02\x01\0\x02h2\x04\0\0',
    `\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24${'\x20\x01\x0d\xb8'.repeat(8)}\0\x01\0\x02`, '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0',
  ].map(bytes),
  words: ['TCP4', 'TCP6', 'UNKNOWN', ' ', '\r\n', '::1', '%lo', '65536', '0', '127.0.0.1'].map(bytes),
  problem: (input) => changedMind(input, parseProxyHeader, MAX_PROXY_HEADER_BYTES),
};

export const clientHellos: Target = {
  seeds: [Buffer.from(
    `160301004d010000490303${'00'.repeat(32)}00000213010100001e000a00040002001d0000000b0009000006612e74657374002b0003020304`, 'hex',
  )],
  words: ['\x16\x03\x01\0\x05', '\0\0', '\x01\0', 'a.test', '\x03\x03'].map(bytes),
  problem: (input) => changedMind(input, parseClientHello, MAX_CLIENT_HELLO_BYTES + 200),
};
