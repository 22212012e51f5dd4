/**
 * Random first bytes of connections: mutations of good PROXY headers and TLS messages, and noise. The parsers decide within their limits,
 * never take back what they said of a beginning, and never find an address or a name that is none. A second here; `npx projen test:fuzz`
 * goes on for ten minutes (FUZZ_SECONDS, shared by all properties).
 */
import { isIP } from 'node:net';

import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { MAX_PROXY_HEADER_BYTES, parseProxyHeader } from '../../src/http-engine/sockets/proxy-protocol.ts';
import { MAX_CLIENT_HELLO_BYTES, parseClientHello } from '../../src/streams/client-hello.ts';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 0);
const PROPERTIES = 2;
const RUNS: fc.Parameters<unknown> = SECONDS > 0
  ? { numRuns: 1_000_000_000, interruptAfterTimeLimit: (SECONDS / PROPERTIES) * 1000 }
  : { numRuns: 3_000 };

const PROXY_SEEDS = [
  'PROXY TCP4 192.0.2.1 198.51.100.7 5000 8000\r\n', 'PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535\r\n', 'PROXY UNKNOWN x\r\n',
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02',
  '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\x01\x02\x03\x04\x05\x06\x07\x08\0\x01\0\x02\x01\0\x02h2\x04\0\0',
  `\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24${'\x20\x01\x0d\xb8'.repeat(8)}\0\x01\0\x02`, '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0',
].map((text) => Buffer.from(text, 'latin1'));

/** A message with two extensions, one of them the server name `a.test`. */
const HELLO = Buffer.from(
  `160301004d010000490303${'00'.repeat(32)}`
  + '00000213010100001e000a00040002001d0000000b0009000006612e74657374002b0003020304',
  'hex',
);

const change = fc.record({
  at: fc.nat(600), kind: fc.constantFrom('set', 'cut', 'insert', 'repeat'), byte: fc.integer({ min: 0, max: 255 }), length: fc.nat(40),
});

function mutated(seed: Buffer, changes: readonly { at: number; kind: string; byte: number; length: number }[]): Buffer {
  let bytes = Buffer.from(seed);
  for (const { at, kind, byte, length } of changes) {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
    if (kind === 'set' && bytes.length > 0) bytes[place] = byte;
    else if (kind === 'cut') bytes = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 'insert') bytes = Buffer.concat([before, Buffer.alloc(length, byte), after]);
    else bytes = Buffer.concat([before, after.subarray(0, length), after]);
  }
  return bytes;
}

/** Decides as early as all beginnings of the bytes allow, and always the same. */
function decided<T>(bytes: Buffer, parse: (bytes: Buffer) => T, cut: number): T {
  const whole = parse(bytes);
  const beginning = parse(bytes.subarray(0, cut % (bytes.length + 1)));
  if (beginning !== 'incomplete') expect(whole).toEqual(beginning);
  return whole;
}

const mutation = (seeds: readonly Buffer[]) => fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 5 })).map(([seed, all]) => mutated(seed, all)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);

it('PROXY headers', () => {
  let found = 0;
  fc.assert(fc.property(mutation(PROXY_SEEDS), fc.nat(), (bytes, cut) => {
    const header = decided(bytes, parseProxyHeader, cut);
    if (bytes.length >= MAX_PROXY_HEADER_BYTES) expect(header).not.toBe('incomplete');
    if (typeof header === 'string') return;
    found += 1;
    expect(header.length).toBeLessThanOrEqual(bytes.length);
    if (header.ends === undefined) return;
    const { sourceIp, destinationIp, sourcePort, destinationPort } = header.ends;
    expect([isIP(sourceIp), isIP(destinationIp)]).not.toContain(0);
    for (const port of [sourcePort, destinationPort]) expect(port >= 0 && port <= 65_535).toBe(true);
  }), RUNS as fc.Parameters<[Buffer, number]>);
  expect(found).toBeGreaterThan(0);
});

it('TLS messages', () => {
  let found = 0;
  fc.assert(fc.property(mutation([HELLO]), fc.nat(), (bytes, cut) => {
    const hello = decided(bytes, parseClientHello, cut);
    if (bytes.length >= MAX_CLIENT_HELLO_BYTES + 200) expect(hello).not.toBe('incomplete');
    if (typeof hello === 'string') return;
    found += 1;
    if (hello.serverName !== undefined) expect(hello.serverName).toMatch(/^[A-Za-z0-9_.-]{1,254}$/);
  }), RUNS as fc.Parameters<[Buffer, number]>);
  expect(found).toBeGreaterThan(0);
});
