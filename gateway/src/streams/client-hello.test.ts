import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from './client-hello.ts';

/** What a TLS client of Node sends first. */
async function helloOf(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (chunk) => {
        resolve(chunk);
        socket.destroy();
        server.close();
      });
    }).listen(0, '127.0.0.1', () => {
      connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ...options }).on('error', () => undefined);
    });
  });
}

/** The message of one record in records of other lengths. */
function inRecords(hello: Buffer, lengths: readonly number[]): Buffer {
  const records: Buffer[] = [];
  let rest = hello.subarray(5);
  for (const length of [...lengths, rest.length]) {
    const part = rest.subarray(0, length);
    if (part.length === 0) break;
    rest = rest.subarray(length);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 0xff]), part);
  }
  return Buffer.concat(records);
}

const vector = (size: 1 | 2, content: Buffer) => {
  const length = Buffer.alloc(size);
  length.writeUIntBE(content.length, 0, size);
  return Buffer.concat([length, content]);
};
const nameEntry = (name: string, type = 0) => Buffer.concat([Buffer.from([type]), vector(2, Buffer.from(name, 'latin1'))]);
const extension = (type: number, content: Buffer) => Buffer.concat([Buffer.from([type >> 8, type & 0xff]), vector(2, content)]);
const serverName = (...entries: Buffer[]) => extension(0, vector(2, Buffer.concat(entries)));

/** A message made by hand. */
function made({
  extensions = [serverName(nameEntry('a.test'))], session = Buffer.alloc(0), suites = Buffer.from([0x13, 1]),
  compressions = Buffer.from([0]), tail = Buffer.alloc(0), major = 3,
}: {
  extensions?: readonly Buffer[] | undefined; session?: Buffer; suites?: Buffer; compressions?: Buffer; tail?: Buffer; major?: number;
} = {}): Buffer {
  const body = Buffer.concat([
    Buffer.from([major, 3]), Buffer.alloc(32), vector(1, session), vector(2, suites), vector(1, compressions),
    vector(2, Buffer.concat(extensions)), tail,
  ]);
  const message = Buffer.concat([Buffer.from([1, 0, body.length >> 8, body.length & 0xff]), body]);
  return Buffer.concat([Buffer.from([22, 3, 1, message.length >> 8, message.length & 0xff]), message]);
}

let real: Buffer;
beforeAll(async () => {
  real = await helloOf({ servername: 'x.a.test' });
});

describe('messages that are read', () => {
  it('is one of a real client, with and without a name', async () => {
    expect(parseClientHello(real)).toEqual({ serverName: 'x.a.test' });
    expect(parseClientHello(await helloOf({ servername: '' }))).toEqual({ serverName: undefined });
    expect(parseClientHello(await helloOf({ servername: 'old.test', maxVersion: 'TLSv1.2' }))).toEqual({ serverName: 'old.test' });
  });

  it('is incomplete up to its last byte, and whatever follows is not looked at', () => {
    for (let cut = 0; cut < real.length; cut += 1) expect(parseClientHello(real.subarray(0, cut))).toBe('incomplete');
    expect(parseClientHello(Buffer.concat([real, Buffer.from('anything')]))).toEqual({ serverName: 'x.a.test' });
  });

  it('may come in any records', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 30 }), (lengths) => {
      const bytes = inRecords(real, lengths);
      expect(parseClientHello(bytes)).toEqual({ serverName: 'x.a.test' });
      expect(parseClientHello(bytes.subarray(0, -1))).toBe('incomplete');
    }));
  });

  it.each([
    ['case stays', made({ extensions: [serverName(nameEntry('A.Test'))] }), 'A.Test'],
    ['a dot at the end goes', made({ extensions: [serverName(nameEntry('a.test.'))] }), 'a.test'],
    ['other extensions are skipped', made({ extensions: [extension(10, Buffer.alloc(4)), serverName(nameEntry('a.test'))] }), 'a.test'],
    ['no extensions', made({ extensions: [] }), undefined],
  ])('%s', (_, bytes, name) => expect(parseClientHello(bytes)).toEqual({ serverName: name }));
});

describe('messages that are refused', () => {
  it.each([
    ['a request', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a record that is no handshake', Buffer.from([23, 3, 1, 0, 1, 1])],
    ['SSL 2', Buffer.from([0x80, 0x2e, 1, 3, 1])],
    ['another version of records', Buffer.from([22, 2, 0, 0, 1, 1])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record that is too long', Buffer.from([22, 3, 1, 0x40, 1, 1])],
    ['another handshake message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['a message that is too long', Buffer.from([22, 3, 1, 0x40, 0, 1, 0, 0x40, 1])],
    ['another major version', made({ major: 2 })],
    ['a session id that is too long', made({ session: Buffer.alloc(33) })],
    ['no cipher suite', made({ suites: Buffer.alloc(0) })],
    ['half a cipher suite', made({ suites: Buffer.alloc(3) })],
    ['no compression', made({ compressions: Buffer.alloc(0) })],
    ['bytes behind the extensions', made({ tail: Buffer.from([0]) })],
    ['two names', made({ extensions: [serverName(nameEntry('a.test'), nameEntry('b.test'))] })],
    ['two lists of names', made({ extensions: [serverName(nameEntry('a.test')), serverName(nameEntry('b.test'))] })],
    ['a name of another type', made({ extensions: [serverName(nameEntry('a.test', 1))] })],
    ['an empty name', made({ extensions: [serverName(nameEntry(''))] })],
    ['an empty list', made({ extensions: [serverName()] })],
    ['a name with a zero', made({ extensions: [serverName(nameEntry('a.test\0.b.test'))] })],
    ['a name beyond ASCII', made({ extensions: [serverName(nameEntry('\u00e4.test'))] })],
    ['a name that is too long', made({ extensions: [serverName(nameEntry('a'.repeat(256)))] })],
    ['an extension that is cut', made({ extensions: [Buffer.from([0, 10, 0, 5, 1])] })],
    ['a list that is shorter than its length', made({ extensions: [extension(0, Buffer.from([0, 20, 0, 0, 1, 0x61]))] })],
  ])('%s', (_, bytes) => expect(parseClientHello(bytes)).toBe('invalid'));

  it('is one in very many records', () => {
    expect(parseClientHello(inRecords(real, Array.from({ length: 40 }, () => 1)))).toBe('invalid');
  });
});

it('decides about any bytes within its limit, and never takes back what it said of a beginning', () => {
  const change = fc.record({ at: fc.nat(2_000), byte: fc.integer({ min: 0, max: 255 }) });
  fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(2_000), (changes, cut) => {
    const bytes = Buffer.from(real);
    for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
    const whole = parseClientHello(bytes);
    const beginning = parseClientHello(bytes.subarray(0, cut % bytes.length));
    if (beginning !== 'incomplete') expect(whole).toEqual(beginning);
  }), { numRuns: 500 });
  expect(parseClientHello(Buffer.alloc(MAX_CLIENT_HELLO_BYTES + 10, 22))).toBe('invalid');
});
