/**
 * hmac-auth, phase access. Fails closed: without a signature by the secret of a consumer the request ends with 401, unless an anonymous
 * consumer is configured.
 */
import { createHash, createHmac } from 'node:crypto';

import { decodeBase64 } from '../../base/base64.ts';
import { isSameSecret } from '../../base/same-secret.ts';
import type { Credential } from '../../model/snapshot.ts';
import { authentication, challenge, findCredential } from '../../plugin-kit/authentication.ts';
import type { Verdict } from '../../plugin-kit/authentication.ts';
import type { ClientRequest, Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { hmacAuthCredential } from './entities.ts';
import { hmacAuth } from './schema.ts';
import type { HmacAuthConfig } from './schema.ts';
import { parseSignature, signedText } from './signed-request.ts';
import type { SignatureParameters } from './signed-request.ts';

/** A longer body is not verified: its request is refused. Bytes. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

const HASHES: ReadonlyMap<string, string> = new Map([
  ['hmac-sha1', 'sha1'], ['hmac-sha256', 'sha256'], ['hmac-sha384', 'sha384'], ['hmac-sha512', 'sha512'],
]);

/** RFC 9110 §5.6.7: the preferred form. Others do not count, as in Kong. */
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export const hmacAuthHandler = defineHandler<HmacAuthConfig>(hmacAuth, (config, { clock, log }) => {
  const { access } = authentication({ anonymous: config.anonymous, log });
  const headers = { 'WWW-Authenticate': challenge('hmac', config.realm) };
  const refused = (message: string): Refusal => ({ status: 401, message, headers });
  const none = refused('Unauthorized');
  const wrongDate = refused(
    'HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication',
  );
  const notVerifiable = refused('HMAC signature cannot be verified');
  const notSame = refused('HMAC signature does not match');
  const enforced = config.enforce_headers ?? [];
  const algorithms = new Set<string>(config.algorithms);
  const skewMs = (config.clock_skew ?? 300) * 1000;

  const isRecent = (request: ClientRequest): boolean => ['x-date', 'date'].some((name) => {
    const date = request.header(name);
    // Both are whole seconds: the one of the header, and Kong's clock.
    const now = Math.floor(clock.now() / 1000) * 1000;
    return date !== undefined && DATE.test(date) && Math.abs(now - Date.parse(date)) <= skewMs;
  });

  const isSound = (parameters: SignatureParameters): boolean =>
    algorithms.has(parameters.algorithm) && enforced.every((name) => parameters.headers.includes(name));

  const hasRightBody = async (request: ClientRequest): Promise<boolean> => {
    const digest = request.header('digest');
    const body = await request.body(MAX_BODY_BYTES);
    if (body === undefined && request.hasBody && request.bodyLength !== 0) return false;
    const bytes = body ?? Buffer.alloc(0);
    if (digest === undefined) return bytes.length === 0;
    return digest === `SHA-256=${createHash('sha256').update(bytes).digest('base64')}`;
  };

  return {
    startsNothing: !config.validate_request_body,
    access: access((exchange): Verdict | Promise<Verdict> => {
      const { request } = exchange;
      const proxy = request.header('proxy-authorization');
      const plain = request.header('authorization');
      if (proxy === undefined && plain === undefined) return none;
      if (!isRecent(request)) return wrongDate;
      const ofProxy = parseSignature(proxy);
      const parameters = ofProxy ?? parseSignature(plain);
      if (config.hide_credentials) exchange.upstream.removeHeader(ofProxy === undefined ? 'authorization' : 'proxy-authorization');
      if (parameters === undefined || !isSound(parameters)) return notVerifiable;
      const credential = findCredential(exchange, hmacAuthCredential.name, parameters.username, clock.now());
      if (credential === undefined) return notVerifiable;
      if (!isSigned(request, parameters, credential)) return notSame;
      const verdict: Verdict = { consumer: credential.consumer, credential, identifier: parameters.username };
      return config.validate_request_body ? hasRightBody(request).then((right) => (right ? verdict : notSame)) : verdict;
    }),
  };
});

function isSigned(request: ClientRequest, { algorithm, headers, signature }: SignatureParameters, { row }: Credential): boolean {
  const text = signedText(request, headers);
  const given = decodeBase64(signature);
  if (text === undefined || given === undefined || typeof row.secret !== 'string') return false;
  return isSameSecret(given, createHmac(HASHES.get(algorithm)!, row.secret).update(text).digest());
}
