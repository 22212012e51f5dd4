/**
 * basic-auth, phase access. Fails closed: without the user name and password of a consumer the request ends with 401, unless an anonymous
 * consumer is configured.
 */
import { isUtf8 } from 'node:buffer';

import { decodeBase64 } from '../../base/base64.ts';
import { isSameSecret } from '../../base/same-secret.ts';
import type { Credential } from '../../model/snapshot.ts';
import { authentication, challenge, findCredential } from '../../plugin-kit/authentication.ts';
import type { Verdict } from '../../plugin-kit/authentication.ts';
import type { Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { basicAuthCredential } from './entities.ts';
import { passwordHash } from './password-hash.ts';
import { basicAuth } from './schema.ts';
import type { BasicAuthConfig } from './schema.ts';

interface Login {
  readonly username: string;
  readonly password: Buffer;
}

/** In the order in which they are looked at. */
const HEADERS = ['proxy-authorization', 'authorization'] as const;

/** What a password is compared with when there is none, so that an answer does not tell by its time whether a user exists. */
const NO_HASH = '0'.repeat(40);

export const basicAuthHandler = defineHandler<BasicAuthConfig>(basicAuth, (config, { clock, log }) => {
  const { access } = authentication({ anonymous: config.anonymous, log });
  const unauthorized: Refusal = {
    status: 401, message: 'Unauthorized', headers: { 'WWW-Authenticate': challenge('Basic', config.realm) },
  };

  return {
    startsNothing: true,
    access: access((exchange): Verdict => {
      let login: Login | undefined;
      let credential: Credential | undefined;
      for (const header of HEADERS) {
        if (credential !== undefined) break;
        login = loginIn(exchange.request.header(header));
        if (config.hide_credentials) exchange.upstream.removeHeader(header);
        if (login !== undefined) credential = findCredential(exchange, basicAuthCredential.name, login.username, clock.now());
      }
      if (login === undefined || !isRight(login, credential)) return unauthorized;
      return { consumer: credential.consumer, credential, identifier: login.username };
    }),
  };
});

/** A scheme in any other case is none, as in Kong. */
const SCHEME = /[Bb]asic\s*(.+)/;

/** @returns `undefined` for what is not `Basic` with a user name in it */
function loginIn(header: string | undefined): Login | undefined {
  const digits = header === undefined ? undefined : SCHEME.exec(header)?.[1];
  const decoded = digits === undefined ? undefined : decodeBase64(digits);
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === undefined || colon < 1) return undefined;
  const username = decoded.subarray(0, colon);
  return isUtf8(username) ? { username: username.toString(), password: decoded.subarray(colon + 1) } : undefined;
}

function isRight({ password }: Login, credential: Credential | undefined): credential is Credential {
  const given = passwordHash(password, credential?.consumer.id ?? '');
  const expected = credential?.row.password;
  return isSameSecret(Buffer.from(given), Buffer.from(typeof expected === 'string' ? expected : NO_HASH)) && credential !== undefined;
}
