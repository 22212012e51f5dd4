import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_PROXY_HEADER_BYTES, parseProxyHeader, readProxyHeader } from './proxy-protocol.ts';
import type { ProxyHeader } from './proxy-protocol.ts';

const text = (line: string) => Buffer.from(line, 'latin1');

interface Fields {
  readonly command?: number;
  readonly family?: number;
  readonly addresses?: Buffer;
  readonly extensions?: Buffer;
  /** In place of the right one. */
  readonly length?: number;
}

const ADDRESSES4 = Buffer.from([192, 0, 2, 1, 198, 51, 100, 7, 0x13, 0x88, 0x1f, 0x40]);

/** A header of version 2. */
function binary({ command = 0x21, family = 0x11, addresses = ADDRESSES4, extensions = Buffer.alloc(0), length }: Fields = {}): Buffer {
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0', 'latin1');
  head[12] = command;
  head[13] = family;
  head.writeUInt16BE(length ?? addresses.length + extensions.length, 14);
  return Buffer.concat([head, addresses, extensions]);
}

const ENDS4 = { sourceIp: '192.0.2.1', sourcePort: 5000, destinationIp: '198.51.100.7', destinationPort: 8000 };
const ADDRESSES6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000001', 'hex'), Buffer.from('20010db80000000000000000000000ff', 'hex'), Buffer.from([0, 1, 0, 2]),
]);
const ENDS6 = { sourceIp: '2001:db8::1', sourcePort: 1, destinationIp: '2001:db8::ff', destinationPort: 2 };
const MAPPED = Buffer.concat([
  Buffer.from('00000000000000000000ffffc0000201', 'hex'), Buffer.from('00000000000000000000ffffc6336407', 'hex'), Buffer.from([0, 1, 0, 2]),
]);

describe('headers that are read', () => {
  it.each<[string, Buffer, ProxyHeader['ends']]>([
    ['TCP4', text('PROXY TCP4 192.0.2.1 198.51.100.7 5000 8000\r\n'), ENDS4],
    ['TCP6', text('PROXY TCP6 2001:db8::1 2001:db8::ff 1 2\r\n'), ENDS6],
    ['the highest port', text('PROXY TCP4 192.0.2.1 198.51.100.7 65535 0\r\n'), { ...ENDS4, sourcePort: 65_535, destinationPort: 0 }],
    ['UNKNOWN', text('PROXY UNKNOWN\r\n'), undefined],
    ['UNKNOWN with anything', text('PROXY UNKNOWN ffff:f...f ffff:f...f 65535 65535\r\n'), undefined],
    ['version 2, TCP over IPv4', binary(), ENDS4],
    ['version 2, UDP over IPv4', binary({ family: 0x12 }), ENDS4],
    ['version 2, TCP over IPv6', binary({ family: 0x21, addresses: ADDRESSES6 }), ENDS6],
    ['version 2, IPv4 in IPv6', binary({ family: 0x21, addresses: MAPPED }), { ...ENDS4, sourcePort: 1, destinationPort: 2 }],
    ['version 2, Unix', binary({ family: 0x31, addresses: Buffer.alloc(216, 0x61) }), undefined],
    ['version 2, LOCAL', binary({ command: 0x20 }), undefined],
    ['version 2, LOCAL without addresses', binary({ command: 0x20, family: 0, addresses: Buffer.alloc(0) }), undefined],
    ['version 2, unspecified', binary({ family: 0, addresses: Buffer.from('anything') }), undefined],
    ['version 2, with extensions', binary({ extensions: Buffer.from([0x01, 0, 2, 0x68, 0x32, 0xea, 0, 0]) }), ENDS4],
  ])('%s', (_, bytes, ends) => {
    expect(parseProxyHeader(Buffer.concat([bytes, text('GET / HTTP/1.1\r\n')]))).toEqual({ length: bytes.length, ends });
    for (let cut = 0; cut < bytes.length; cut += 1) expect(parseProxyHeader(bytes.subarray(0, cut))).toBe('incomplete');
  });
});

