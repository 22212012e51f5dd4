/** Who may use the Admin API: requests that carry its token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import type { Secret } from '../../base/secret.ts';
import type { AdminAnswer } from './endpoint.ts';

/** The header that decK and go-kong send. */
export const TOKEN_HEADER = 'kong-admin-token';

export const UNAUTHORIZED: AdminAnswer = {
  status: 401,
  body: { message: `the header ${TOKEN_HEADER} is missing or wrong; it must have the value of HYBRIDGE_ADMIN_TOKEN` },
  headers: { 'www-authenticate': 'Bearer' },
};

/** @param token absent: every request is authorized */
export function isAuthorized(headers: IncomingHttpHeaders, token: Secret | undefined): boolean {
  if (token === undefined) return true;
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return [headers[TOKEN_HEADER], bearer].some((given) => typeof given === 'string' && isSame(given, token.reveal()));
}

/** Takes the same time wherever two texts differ. */
function isSame(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}
