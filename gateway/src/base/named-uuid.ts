/** UUIDs of version 5 (RFC 9562 §5.5), derived from a namespace and a name. */
import { createHash } from 'node:crypto';

/** @param namespace a UUID */
export function namedUuid(namespace: string, name: string): string {
  const bytes = createHash('sha1').update(Buffer.from(namespace.replaceAll('-', ''), 'hex')).update(name).digest().subarray(0, 16);
  bytes[6] = 0x50 + bytes[6]! % 0x10;
  bytes[8] = 0x80 + bytes[8]! % 0x40;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
