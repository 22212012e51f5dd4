/**
 * A configuration as a control plane leaves it outside, signed with the key of its certificate in the tunnel. A data plane accepts it by
 * the rules of the tunnel: what it would not connect to has not signed it.
 * Form: one line of JSON (head), one line with the signature of that line, then the gzip of the table.
 */
import { createHash, sign, verify, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';

import { messageOf } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { ConfigTable } from '../model/config-table.ts';

const FORMAT = 'hybridge-fallback-1';

/** Most bytes that a table may unpack to, as in the tunnel. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

export interface FallbackConfiguration {
  readonly table: ConfigTable;
  readonly hash: string;
  /** Of the control plane's store. */
  readonly revision: number;
  /** When the control plane prepared it. Seconds since 1970. */
  readonly time: number;
}

interface Head extends Omit<FallbackConfiguration, 'table'> {
  readonly format: string;
  /** When it was signed. Seconds since 1970. */
  readonly signed: number;
  readonly sha256: string;
  /** PEM: the signer's certificate, then those between it and its authority. */
  readonly certificate: string;
}

export interface Signer {
  /** PEM */
  readonly certificate: string;
  readonly key: Secret;
}

/** Whom a data plane believes. */
export interface FallbackTrust {
  /** Certificates that may sign, of mode shared. PEM. */
  readonly certificates: readonly string[];
  /** Authorities whose certificates may sign, of the modes with an authority. PEM. */
  readonly authorities: readonly string[];
  /** Names, one of which the certificate must have when an authority vouches for it. */
  readonly names: readonly string[];
}

/** @param nowMs milliseconds since 1970 */
export function seal({ table, hash, revision, time }: FallbackConfiguration, signer: Signer, nowMs: number): Buffer {
  const body = gzipSync(JSON.stringify(table));
  const head: Head = {
    format: FORMAT, hash, revision, time, signed: Math.floor(nowMs / 1000), sha256: digest(body), certificate: signer.certificate,
  };
  const line = JSON.stringify(head);
  const signature = sign('sha256', Buffer.from(line), signer.key.reveal()).toString('base64');
  return Buffer.concat([Buffer.from(`${line}\n${signature}\n`), body]);
}

/** @throws Error that says why it is not accepted */
export function open(bytes: Buffer, trust: FallbackTrust): FallbackConfiguration {
  const first = bytes.indexOf('\n');
  const second = bytes.indexOf('\n', first + 1);
  if (first < 0 || second < 0) throw new Error('it does not begin as expected');
  const line = bytes.subarray(0, first);
  const head = readHead(line);
  const chain = certificatesIn(head.certificate);
  const signature = Buffer.from(bytes.subarray(first + 1, second).toString('latin1'), 'base64');
  if (!verify('sha256', line, chain[0]!.publicKey, signature)) throw new Error('its signature is wrong');
  requireTrusted(chain, trust, head.signed * 1000);
  const body = bytes.subarray(second + 1);
  if (digest(body) !== head.sha256) throw new Error('its checksum is wrong');
  const table = JSON.parse(gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8')) as ConfigTable;
  return { table, hash: head.hash, revision: head.revision, time: head.time };
}

function readHead(line: Buffer): Head {
  let head: Partial<Record<keyof Head, unknown>> | null;
  try {
    head = JSON.parse(line.toString('utf8')) as Head | null;
  } catch {
    head = null;
  }
  if (head?.format !== FORMAT) throw new Error(`its format is not ${FORMAT}`);
  const { hash, sha256, certificate, revision, time, signed } = head;
  const isWhole = [hash, sha256, certificate].every((value) => typeof value === 'string')
    && [revision, time, signed].every((value) => typeof value === 'number' && Number.isFinite(value));
  if (!isWhole) throw new Error('its head is not complete');
  return head as Head;
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  try {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (blocks.length === 0) throw new Error('there is none');
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new Error(`the certificate of its signer cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Certificates have to have been valid when they signed: a fallback outlives the outage that it is for. */
function requireTrusted(chain: readonly X509Certificate[], trust: FallbackTrust, signedMs: number): void {
  const [signer] = chain as readonly [X509Certificate];
  const known = trust.certificates.flatMap((pem) => certificatesIn(pem).slice(0, 1));
  if (known.some(({ fingerprint256 }) => fingerprint256 === signer.fingerprint256)) return;
  const authorities = trust.authorities.flatMap(certificatesIn);
  if (authorities.length === 0) throw new Error('its signer is not the control plane of this tunnel');
  if (!trust.names.some((name) => (isIP(name) === 0 ? signer.checkHost(name) : signer.checkIP(name)) !== undefined)) {
    throw new Error(`the certificate of its signer is not for ${trust.names.join(' or ')}`);
  }
  let current = signer;
  // Each step takes a certificate from the chain that has not been used: it ends.
  for (let rest = chain.slice(1); ;) {
    requireValidAt(current, signedMs);
    const authority = authorities.find((candidate) => isIssuedBy(current, candidate));
    if (authority !== undefined) return;
    const next = rest.find((candidate) => candidate.ca && isIssuedBy(current, candidate));
    if (next === undefined) throw new Error('no authority of this tunnel vouches for its signer');
    rest = rest.filter((candidate) => candidate !== next);
    current = next;
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function requireValidAt({ validFrom, validTo }: X509Certificate, timeMs: number): void {
  if (timeMs >= Date.parse(validFrom) && timeMs <= Date.parse(validTo)) return;
  throw new Error('the certificate of its signer was not valid when it signed');
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
