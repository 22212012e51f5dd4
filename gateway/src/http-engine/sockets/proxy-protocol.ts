/**
 * The header by which a load balancer says whose connection it passes on: version 1 (one line of text) and version 2 (binary) of HAProxy's
 * PROXY protocol. Read strictly: a header that two readers could understand differently is none.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Socket } from 'node:net';

import { readFirst } from './first-bytes.ts';
import type { FirstBytesProblem } from './first-bytes.ts';

/** Both ends of a connection, as a load balancer saw it. */
export interface ProxiedEnds {
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationIp: string;
  readonly destinationPort: number;
}

export interface ProxyHeader {
  /** Bytes that it takes. */
  readonly length: number;
  /** `undefined`: the load balancer speaks for itself (LOCAL, UNKNOWN), or its client has no IP address. */
  readonly ends: ProxiedEnds | undefined;
}

/** A longer header is refused. Version 1 has at most 107 bytes; nginx takes as many of version 2. Bytes. */
export const MAX_PROXY_HEADER_BYTES = 4_096;

const MAX_LINE_BYTES = 107;
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;
const PREFIX = Buffer.from('PROXY ', 'latin1');

/** Bytes of the addresses of a version 2 header, by the high half of its family byte. */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 12, 2: 36, 3: 216 };

/** @param bytes what came so far, from the first byte of the connection on */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (startsAlike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? 'incomplete' : binaryHeader(bytes);
  if (startsAlike(bytes, PREFIX)) return textHeader(bytes);
  return 'invalid';
}

/**
 * Takes the header from the front of a connection. What follows stays to be read.
 * @param done gets the header or what is wrong, once; the socket is paused
 */
export function readProxyHeader(socket: Socket, timeoutMs: number, done: (header: ProxyHeader | FirstBytesProblem) => void): void {
  readFirst(socket, { parse: parseProxyHeader, consumed: ({ length }) => length, maxBytes: MAX_PROXY_HEADER_BYTES, timeoutMs }, done);
}

function startsAlike(bytes: Buffer, expected: Buffer): boolean {
  const length = Math.min(bytes.length, expected.length);
  return bytes.compare(expected, 0, length, 0, length) === 0;
}

function textHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const end = bytes.subarray(0, MAX_LINE_BYTES).indexOf(0x0a);
  if (end === -1) return bytes.length < MAX_LINE_BYTES ? 'incomplete' : 'invalid';
  if (bytes[end - 1] !== 0x0d) return 'invalid';
  const [, family = '', ...fields] = bytes.toString('latin1', 0, end - 1).split(' ');
  const length = end + 1;
  // Whatever follows UNKNOWN is to be ignored.
  if (family === 'UNKNOWN') return { length, ends: undefined };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isAddress6 : undefined;
  const [sourceIp = '', destinationIp = '', ...ports] = fields;
  if (isAddress === undefined || ports.length !== 2 || !isAddress(sourceIp) || !isAddress(destinationIp)) return 'invalid';
  const [sourcePort, destinationPort] = ports.map(portOf);
  if (sourcePort === undefined || destinationPort === undefined) return 'invalid';
  return { length, ends: { sourceIp, sourcePort, destinationIp, destinationPort } };
}

function isAddress6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function portOf(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function binaryHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const command = bytes[12]!;
  const family = bytes[13]! >> 4;
  const transport = bytes[13]! & 0x0f;
  const length = FIXED_BYTES + bytes.readUInt16BE(14);
  if (command !== 0x20 && command !== 0x21) return 'invalid';
  if (length > MAX_PROXY_HEADER_BYTES) return 'invalid';
  if (bytes.length < length) return 'incomplete';
  // The balancer itself: whatever it says of addresses is to be ignored.
  if (command === 0x20) return { length, ends: undefined };
  const addresses = ADDRESS_BYTES[family];
  if (addresses === undefined || transport > 2 || (family === 0) !== (transport === 0)) return 'invalid';
  const extensionsAt = FIXED_BYTES + addresses;
  // An unspecified family has no place where addresses end, so all that follows is skipped.
  if (family === 0) return { length, ends: undefined };
  if (extensionsAt > length || !areExtensions(bytes, extensionsAt, length)) return 'invalid';
  return { length, ends: family === 1 ? ends4(bytes) : family === 2 ? ends6(bytes) : undefined };
}

/** Type, length and value, one after another, up to the end: none is looked at. */
function areExtensions(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at + 3 <= to) at += 3 + bytes.readUInt16BE(at + 1);
  return at === to;
}

function ends4(bytes: Buffer): ProxiedEnds {
  return {
    sourceIp: bytes.subarray(16, 20).join('.'), destinationIp: bytes.subarray(20, 24).join('.'),
    sourcePort: bytes.readUInt16BE(24), destinationPort: bytes.readUInt16BE(26),
  };
}

function ends6(bytes: Buffer): ProxiedEnds {
  return {
    sourceIp: address6(bytes, 16), destinationIp: address6(bytes, 32),
    sourcePort: bytes.readUInt16BE(48), destinationPort: bytes.readUInt16BE(50),
  };
}

/** In the form of RFC 5952; an IPv4 address inside is shown as what it is. */
function address6(bytes: Buffer, from: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(from + 2 * index).toString(16));
  const { hostname } = new URL(`http://[${groups.join(':')}]`);
  const isMapped = bytes.subarray(from, from + 10).every((byte) => byte === 0) && bytes.readUInt16BE(from + 10) === 0xffff;
  return isMapped ? bytes.subarray(from + 12, from + 16).join('.') : hostname.slice(1, -1);
}