describe('headers that are refused', () => {
  it.each<[string, Buffer]>([
    ['a request', text('GET / HTTP/1.1\r\n')],
    ['another case', text('proxy TCP4 192.0.2.1 198.51.100.7 5000 8000\r\n')],
    ['a line end without CR', text('PROXY TCP4 192.0.2.1 198.51.100.7 5000 8000\n')],
    ['two spaces', text('PROXY TCP4  192.0.2.1 198.51.100.7 5000 8000\r\n')],
    ['a space at the end', text('PROXY TCP4 192.0.2.1 198.51.100.7 5000 8000 \r\n')],
    ['a leading zero in an address', text('PROXY TCP4 192.0.2.01 198.51.100.7 5000 8000\r\n')],
    ['a leading zero in a port', text('PROXY TCP4 192.0.2.1 198.51.100.7 05000 8000\r\n')],
    ['a port that is none', text('PROXY TCP4 192.0.2.1 198.51.100.7 65536 8000\r\n')],
    ['a signed port', text('PROXY TCP4 192.0.2.1 198.51.100.7 +5000 8000\r\n')],
    ['a missing port', text('PROXY TCP4 192.0.2.1 198.51.100.7 5000\r\n')],
    ['IPv6 as TCP4', text('PROXY TCP4 2001:db8::1 2001:db8::ff 1 2\r\n')],
    ['IPv4 as TCP6', text('PROXY TCP6 192.0.2.1 198.51.100.7 5000 8000\r\n')],
    ['a zone', text('PROXY TCP6 fe80::1%eth0 2001:db8::ff 1 2\r\n')],
    ['UDP4 in text', text('PROXY UDP4 192.0.2.1 198.51.100.7 5000 8000\r\n')],
    ['a line of 108 bytes', text(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)],
    ['version 1 of the binary form', binary({ command: 0x11 })],
    ['version 3', binary({ command: 0x31 })],
    ['another command', binary({ command: 0x22 })],
    ['another family', binary({ family: 0x41 })],
    ['another transport', binary({ family: 0x13 })],
    ['a family without a transport', binary({ family: 0x10 })],
    ['a transport without a family', binary({ family: 0x01 })],
    ['addresses that are cut', binary({ length: 11 })],
    ['an extension that is cut', binary({ extensions: Buffer.from([1, 0, 3, 0x68, 0x32]) })],
    ['a rest that is no extension', binary({ extensions: Buffer.from([1, 0]) })],
    ['a length beyond the limit', binary({ length: MAX_PROXY_HEADER_BYTES - 15 })],
  ])('%s', (_, bytes) => expect(parseProxyHeader(bytes)).toBe('invalid'));
});

it('reads back every header of both versions', () => {
  const port = fc.integer({ min: 0, max: 65_535 });
  fc.assert(fc.property(fc.ipV4(), fc.ipV4(), port, port, fc.uint8Array({ maxLength: 300 }), (source, destination, from, to, value) => {
    const ends = { sourceIp: source, sourcePort: from, destinationIp: destination, destinationPort: to };
    const line = text(`PROXY TCP4 ${source} ${destination} ${from} ${to}\r\n`);
    expect(parseProxyHeader(line)).toEqual({ length: line.length, ends });
    const ports = Buffer.alloc(4);
    ports.writeUInt16BE(from, 0);
    ports.writeUInt16BE(to, 2);
    const addresses = Buffer.concat([Buffer.from(source.split('.').map(Number)), Buffer.from(destination.split('.').map(Number)), ports]);
    const extension = Buffer.concat([Buffer.from([0x04, value.length >> 8, value.length & 0xff]), value]);
    const bytes = binary({ addresses, extensions: extension });
    expect(parseProxyHeader(bytes)).toEqual({ length: bytes.length, ends });
  }));
});

describe('on a connection', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  /** What the server reads, and what is left. */
  async function read(parts: readonly Buffer[], { timeoutMs = 5_000, ends = false } = {}): Promise<{ header: unknown; rest: string }> {
    const accepted = new Promise<{ header: unknown; rest: string }>((resolve) => {
      const server = createServer({ pauseOnConnect: true }, (socket: Socket) => {
        closing.push(() => socket.destroy());
        readProxyHeader(socket, timeoutMs, (header) => {
          if (typeof header === 'string') return resolve({ header, rest: '' });
          let rest = '';
          socket.on('data', (chunk) => {
            rest += chunk.toString('latin1');
            if (rest.length >= 4) resolve({ header, rest });
          }).resume();
        });
      }).listen(0, '127.0.0.1', () => {
        closing.push(() => server.close());
        const client = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay(true);
        client.on('error', () => undefined);
        closing.push(() => client.destroy());
        void (async () => {
          for (const part of parts) await new Promise((sent) => client.write(part, () => setTimeout(sent, 1)));
          if (ends) client.end();
        })();
      });
    });
    return accepted;
  }

  const header = { length: binary().length, ends: ENDS4 };

  it('leaves what follows', async () => {
    expect(await read([Buffer.concat([binary(), text('ping')])])).toEqual({ header, rest: 'ping' });
  });

  it('takes it byte by byte', async () => {
    expect(await read([...binary(), ...text('ping')].map((byte) => Buffer.from([byte])))).toEqual({ header, rest: 'ping' });
  });

  it('gives up where none comes, it is wrong, or the client goes', async () => {
    expect(await read([binary().subarray(0, 20)], { timeoutMs: 30 })).toMatchObject({ header: 'timeout' });
    expect(await read([text('ping')])).toMatchObject({ header: 'invalid' });
    expect(await read([binary().subarray(0, 20)], { ends: true })).toMatchObject({ header: 'gone' });
  });
});
