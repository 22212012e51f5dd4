/** Just enough of PEM and DER to tell an X.509 certificate from anything else. */
/* eslint-disable no-bitwise -- the subject is bits */
import { decodeBase64 } from './base64';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const VERSION = 0xa0;

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** What is wrong with a PEM certificate, which may be absent, or undefined. */
export function certificateProblem(text: string | undefined): string | undefined {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----\s([\s\S]*?)-----END \1-----/.exec(text ?? '');
  const der = block && decodeBase64(block[2].replace(/\s/g, ''));
  if (!der) return 'is no PEM block (-----BEGIN CERTIFICATE----- … -----END CERTIFICATE-----)';
  return isCertificate(der) ? undefined : 'holds a PEM block that is no X.509 certificate';
}

/** The outline of RFC 5280: certificate, its signed part, algorithm, signature. */
function isCertificate(der: Uint8Array): boolean {
  const outer = elements(der);
  if (outer?.length !== 1 || outer[0].tag !== SEQUENCE) return false;
  const parts = elements(outer[0].content);
  if (parts?.map((part) => part.tag).join() !== [SEQUENCE, SEQUENCE, BIT_STRING].join()) return false;
  const signed = elements(parts[0].content)?.map((part) => part.tag) ?? [];
  const fields = signed[0] === VERSION ? signed.slice(1) : signed;
  return fields.slice(0, 6).join() === [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE].join();
}

function elements(bytes: Uint8Array): Element[] | undefined {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return undefined;
    const tag = bytes[at];
    let length = bytes[at + 1];
    at += 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > bytes.length) return undefined;
      length = bytes.subarray(at, at + count).reduce((value, byte) => value * 256 + byte, 0);
      at += count;
    }
    if (at + length > bytes.length) return undefined;
    found.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}
