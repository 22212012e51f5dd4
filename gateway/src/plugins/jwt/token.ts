/** JSON Web Tokens in the compact form of a JWS (RFC 7515 §3.1), taken apart but not yet believed. */
import { isUtf8 } from 'node:buffer';

import { decodeBase64Url } from '../../base/base64.ts';
import { ALGORITHMS } from './entities.ts';

export type Algorithm = typeof ALGORITHMS[number];

type Members = Readonly<Record<string, unknown>>;

export interface Token {
  readonly algorithm: Algorithm;
  readonly header: Members;
  readonly claims: Members;
  /** What was signed: header and claims as they travelled. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** What is wrong with a text that is no token, in Kong's words. */
export type BadToken = 'invalid JSON' | 'invalid alg' | 'invalid claims' | 'invalid signature' | 'unsupported crit';

const NO_MEMBERS: Members = Object.freeze({});

/**
 * Takes a token apart. Padding and the characters of plain base64 are accepted, as in Kong: the signature covers the text as it came. What
 * the header says about keys (`jwk`, `jku`, `x5c`, `x5u`) means nothing here. A header with `crit` is refused, as RFC 7515 §4.1.11 demands:
 * no extension is understood.
 */
export function parseToken(text: string): Token | BadToken {
  const headerEnd = text.indexOf('.');
  const claimsEnd = text.indexOf('.', headerEnd + 1);
  if (headerEnd === -1 || claimsEnd === -1) return 'invalid JSON';
  const header = parseJson(text.slice(0, headerEnd));
  const claims = parseJson(text.slice(headerEnd + 1, claimsEnd));
  if (header === undefined || claims === undefined) return 'invalid JSON';
  const members = membersOf(header);
  if (!isAlgorithm(members.alg)) return 'invalid alg';
  if (Object.hasOwn(members, 'crit')) return 'unsupported crit';
  if (claims === false) return 'invalid claims';
  const signature = decodeBase64Url(text.slice(claimsEnd + 1));
  if (signature === undefined) return 'invalid signature';
  return { algorithm: members.alg, header: members, claims: membersOf(claims), signed: text.slice(0, claimsEnd), signature };
}

function parseJson(digits: string): unknown {
  const bytes = decodeBase64Url(digits);
  if (bytes === undefined || !isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** A value that is no object has no members. */
function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Members : NO_MEMBERS;
}

/** A member of its own: `__proto__` and what objects inherit count as absent. */
export function memberOf(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

function isAlgorithm(name: unknown): name is Algorithm {
  return ALGORITHMS.some((known) => known === name);
}
