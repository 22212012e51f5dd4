/** What the hash of a request is made of. */
import { randomUUID } from 'node:crypto';

import { cookieOf } from '../../plugin-kit/cookies.ts';

/** What of an exchange a hash can be made of. Texts hold one character for each byte. */
export interface HashedRequest {
  readonly clientIp: string;
  /** Decoded and normalised. */
  readonly path: string;
  readonly consumerId: string | undefined;
  readonly credentialId: string | undefined;
  headerValues(name: string): readonly string[];
  /** `undefined`: the argument has no `=`. */
  queryValues(name: string): readonly (string | undefined)[];
  capture(name: string): string | undefined;
}

export interface HashCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export interface HashInput {
  readonly text: string;
  /** Set when the request has none yet: the answer brings it. */
  readonly cookie?: HashCookie;
}

/** Fields of an upstream entity. */
export interface HashSettings {
  readonly hash_on: string;
  readonly hash_fallback: string;
  readonly hash_on_header?: string | null;
  readonly hash_fallback_header?: string | null;
  readonly hash_on_cookie?: string | null;
  readonly hash_on_cookie_path?: string | null;
  readonly hash_on_query_arg?: string | null;
  readonly hash_fallback_query_arg?: string | null;
  readonly hash_on_uri_capture?: string | null;
  readonly hash_fallback_uri_capture?: string | null;
}

const NOTHING: HashInput = { text: '' };

/** What all requests have in common that have neither: they go to one address. */
export function hashInputOf(settings: HashSettings, request: HashedRequest): HashInput {
  return inputOf(settings, 'hash_on', request) ?? inputOf(settings, 'hash_fallback', request) ?? NOTHING;
}

function inputOf(settings: HashSettings, choice: 'hash_on' | 'hash_fallback', request: HashedRequest): HashInput | undefined {
  const source = settings[choice];
  if (source === 'cookie') return stickyCookie(settings, request);
  const text = textOf(source, settings, choice, request);
  return text === undefined ? undefined : { text };
}

function textOf(source: string, settings: HashSettings, choice: 'hash_on' | 'hash_fallback', request: HashedRequest): string | undefined {
  switch (source) {
    case 'consumer': return request.consumerId ?? request.credentialId;
    case 'ip': return request.clientIp;
    case 'header': {
      const values = request.headerValues((settings[`${choice}_header`] ?? '').toLowerCase());
      return values.length === 0 ? undefined : values.join(', ');
    }
    case 'path': return request.path;
    case 'query_arg': {
      const values = request.queryValues(settings[`${choice}_query_arg`] ?? '').map((value) => value ?? 'true');
      return values.length === 0 ? undefined : values.toSorted().join(',');
    }
    case 'uri_capture': return request.capture(settings[`${choice}_uri_capture`] ?? '');
    default: return undefined;
  }
}

function stickyCookie(settings: HashSettings, request: HashedRequest): HashInput {
  const name = settings.hash_on_cookie ?? '';
  const given = cookieOf(request, name);
  if (given !== undefined) return { text: given };
  const value = randomUUID();
  return { text: value, cookie: { name, value, path: settings.hash_on_cookie_path ?? '/' } };
}
