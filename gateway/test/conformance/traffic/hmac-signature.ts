/** Signs requests as clients of the hmac-auth plugin do. */
import { createHash, createHmac } from 'node:crypto';

import { textOf } from '../suite.ts';
import type { HttpRequest } from '../suite.ts';

/** The same request with the headers that its signature needs, and the signature. */
export function signed(request: HttpRequest): HttpRequest {
  const { hmac } = request;
  if (hmac === undefined) return request;
  const { algorithm = 'hmac-sha256', name = 'Authorization', skew = 0, digest } = hmac;
  const headers: (readonly [string, string])[] = [...request.h ?? []];
  const has = (wanted: string) => headers.some(([other]) => other.toLowerCase() === wanted);
  if (hmac.headers.includes('date') && !has('date')) headers.push(['Date', new Date(Date.now() + skew * 1000).toUTCString()]);
  if (digest !== undefined && digest !== false) headers.push(['Digest', `SHA-256=${digest === true ? digestOf(request) : digest}`]);
  const text = hmac.headers.map((header) => signedLine(header, { ...request, h: headers })).join('\n');
  const right = createHmac(algorithm.replace('hmac-', ''), hmac.secret).update(text, 'latin1').digest('base64');
  const signature = hmac.spoil === true ? `AAAA${right.slice(4)}` : right;
  const parts = { username: hmac.user, algorithm, headers: hmac.headers.join(' '), signature };
  const credentials = Object.entries(parts).map(([part, value]) => `${part}="${value}"`).join(', ');
  return { ...request, h: [...headers, [name, `hmac ${credentials}`]] };
}

function digestOf({ b }: HttpRequest): string {
  return createHash('sha256').update(textOf(b ?? ''), 'latin1').digest('base64');
}

function signedLine(header: string, { m = 'GET', p, v = '1.1', host, h = [] }: HttpRequest): string {
  if (header === 'request-line') return `${m} ${p} HTTP/${v}`;
  if (header === '@request-target') return `@request-target: ${m.toLowerCase()} ${p}`;
  const values = header === 'host' ? [host ?? ''] : h.filter(([name]) => name.toLowerCase() === header).map(([, value]) => value);
  return `${header}: ${values.join(', ')}`;
}
