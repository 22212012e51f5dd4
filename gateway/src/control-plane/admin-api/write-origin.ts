/** Who asks for a write, and why, as headers of the request say: the history keeps it as a claim. */
import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { RequestError } from './request-error.ts';

/** Names the person or the pipeline behind a request. */
export const AUTHOR_HEADER = 'hybridge-author';

/** Why a change is made. */
export const COMMENT_HEADER = 'hybridge-comment';

/** Of answers, and of the access log. */
export const REQUEST_ID_HEADER = 'x-kong-admin-request-id';

export const MAX_COMMENT = 1_000;

const MAX_AUTHOR = 200;

/** The only identity that the API can prove. */
const TOKEN_HOLDER = 'admin';

export interface WriteOrigin {
  readonly author: string | undefined;
  readonly comment: string | undefined;
  readonly requestId: string;
}

/**
 * @param hasToken whether the API admits the holder of its token only
 * @throws RequestError 400: a header is too long, or no printable text
 */
export function writeOriginOf(headers: IncomingHttpHeaders, requestId: string, hasToken: boolean): WriteOrigin {
  return {
    author: printable(headers, AUTHOR_HEADER, MAX_AUTHOR) ?? (hasToken ? TOKEN_HOLDER : undefined),
    comment: printable(headers, COMMENT_HEADER, MAX_COMMENT),
    requestId,
  };
}

/** The id that the client or a proxy before the API gave, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomBytes(16).toString('hex');
}

function printable(headers: IncomingHttpHeaders, name: string, most: number): string | undefined {
  const given = headers[name];
  if (typeof given !== 'string' || given === '') return undefined;
  // Node reads headers as Latin-1; clients write UTF-8.
  const bytes = Buffer.from(given, 'latin1');
  const text = isUtf8(bytes) ? bytes.toString() : given;
  if (text.length > most || !/^[^\p{C}\p{Zl}\p{Zp}]*$/u.test(text)) {
    throw new RequestError(400, `the header ${name} must be printable text of at most ${most} characters`);
  }
  return text;
}
